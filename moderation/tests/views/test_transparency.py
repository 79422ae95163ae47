"""The public page of counts: off by default, without names, and cheap (AD-19)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.tests.factories import make_article, make_note
from config.actions import change_site_settings
from moderation import actions
from moderation.actions.rules import built_in_version
from moderation.models import Decision
from moderation.tests.factories import make_decision, make_moderator, make_report
from moderation.transparency import MONTHS, count_months

pytestmark = pytest.mark.django_db

URL = "/transparency/"


@pytest.fixture
def shown(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        change_site_settings(has_transparency_page=True)


def held_by_rule(post) -> Decision:
    return actions.decide(
        "hold",
        target=("post", post.pk),
        actor=None,
        category="spam",
        rule_version=built_in_version("spam"),
    )


@pytest.mark.behaviour("AD-19")
def test_it_is_off_by_default_and_linked_when_on(client, django_capture_on_commit_callbacks):
    assert client.get(URL).status_code == 404
    assert URL not in client.get("/explore/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        change_site_settings(has_transparency_page=True)
    assert client.get(URL).status_code == 200
    assert URL in client.get("/explore/").content.decode()


@pytest.mark.behaviour("AD-19")
def test_it_counts_without_names_or_texts(shown, minah, junho, sora, client):
    post = make_article(minah, "비밀 이야기")
    make_report(junho, "post", post.pk, category="abuse", note="욕이에요")
    kept = make_decision(sora, "hold", ("post", post.pk), category="abuse")
    undone = make_decision(sora, "warn", ("person", minah.pk), category="spam")
    actions.undo_decision(undone, actor=sora)
    appeal = actions.appeal_decision(kept, actor=minah, text="아니에요.")
    actions.answer_appeal(appeal, actor=make_moderator("byeol", "별"), grants=True)
    overturned, right = (held_by_rule(make_note(minah, f"글 {n}")) for n in range(2))
    actions.undo_decision(overturned, actor=sora)
    takedown = actions.ask_takedown(
        ("post", right.target_id), name="한별", email="h@example.com", right="other", claim="앗"
    )
    actions.accept_takedown(takedown, actor=sora, reason="요청이에요.")
    page = client.get(URL)
    month = page.context["months"][0]
    assert dict(month.reports) == {"abuse": 1}
    assert dict(month.decisions) == {"hold": 1, "warn": 1}
    assert (month.undone, month.undone_percent) == (2, 100)
    assert (month.appeals, month.appeals_granted) == (1, 1)
    assert (month.takedowns, month.takedowns_held) == (1, 1)
    assert (month.automatic, month.automatic_overturned) == (2, 1)
    text = page.content.decode()
    for hidden in ("미나", "준호", "소라", "한별", "비밀 이야기", "욕이에요", "아니에요."):
        assert hidden not in text


def test_it_shows_twelve_months_in_the_time_of_the_site(minah, sora, settings, time_machine):
    settings.TIME_ZONE = "Asia/Seoul"
    time_machine.move_to("2026-02-28T16:00:00+00:00")  # the first of March in Seoul
    make_decision(sora, "warn", ("person", minah.pk))
    time_machine.move_to("2026-03-15T00:00:00+00:00")
    months = count_months(timezone.now())
    assert len(months) == MONTHS
    assert [str(months[0].start), str(months[-1].start)] == ["2026-03-01", "2025-04-01"]
    assert (months[0].decided, months[1].decided) == (1, 0)


def test_it_asks_five_times_however_much_there_is_and_once_in_ten_minutes(
    shown, minah, sora, client
):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            count_months(timezone.now())
        return len(seen)

    few = queries()
    for number in range(5):
        make_decision(sora, "warn", ("post", make_note(minah, f"글 {number}").pk))
    Decision.objects.filter(pk__gt=0).update(created_at=timezone.now() - timedelta(days=40))
    assert queries() == few == 6
    client.get(URL)
    with CaptureQueriesContext(connection) as seen:
        client.get(URL)
    assert not [one for one in seen.captured_queries if "moderation_" in one["sql"]]
