"""The desk says what it shows in words, not by the names of columns and rules."""

import re
from datetime import timedelta

import pytest
from django.template.loader import get_template
from django.utils import timezone

from accounts.actions import change_profile
from accounts.models import User
from blog.models import Post, Tag
from blog.tests.factories import make_article
from config import clock
from config.admin_site import states_of
from moderation.actions import assign_case, refresh_case
from moderation.actions.chain import write_log
from moderation.desk.queue import rows_of
from moderation.log_rows import shown_rows
from moderation.models import Case, LogEntry, Takedown
from moderation.rule_names import NAMES
from moderation.subjects.people import load_person
from moderation.tests.factories import make_decision, make_moderator

pytestmark = pytest.mark.django_db


def lines(act: str, target: tuple = ("post", 1), **options) -> list[str]:
    return shown_rows([write_log(act, actor=None, target=target, **options)])[0].changes


def test_what_somebody_says_of_themselves_is_paragraphs_without_their_markup(minah):
    change_profile(minah, bio="걷고, 뛰고 <b>쉬고</b>\n\n<script>alert(1)</script>")
    html = load_person(minah.pk).html
    assert "<p>걷고, 뛰고 &lt;b&gt;" in html
    assert "&lt;p&gt;" not in html and "<script" not in html
    assert html.count("<p>") == 3


def test_the_queue_calls_rules_as_the_reader_does(minah):
    from moderation.actions import decide
    from moderation.actions.rules import built_in_version

    post = make_article(minah, "김밥 마는 법")
    decide(
        "hold",
        target=("post", post.pk),
        actor=None,
        rule_version=built_in_version("three-reports"),
        category="spam",
    )
    row = rows_of(list(Case.objects.all()))[0]
    assert row.rules == (str(NAMES["three-reports"]),)


def test_a_hold_is_told_in_words_with_its_end(minah, sora):
    post = make_article(minah, "김밥 마는 법")
    until = timezone.now() + timedelta(days=30)
    make_decision(sora, "hold", ("post", post.pk), until=until)
    row = shown_rows(list(LogEntry.objects.all()))[0]
    text = " / ".join(row.changes)
    assert f"– → {Post.Status.PUBLISHED.label}" in text
    assert "숨김: 아니오 → 예" in text
    assert f"– → {clock.exact(until)}" in text
    assert "former" not in text and "false" not in text and "T" not in text


def test_people_are_shown_by_their_handle_in_one_query(minah, sora, django_assert_num_queries):
    jisu = make_moderator("jisu", "지수")
    case = refresh_case(("post", make_article(minah, "김밥").pk))
    assign_case(case, actor=sora, to=sora)
    assign_case(case, actor=sora, to=jisu)
    entries = list(LogEntry.objects.order_by("number"))
    with django_assert_num_queries(1):
        rows = shown_rows(entries)
    assert [row.changes for row in rows] == [["담당자: – → @sora"], ["담당자: @sora → @jisu"]]


def test_states_of_a_person_a_request_and_an_appeal_are_words(minah):
    before, after = {"state": "active", "trust_level": 1}, {"state": "limited", "trust_level": 0}
    limited = lines("limit", ("person", minah.pk), before=before, after=after)
    assert limited == [
        f"상태: {User.State.ACTIVE.label} → {User.State.LIMITED.label}",
        "신뢰 단계: 1 → 0",
    ]
    asked = {"takedown": 3, "state": "asked"}
    refused = lines("refuse_takedown", before=asked, after=asked | {"state": "refused"})
    assert refused == [f"상태: {Takedown.State.ASKED.label} → {Takedown.State.REFUSED.label}"]
    (granted,) = lines("grant_appeal", before={"appeal": "open"}, after={"appeal": "granted"})
    assert "open" not in granted and "granted" not in granted and "appeal" not in granted


def test_rows_of_the_administration_use_the_words_of_their_columns(minah):
    tag = Tag.objects.create(name="김밥", key="김밥")
    (line,) = lines(
        "tag_change",
        ("tag", tag.pk),
        before=states_of(tag) | {"is_banned": False},
        after=states_of(tag) | {"is_banned": True},
    )
    assert line == f"{Tag._meta.get_field('is_banned').verbose_name}: 아니오 → 예"


def test_what_nobody_has_words_for_is_shown_as_it_is():
    assert lines("odd", ("gone", 7), after={"zz": {"a": 1}, "yy": "2026-99-99T99:99:99Z"}) == [
        "yy: – → 2026-99-99T99:99:99Z",
        'zz: – → {"a": 1}',
    ]
    assert lines("assign", after={"assigned_to": 999999}) == ["담당자: – → 999999"]


@pytest.mark.parametrize(
    ("target", "word"),
    [(("log", 0), "운영 기록"), (("rule", 3), "규칙 3"), (("source", 2), "차단한 출처 2")],
)
def test_what_a_row_is_about_has_a_word(target, word):
    assert shown_rows([write_log("x", actor=None, target=target)])[0].target == word


@pytest.mark.parametrize("name", ["rule_form", "rule", "rule_trial"])
def test_forms_of_rules_are_sent_once(name):
    source = get_template(f"admin/moderation/{name}.html").template.source
    forms = re.findall(r"<form[^>]*>", re.sub(r"{%.*?%}", "", source))
    assert forms and all("data-once" in form for form in forms)
    assert "madang/js/submit-once.js" in source


@pytest.mark.parametrize("model", [LogEntry, Takedown])
def test_columns_that_staff_read_have_words(model):
    unsaid = {"id", "receipt", "language"}
    for field in model._meta.fields:
        if field.name not in unsaid:
            assert not isinstance(field.verbose_name, str), field.name
