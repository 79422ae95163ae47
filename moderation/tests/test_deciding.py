"""What a decision does to a thing, to people, and to the log, and how undoing takes it back."""

import pytest

from accounts.tests.factories import make_trusted
from blog.actions import write_comment
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_note, make_person
from moderation.actions import undo_decision
from moderation.exceptions import AlreadyUndone, DecisionRefused, NotAModerator
from moderation.models import Case, LogEntry
from moderation.tests.factories import make_decision, make_report

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("SO-38")
def test_a_held_post_is_hidden_and_shown_again_by_undoing(minah, sora):
    post = make_article(minah, "김밥 마는 법")
    decision = make_decision(sora, "hold", ("post", post.pk))
    post.refresh_from_db()
    assert post.status == Post.Status.HELD
    undo_decision(decision, actor=sora)
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED
    assert list(LogEntry.objects.order_by("number").values_list("act", flat=True)) == [
        "hold",
        "undo",
    ]


@pytest.mark.behaviour("SO-41")
def test_two_decisions_undone_in_either_order_leave_it_as_it_was(minah, sora):
    for first in (0, 1):
        comment = write_comment(make_note(minah), actor=make_person(f"taeo{first}"), source="링크!")
        made = [
            make_decision(sora, "hold", ("comment", comment.pk)),
            make_decision(sora, "remove", ("comment", comment.pk)),
        ]
        undo_decision(made[first], actor=sora)
        comment.refresh_from_db()
        assert comment.status == Comment.Status.HELD
        undo_decision(made[1 - first], actor=sora)
        comment.refresh_from_db()
        assert comment.status == Comment.Status.PUBLISHED


def test_a_suspension_and_a_limit_stand_beside_each_other(minah, sora):
    limit = make_decision(sora, "limit", ("person", minah.pk))
    suspension = make_decision(sora, "suspend", ("person", minah.pk))
    minah.refresh_from_db()
    assert minah.state == "suspended"
    undo_decision(suspension, actor=sora)
    minah.refresh_from_db()
    assert minah.state == "limited"
    undo_decision(limit, actor=sora)
    minah.refresh_from_db()
    assert minah.state == "active"


def test_a_report_opens_a_case_and_a_decision_closes_it_and_undoing_opens_it_again(minah, sora):
    post = make_article(minah)
    report = make_report(make_person("junho", "준호"), "post", post.pk)
    case = Case.objects.get()
    assert case.is_open and case.has_reports and case.owner == minah
    decision = make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    case.refresh_from_db(), report.refresh_from_db()
    assert not case.is_open
    assert report.state == "closed"
    undo_decision(decision, actor=sora)
    case.refresh_from_db(), report.refresh_from_db()
    assert case.is_open
    assert report.state == "open"


@pytest.mark.behaviour("SO-37")
def test_three_reports_by_trusted_people_hold_a_post(minah):
    post = make_article(minah)
    for number in range(3):
        post.refresh_from_db()
        assert post.status == Post.Status.PUBLISHED
        make_report(make_person(f"r{number}r", trust_given=2), "post", post.pk)
    post.refresh_from_db()
    assert post.status == Post.Status.HELD


@pytest.mark.behaviour("SO-48")
def test_what_a_trusted_member_wrote_waits_at_the_desk_and_stays_where_it_is(minah):
    post = make_article(make_trusted(minah))
    for number in range(4):
        make_report(make_person(f"r{number}r", trust_given=2), "post", post.pk)
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED
    assert Case.objects.get().report_count == 4


def test_reports_by_new_people_hold_nothing(minah):
    post = make_article(minah)
    for number in range(5):
        make_report(make_person(f"r{number}r"), "post", post.pk)
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED


def test_what_is_missing_or_not_allowed_is_refused(minah, sora):
    post = make_article(minah)
    with pytest.raises(NotAModerator):
        make_decision(make_person("taeo"), "hold", ("post", post.pk))
    with pytest.raises(DecisionRefused):
        make_decision(sora, "hold", ("post", post.pk), text=" ")
    with pytest.raises(DecisionRefused):
        make_decision(sora, "ban", ("post", post.pk))
    with pytest.raises(NotAModerator):
        make_decision(sora, "suspend", ("person", sora.pk))
    decision = make_decision(sora, "hold", ("post", post.pk))
    undo_decision(decision, actor=sora)
    with pytest.raises(AlreadyUndone):
        undo_decision(decision, actor=sora)


def test_restoring_lifts_what_came_before_and_nothing_that_comes_after(minah, sora):
    post = make_article(minah)
    make_decision(sora, "hold", ("post", post.pk))
    restored = make_decision(sora, "restore", ("post", post.pk), category="", text="")
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED
    again = make_decision(sora, "remove", ("post", post.pk))
    post.refresh_from_db()
    assert post.status == Post.Status.HELD
    undo_decision(again, actor=sora)
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED
    undo_decision(restored, actor=sora)
    post.refresh_from_db()
    assert post.status == Post.Status.HELD


@pytest.mark.behaviour("X-06")
def test_a_second_click_decides_once(minah, sora):
    post = make_article(minah)
    first = make_decision(sora, "hold", ("post", post.pk))
    assert make_decision(sora, "hold", ("post", post.pk)) == first
    assert LogEntry.objects.count() == 1
    assert make_decision(sora, "hold", ("post", post.pk), text="다른 이유예요.") != first
    undo_decision(first, actor=sora)
    assert make_decision(sora, "hold", ("post", post.pk)) != first


def test_the_same_about_new_reports_is_decided_anew(minah, sora):
    post = make_article(minah)
    make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    report = make_report(make_person("junho", "준호"), "post", post.pk)
    make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    report.refresh_from_db()
    assert report.state == "closed"
    assert LogEntry.objects.count() == 2
