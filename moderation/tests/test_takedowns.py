"""Requests to take something down: asked, held, objected to, over; and every step undone."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.actions import write_comment
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_note, make_person
from moderation import actions
from moderation.exceptions import NotAModerator, TakedownRefused, TargetGone
from moderation.models import Case, Decision, LogEntry, Takedown, TakedownMail
from moderation.takedowns import author_part, case_file
from moderation.tests.factories import make_decision, make_report

pytestmark = pytest.mark.django_db

CLAIM = "제 전화번호와 집 주소가 그대로 적혀 있어요. 허락한 적이 없습니다. 🙏"
REASON = "개인정보가 보인다는 요청이 있어 30일 동안 게시를 중단합니다."
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


@pytest.fixture
def post(minah):
    return make_article(minah, "이웃 이야기")


def ask(post, **options) -> Takedown:
    values = {
        "name": "한별",
        "email": "hanbyeol@example.com",
        "right": "privacy",
        "claim": CLAIM,
        "address": post.get_absolute_url(),
    }
    return actions.ask_takedown(("post", post.pk), **values | options)


def accepted(post, sora) -> Takedown:
    return actions.accept_takedown(ask(post), actor=sora, reason=REASON)


def later(takedown: Takedown, days: float = 31) -> None:
    """Let the time of a hold pass."""
    moved = takedown.due_at - timedelta(days=days)
    Takedown.objects.filter(pk=takedown.pk).update(due_at=moved)
    Decision.objects.filter(pk=takedown.decision_id).update(until=moved)


def state_of(takedown: Takedown) -> str:
    return Takedown.objects.get(pk=takedown.pk).state


def status_of(post) -> str:
    return Post.objects.values_list("status", flat=True).get(pk=post.pk)


def mails_of(takedown: Takedown) -> list[tuple[str, str]]:
    return list(TakedownMail.objects.filter(takedown=takedown).values_list("to", "event"))


@pytest.mark.behaviour("SO-50")
def test_a_request_waits_at_the_desk_for_three_days(post):
    takedown = ask(post)
    case = Case.objects.get()
    assert case.has_takedown and case.is_open
    assert case.due_at == takedown.created_at + timedelta(days=3)
    assert status_of(post) == "published"
    assert len(takedown.receipt) == 32
    assert not LogEntry.objects.exists()


@pytest.mark.behaviour("SO-50")
def test_an_accepted_request_holds_the_post_for_thirty_days(post, sora):
    takedown = accepted(post, sora)
    assert takedown.state == "accepted"
    assert status_of(post) == "held"
    assert timedelta(days=29, hours=23) < takedown.due_at - timezone.now() <= timedelta(days=30)
    decision = takedown.decision
    assert (decision.kind, decision.category, decision.text) == ("hold", "privacy", REASON)
    assert decision.until == takedown.due_at
    assert list(LogEntry.objects.values_list("act", "actor_id")) == [("hold", sora.pk)]
    assert not Case.objects.get().is_open
    assert mails_of(takedown) == [
        ("claimant", "asked"),
        ("claimant", "accepted"),
        ("author", "accepted"),
    ]


@pytest.mark.behaviour("SO-50")
def test_without_an_objection_it_is_removed_on_the_due_date(post, sora):
    takedown = accepted(post, sora)
    assert actions.settle_due_takedowns() == 0
    later(takedown)
    assert actions.settle_due_takedowns() == 1
    assert actions.settle_due_takedowns() == 0
    takedown.refresh_from_db()
    assert takedown.state == "removed"
    assert status_of(post) == "held"
    assert takedown.removal.kind == "remove" and takedown.removal.actor is None
    last = LogEntry.objects.order_by("-number").first()
    assert (last.act, last.actor_id) == ("remove", None)
    assert mails_of(takedown)[-2:] == [("claimant", "removed"), ("author", "removed")]


@pytest.mark.behaviour("SO-50")
def test_after_an_objection_it_is_shown_again_on_the_due_date(post, sora, minah):
    takedown = accepted(post, sora)
    actions.object_to_takedown(takedown, actor=minah, text="제 번호예요. 남의 것이 아닙니다.")
    case = Case.objects.get()
    assert case.has_takedown and case.due_at == takedown.due_at
    assert status_of(post) == "held"
    later(takedown)
    assert actions.settle_due_takedowns() == 1
    assert state_of(takedown) == "restored"
    assert status_of(post) == "published"
    assert not Case.objects.get().is_open
    last = LogEntry.objects.order_by("-number").first()
    assert (last.act, last.actor_id) == ("restore_takedown", None)
    assert mails_of(takedown)[-2:] == [("claimant", "restored"), ("author", "restored")]


def test_another_decision_keeps_it_hidden_when_the_hold_is_over(post, sora, minah):
    takedown = accepted(post, sora)
    make_decision(sora, "remove", ("post", post.pk))
    actions.object_to_takedown(takedown, actor=minah, text="제 글이에요.")
    later(takedown)
    actions.settle_due_takedowns()
    assert state_of(takedown) == "restored"
    assert status_of(post) == "held"


def test_the_sweep_of_other_decisions_leaves_holds_of_requests_alone(post, sora):
    takedown = accepted(post, sora)
    later(takedown)
    assert actions.end_due_decisions() == 0
    assert status_of(post) == "held"


@pytest.mark.behaviour("SO-41")
def test_undoing_the_hold_lets_the_request_wait_again_and_it_can_be_held_again(post, sora):
    takedown = accepted(post, sora)
    actions.undo_decision(takedown.decision, actor=sora)
    assert state_of(takedown) == "asked"
    assert status_of(post) == "published"
    assert Case.objects.get().has_takedown
    assert mails_of(takedown)[-2:] == [("claimant", "reopened"), ("author", "restored")]
    again = actions.accept_takedown(takedown, actor=sora, reason=REASON)
    assert again.state == "accepted"
    assert status_of(post) == "held"


@pytest.mark.behaviour("SO-41")
def test_undoing_the_removal_shows_it_and_says_so(post, sora):
    takedown = accepted(post, sora)
    later(takedown)
    actions.settle_due_takedowns()
    takedown.refresh_from_db()
    actions.undo_decision(takedown.removal, actor=sora)
    assert state_of(takedown) == "restored"
    assert status_of(post) == "published"


def test_a_restore_by_staff_ends_the_request_and_undoing_that_brings_it_back(post, sora):
    takedown = accepted(post, sora)
    restored = make_decision(sora, "restore", ("post", post.pk), category="", text="")
    assert state_of(takedown) == "restored"
    assert status_of(post) == "published"
    actions.undo_decision(restored, actor=sora)
    assert state_of(takedown) == "accepted"
    assert status_of(post) == "held"


def test_a_dismissed_report_does_not_bring_back_what_was_removed(post, sora):
    takedown = accepted(post, sora)
    later(takedown)
    actions.settle_due_takedowns()
    make_decision(sora, "dismiss", ("post", post.pk), category="", text="")
    assert state_of(takedown) == "removed"
    assert status_of(post) == "held"


@pytest.mark.behaviour("SO-45")
def test_a_hold_for_a_request_counts_against_nobody_and_answers_no_report(post, sora, minah):
    report = make_report(make_person("junho", "준호"), "post", post.pk)
    accepted(post, sora)
    assert not Decision.objects.filter(owner=minah).upheld().exists()
    report.refresh_from_db()
    assert report.state == "open"
    assert Case.objects.get().has_reports


def test_a_refused_request_says_why_and_can_be_reopened(post, sora):
    takedown = actions.refuse_takedown(ask(post), actor=sora, reason="공개된 정보예요.")
    assert takedown.state == "refused"
    assert status_of(post) == "published"
    assert not Case.objects.get().is_open
    again = actions.reopen_takedown(takedown, actor=sora)
    assert again.state == "asked"
    assert Case.objects.get().is_open
    acts = list(LogEntry.objects.order_by("number").values_list("act", flat=True))
    assert acts == ["refuse_takedown", "reopen_takedown"]
    assert mails_of(takedown) == [
        ("claimant", "asked"),
        ("claimant", "refused"),
        ("claimant", "reopened"),
    ]


def test_a_withdrawn_request_shows_what_it_held(post, sora):
    takedown = accepted(post, sora)
    actions.withdraw_takedown(takedown)
    assert state_of(takedown) == "withdrawn"
    assert status_of(post) == "published"
    last = LogEntry.objects.order_by("-number").first()
    assert (last.act, last.actor_id) == ("withdraw_takedown", None)
    with pytest.raises(TakedownRefused):
        actions.withdraw_takedown(takedown)


def test_two_requests_about_one_post_hold_it_until_the_last_is_over(post, sora):
    first, second = accepted(post, sora), accepted(post, sora)
    actions.withdraw_takedown(first)
    assert status_of(post) == "held"
    assert state_of(second) == "accepted"
    actions.withdraw_takedown(second)
    assert status_of(post) == "published"


def test_what_its_author_deleted_meanwhile_closes_the_request(post, sora, minah):
    takedown = accepted(post, sora)
    Post.objects.filter(pk=post.pk).update(status="deleted", deleted_at=timezone.now())
    later(takedown)
    assert actions.settle_due_takedowns() == 1
    assert state_of(takedown) == "removed"
    assert status_of(post) == "deleted"


def test_a_comment_is_held_and_shown_alike(post, sora, minah):
    comment = write_comment(post, actor=minah, source="그 사람은 010-1234-5678이에요.")
    takedown = actions.ask_takedown(
        ("comment", comment.pk), name="한별", email="h@example.com", right="honour", claim=CLAIM
    )
    takedown = actions.accept_takedown(takedown, actor=sora, reason=REASON)
    assert Comment.objects.get(pk=comment.pk).status == "held"
    assert takedown.decision.category == "rights"
    actions.undo_decision(takedown.decision, actor=sora)
    assert Comment.objects.get(pk=comment.pk).status == "published"


def test_a_profile_cannot_be_held_and_says_so(minah, sora):
    takedown = actions.ask_takedown(
        ("person", minah.pk), name="한별", email="h@example.com", right="portrait", claim=CLAIM
    )
    with pytest.raises(TakedownRefused):
        actions.accept_takedown(takedown, actor=sora, reason=REASON)
    assert actions.refuse_takedown(takedown, actor=sora, reason="사진이 없어요.").state == "refused"


def test_only_moderators_answer_and_nobody_about_their_own(post, sora, minah):
    takedown = ask(post)
    for act in (actions.accept_takedown, actions.refuse_takedown):
        with pytest.raises(NotAModerator):
            act(takedown, actor=minah, reason=REASON)
    own = ask(make_note(sora, "제 글이에요."))
    for act in (actions.accept_takedown, actions.refuse_takedown):
        with pytest.raises(NotAModerator):
            act(own, actor=sora, reason=REASON)
    assert state_of(takedown) == "asked"


def test_only_the_author_objects_and_only_once_while_it_is_held(post, sora, minah):
    waiting = ask(post)
    with pytest.raises(TakedownRefused):
        actions.object_to_takedown(waiting, actor=minah, text="아니요.")
    takedown = actions.accept_takedown(waiting, actor=sora, reason=REASON)
    with pytest.raises(TakedownRefused):
        actions.object_to_takedown(takedown, actor=make_person("taeo"), text="저도요.")
    with pytest.raises(TakedownRefused):
        actions.object_to_takedown(takedown, actor=minah, text=" \u200b\n")
    with pytest.raises(TakedownRefused):
        actions.object_to_takedown(takedown, actor=minah, text="가" * 2001)
    actions.object_to_takedown(takedown, actor=minah, text="가" * 2000)
    with pytest.raises(TakedownRefused):
        actions.object_to_takedown(takedown, actor=minah, text="또요.")


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("right", "nothing"), ("claim", "\u200b"), ("claim", "각" * 5001)],
    ids=["name", "right", "blank", "long"],
)
def test_what_is_missing_or_too_long_is_refused(post, field, value):
    with pytest.raises(TakedownRefused) as refused:
        ask(post, **{field: value})
    assert refused.value.field == field
    assert not Takedown.objects.exists()


def test_a_claim_of_five_thousand_characters_fits_whatever_they_are(post):
    assert ask(post, claim="👩‍👩‍👧" * 5000).state == "asked"


def test_what_is_not_there_cannot_be_asked_for(post):
    with pytest.raises(TargetGone):
        actions.ask_takedown(
            ("post", post.pk + 1), name="한별", email="h@example.com", right="other", claim=CLAIM
        )


def test_evidence_is_kept_apart_under_a_name_nobody_guesses(post):
    takedown = ask(post, evidence=("증거 사진.png", PNG))
    assert takedown.evidence_name == "증거 사진.png"
    assert takedown.evidence.startswith("takedowns/") and takedown.evidence.endswith(".png")
    assert takedown.receipt not in takedown.evidence
    with default_storage.open(takedown.evidence) as stored:
        assert stored.read() == PNG
    default_storage.delete(takedown.evidence)


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a\x01\x00",
        b"MZ\x90\x00",
        b"",
        b"<svg/>\x00",
        b"\xff\xfe\x00",
        b"%PDF-" + bytes(6 << 20),
    ],
    ids=["gif", "exe", "empty", "nul", "bytes", "large"],
)
def test_other_files_are_refused_whatever_they_are_called(post, content):
    with pytest.raises(TakedownRefused) as refused:
        ask(post, evidence=("증거.png", content))
    assert refused.value.field == "evidence"


def test_mails_leave_for_both_and_note_when(post, sora, committed, outbox):
    with committed():
        takedown = accepted(post, sora)
    to_claimant = [mail for mail in outbox if mail.to == ["hanbyeol@example.com"]]
    to_author = [mail for mail in outbox if mail.to == ["minah@example.com"]]
    assert len(to_claimant) == 2 and len(to_author) == 1
    assert f"/takedown/{takedown.receipt}/" in to_claimant[0].body
    assert REASON in to_author[0].body
    assert takedown.receipt not in to_author[0].body
    whole = to_author[0].body + str(to_author[0].alternatives)
    assert "한별" not in whole and CLAIM not in whole and "hanbyeol" not in whole
    assert not TakedownMail.objects.filter(sent_at=None).exists()
    assert CLAIM not in "".join(mail.body for mail in outbox)


@pytest.mark.behaviour("SO-50")
def test_the_case_file_holds_both_sides_and_the_authors_part_no_claimant(post, sora, minah):
    takedown = accepted(post, sora)
    takedown = actions.object_to_takedown(takedown, actor=minah, text="제 글이에요.")
    whole = case_file(takedown)
    assert whole["claim"] == CLAIM and whole["claimant"]["name"] == "한별"
    assert [line["act"] for line in whole["log"]] == ["hold"]
    assert len(whole["mails"]) == 5
    own = str(author_part(takedown))
    assert "제 글이에요." in own and REASON in own
    for hidden in ("한별", "hanbyeol", CLAIM, takedown.receipt):
        assert hidden not in own


def test_reading_evidence_is_a_row_of_the_log(post, sora):
    takedown = ask(post)
    actions.note_reading(takedown, actor=sora, act="read_evidence")
    assert LogEntry.objects.get().act == "read_evidence"
    with pytest.raises(NotAModerator):
        actions.note_reading(takedown, actor=make_person("taeo"), act="read_evidence")


def test_erasing_who_asked_takes_words_and_evidence(post, committed):
    hanbyeol = make_person("hanbyeol", "한별")
    takedown = ask(post, claimant=hanbyeol, evidence=("증거.txt", "증거".encode()))
    stored = takedown.evidence
    with committed():
        actions.erase_from_moderation(hanbyeol)
    takedown.refresh_from_db()
    assert (takedown.claim, takedown.claimant_name, takedown.claimant_email) == ("", "", "")
    assert not default_storage.exists(stored)


def test_settling_asks_as_much_for_many_requests_as_for_one(post, sora):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            actions.refresh_case(("post", post.pk))
        return len(seen)

    ask(post)
    first = queries()
    for _number in range(5):
        ask(post)
    assert queries() == first
