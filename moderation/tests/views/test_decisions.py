"""A decision as its author reads it: all that concerns them, and nobody else's name (SO-40)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from blog.actions import write_comment
from blog.tests.factories import make_article
from moderation import actions
from moderation.actions.rules import built_in_version
from moderation.models import Appeal
from moderation.tests.factories import REASON, make_decision, make_editor, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(minah):
    return make_article(minah, "동네 도서관 이야기")


@pytest.fixture
def held(post, sora):
    return make_decision(
        sora,
        "hold",
        ("post", post.pk),
        until=timezone.now() + timedelta(days=3),
        note="상습적이다",
        evidence={"passage": "지금 주문하면 반값! 링크는 프로필에"},
    )


def url_of(decision) -> str:
    return reverse("moderation:decision", args=[decision.pk])


def text_of(response) -> str:
    return response.content.decode()


@pytest.mark.behaviour("SO-40")
def test_its_author_reads_category_passage_reason_and_what_to_change(held, minah, as_user):
    page = as_user(minah).get(url_of(held))
    assert page.status_code == 200
    text = text_of(page)
    for words in (REASON, "지금 주문하면 반값! 링크는 프로필에", "동네 도서관 이야기"):
        assert words in text
    view = page.context["view"]
    assert view.category and view.mending and view.state == "stands"
    assert view.can_appeal and page.context["form"] is not None


@pytest.mark.behaviour("SO-40")
def test_nobody_learns_who_reported_who_decided_or_what_staff_noted(
    post, sora, minah, junho, as_user
):
    make_report(junho, "post", post.pk, note="이 사람 늘 이래요")
    held = make_decision(sora, "hold", ("post", post.pk), note="상습적이다")
    text = text_of(as_user(minah).get(url_of(held)))
    for hidden in ("준호", "junho", "이 사람 늘 이래요", "소라", "sora", "상습적이다"):
        assert hidden not in text


def test_everybody_else_gets_404(held, junho, taeo, stranger, client):
    assert client.get(url_of(held)).status_code == 302  # signs in first
    for person in (junho, taeo, stranger, make_editor()):
        client.force_login(person)
        assert client.get(url_of(held)).status_code == 404
        assert client.post(url_of(held), {"text": "제 글이에요."}).status_code == 404
    client.force_login(held.owner)
    assert client.get("/moderation/decisions/999999/").status_code == 404


def test_moderators_read_it_and_answer_nothing(held, sora, as_user):
    page = as_user(sora).get(url_of(held))
    assert page.status_code == 200
    assert page.context["form"] is None
    assert as_user(sora).post(url_of(held), {"text": "음"}).status_code == 404


def test_a_dismissed_report_stays_unknown_to_the_author(post, sora, minah, as_user):
    dismissed = make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    assert as_user(minah).get(url_of(dismissed)).status_code == 404
    assert as_user(sora).get(url_of(dismissed)).status_code == 200


@pytest.mark.behaviour("SO-48")
def test_a_hold_by_a_rule_names_rule_version_signals_and_how_to_mend(minah, as_user):
    post = make_article(minah, "무료 체험")
    held = actions.decide(
        "hold",
        target=("post", post.pk),
        actor=None,
        category="spam",
        rule_version=built_in_version("spam"),
        evidence={
            "score": 11.5,
            "threshold": 10,
            "passage": "지금 클릭 bit.ly/abc",
            "parts": [
                {"name": "shortened", "points": 6, "passage": "bit.ly/abc"},
                {"name": "links", "points": 5.5, "passage": ""},
                {"name": "of-another-version", "points": 1},
                "odd",
            ],
        },
    )
    page = as_user(minah).get(url_of(held))
    text = text_of(page)
    assert "bit.ly/abc" in text and "지금 클릭" in text
    view = page.context["view"]
    assert "1" in view.decided_by and view.reason
    assert len(view.signs) == 2
    assert all(sign.label and sign.mending for sign in view.signs)
    assert "11.5" not in text


def test_what_is_no_evidence_breaks_nothing(post, sora, minah, as_user):
    for evidence in ({"passage": 7}, {"parts": "x"}, {"parts": [None]}, {"quote": "인용한 곳"}):
        held = make_decision(sora, "hold", ("post", post.pk), evidence=evidence)
        assert as_user(minah).get(url_of(held)).status_code == 200
    assert "인용한 곳" in text_of(as_user(minah).get(url_of(held)))


def test_words_of_people_are_escaped(post, sora, minah, as_user):
    evil = '<script>alert("앗")</script>'
    held = make_decision(sora, "hold", ("post", post.pk), text=evil, evidence={"passage": evil})
    assert evil not in text_of(as_user(minah).get(url_of(held)))


@pytest.mark.behaviour("SO-44")
def test_an_appeal_is_sent_once_and_shown_with_its_due_date(held, minah, as_user):
    client = as_user(minah)
    wrong = client.post(url_of(held), {"text": "가" * 2001})
    assert wrong.status_code == 422 and "가가가" in text_of(wrong)
    assert client.post(url_of(held), {"act": "appeal", "text": "도서관이에요."}).status_code == 302
    page = client.get(url_of(held))
    assert "도서관이에요." in text_of(page)
    assert page.context["form"] is None
    assert page.context["view"].appeal.due_at > timezone.now()
    again = client.post(url_of(held), {"act": "appeal", "text": "또요."})
    assert again.status_code == 422
    assert Appeal.objects.count() == 1


def test_what_is_undone_or_over_says_so_and_takes_no_appeal(
    post, sora, minah, as_user, time_machine
):
    undone = make_decision(sora, "hold", ("post", post.pk))
    actions.undo_decision(undone, actor=sora)
    page = as_user(minah).get(url_of(undone))
    assert page.context["view"].state == "undone" and page.context["form"] is None
    lifted = make_decision(sora, "hold", ("post", post.pk))
    make_decision(sora, "restore", ("post", post.pk), category="", text="")
    assert as_user(minah).get(url_of(lifted)).context["view"].state == "ended"
    short = make_decision(
        sora, "hold", ("post", post.pk), until=timezone.now() + timedelta(hours=1)
    )
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert actions.end_due_decisions() == 1
    assert as_user(minah).get(url_of(short)).context["view"].state == "ended"
    post.refresh_from_db()
    assert post.status == "published"


def test_a_warning_and_a_held_comment_are_explained_alike(post, sora, minah, as_user):
    comment = write_comment(post, actor=minah, source="모두 조용히 해!")
    for kind, target in (("warn", ("person", minah.pk)), ("remove", ("comment", comment.pk))):
        page = as_user(minah).get(url_of(make_decision(sora, kind, target, category="abuse")))
        assert page.status_code == 200 and page.context["view"].can_appeal


def test_reading_a_decision_writes_nothing(held, minah, as_user, django_assert_max_num_queries):
    client = as_user(minah)
    client.get(url_of(held))
    with django_assert_max_num_queries(25):
        client.get(url_of(held))


@pytest.mark.behaviour("SO-50")
def test_an_author_objects_to_a_takedown_instead_of_appealing(post, sora, minah, junho, as_user):
    takedown = actions.ask_takedown(
        ("post", post.pk), name="한별", email="h@example.com", right="honour", claim="거짓이에요!!"
    )
    takedown = actions.accept_takedown(takedown, actor=sora, reason="요청이 있어 멈춥니다.")
    url = url_of(takedown.decision)
    client = as_user(minah)
    page = client.get(url)
    view = page.context["view"]
    assert view.can_object and not view.can_appeal
    for hidden in ("한별", "h@example.com", "거짓이에요!!", takedown.receipt):
        assert hidden not in text_of(page)
    assert client.post(url, {"act": "appeal", "text": "항소합니다."}).status_code == 422
    assert client.post(url, {"act": "object", "text": "사실이에요."}).status_code == 302
    page = client.get(url)
    assert "사실이에요." in text_of(page) and page.context["form"] is None
    kept = client.get(reverse("moderation:takedown_file", args=[takedown.decision_id]))
    assert kept.json()["objection"] == "사실이에요."
    assert "한별" not in text_of(kept)
    client.force_login(junho)
    assert client.get(kept.request["PATH_INFO"]).status_code == 404


def test_a_decision_without_a_takedown_has_no_file(held, minah, as_user):
    url = reverse("moderation:takedown_file", args=[held.pk])
    assert as_user(minah).get(url).status_code == 404
