"""Who may look again, and that one odd row, a deadlock or a draft loses nothing."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_person
from blog.actions import publish_post, unpublish_post, write_comment
from blog.models import Post
from blog.tests.factories import make_note
from config.commits import TRIES, again_after_deadlock
from config.tests.api_client import api_client
from moderation.actions import (
    accept_takedown,
    answer_appeal,
    appeal_decision,
    ask_takedown,
    end_due_decisions,
    settle_due_takedowns,
    undo_decision,
)
from moderation.actions.staff_acts import decide_about_people, reset_factors_of
from moderation.exceptions import NotAModerator, NotYourAppeal
from moderation.models import Decision, HiddenThing, LogEntry
from moderation.policies import can_undo
from moderation.tests.factories import (
    REASON,
    make_decision,
    make_moderator,
    make_report,
    make_staff,
)
from social.actions import send_message
from social.models import Conversation, Inbox, Notification
from social.tests.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def byeol(db):
    return make_moderator("byeol", "별")


# Oneself, and who stands above ---------------------------------------------------------------------


@pytest.mark.behaviour("SO-41", "AD-02")
def test_nobody_takes_back_what_was_decided_about_themselves(sora, byeol):
    post = make_note(sora, "저녁 산책")
    decision = make_decision(byeol, "remove", ("post", post.pk))
    with pytest.raises(NotAModerator):
        undo_decision(decision, actor=sora)
    post.refresh_from_db()
    assert post.status == Post.Status.HELD
    assert not can_undo(sora, decision)
    assert can_undo(byeol, decision)
    undo_decision(decision, actor=byeol)
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED


@pytest.mark.behaviour("SO-44")
def test_nobody_grants_their_own_appeal(sora, byeol):
    post = make_note(sora, "저녁 산책")
    appeal = appeal_decision(
        make_decision(byeol, "hold", ("post", post.pk)), actor=sora, text="광고가 아니에요."
    )
    with pytest.raises(NotYourAppeal):
        answer_appeal(appeal, actor=sora, grants=True)
    answer_appeal(appeal, actor=make_moderator("haneul", "하늘"), grants=True)
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED


def test_who_is_alone_may_look_again_at_their_own(sora):
    """Else nobody could: the only moderator left."""
    former = make_moderator("byeol", "별")
    decision = make_decision(former, "hold", ("post", make_note(sora, "저녁").pk))
    assert not can_undo(sora, decision)
    User.objects.filter(pk=former.pk).update(is_staff=False)
    assert undo_decision(decision, actor=sora).is_undone


@pytest.mark.behaviour("AD-02")
def test_moderators_touch_no_administrator_whatever_makes_them_one(sora):
    by_role = make_staff("administrator", "haneul", "하늘")
    by_right = make_person("root", is_staff=True, is_superuser=True)
    for person in (by_role, by_right):
        with pytest.raises(NotAModerator):
            make_decision(sora, "suspend", ("person", person.pk))
        with pytest.raises(NotAModerator):
            reset_factors_of([person], actor=sora, reason="기기를 잃어버렸대요.")
    with pytest.raises(NotAModerator):
        make_decision(by_role, "limit", ("person", by_right.pk))
    limit = make_decision(by_right, "limit", ("person", by_role.pk))
    with pytest.raises(NotAModerator):
        undo_decision(limit, actor=sora)
    assert undo_decision(limit, actor=by_right).is_undone


# Private messages -----------------------------------------------------------------------------------


@pytest.fixture
def message(minah, junho):
    """Something private that was reported."""
    sent = send_message(junho, actor=minah, text="당첨됐어요! 여기를 눌러요")
    make_report(junho, "message", sent.pk)
    return sent


@pytest.mark.behaviour("AD-09")
def test_no_door_shows_a_private_message_without_noting_who_reads_it(message, sora, client):
    make_decision(sora, "hold", ("message", message.pk))
    client.force_login(sora)
    report = reverse("admin:social_report_change", args=[message_report().pk])
    page = client.get(report)
    assert page.status_code == 200
    assert "당첨" not in page.text
    desk = api_client(sora, scopes=["moderation"])
    for name in ("decisions", "holds", "reports"):
        answer = desk.get(f"moderation/{name}/")
        assert len(answer.json()["results"]) == 1
        assert "당첨" not in answer.text
    assert not LogEntry.objects.filter(act="read_message").exists()


def message_report():
    from social.models import Report

    return Report.objects.get(target_kind="message")


@pytest.mark.behaviour("AD-09")
def test_a_trial_of_a_rule_names_a_message_by_its_number(message):
    from moderation.models import RuleVersion
    from moderation.screening.rule_figures import trial_rows

    one = {"kind": "message", "id": message.pk, "score": 12, "parts": []}
    version = RuleVersion(trial={"sample": [one | {"judged": "", "was_held": False}]})
    assert [row.label for row in trial_rows(version)] == [f"#{message.pk}"]


@pytest.mark.behaviour("AP-52", "AD-07")
def test_the_log_takes_the_right_to_it_by_the_api_too(sora):
    from django.contrib.auth.models import Group

    assert api_client(sora, scopes=["moderation"]).get("moderation/log/").status_code == 200
    group = Group.objects.get(name="moderator")
    group.permissions.remove(group.permissions.get(codename="view_logentry"))
    answer = api_client(User.objects.get(pk=sora.pk), scopes=["moderation"]).get("moderation/log/")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_a_moderator")


# Odd rows -------------------------------------------------------------------------------------------


def test_a_held_message_that_is_gone_stops_no_other_ending(message, minah, sora):
    soon, later = timezone.now() + timedelta(days=1), timezone.now() + timedelta(days=2)
    hold = make_decision(sora, "hold", ("message", message.pk), until=soon)
    post = make_note(minah, "나중에 다시")
    make_decision(sora, "hold", ("post", post.pk), until=later)
    Conversation.objects.all().delete()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert end_due_decisions() == 2
        post.refresh_from_db()
        assert post.status == Post.Status.PUBLISHED
        assert undo_decision(hold, actor=sora).is_undone


def test_one_that_breaks_stops_no_other_ending(minah, sora, monkeypatch):
    from moderation.actions import ending

    day = timezone.now() + timedelta(days=1)
    held = [
        make_decision(sora, "hold", ("post", make_note(minah, word).pk), until=day)
        for word in ("하나", "둘")
    ]
    real = ending.end_decision

    def break_on_the_first(decision, **options):
        if decision.pk == held[0].pk:
            raise RuntimeError("broken")
        real(decision, **options)

    monkeypatch.setattr(ending, "end_decision", break_on_the_first)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert end_due_decisions() == 1
    assert Decision.objects.filter(ended_at=None).get() == held[0]


@pytest.mark.behaviour("SO-50")
def test_a_takedown_of_what_became_a_draft_leaves_nothing_hidden(minah, sora):
    post = make_note(minah, "이웃 이야기")
    takedown = ask_takedown(
        ("post", post.pk),
        name="김철수",
        email="kim@example.com",
        right="honour",
        claim="거짓이에요.",
    )
    accept_takedown(takedown, actor=sora, reason="30일 동안 가려요.")
    post.refresh_from_db()
    unpublish_post(post, actor=minah)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert settle_due_takedowns() == 1
        takedown.refresh_from_db()
        assert takedown.removal is None
        assert not HiddenThing.objects.exists()
        post.refresh_from_db()
        publish_post(post, actor=minah)
        post.refresh_from_db()
        assert post.status == Post.Status.PUBLISHED


def test_another_note_is_another_decision(minah, sora):
    post = make_note(minah, "안녕")
    first = make_decision(sora, "warn", ("post", post.pk))
    assert make_decision(sora, "warn", ("post", post.pk)) == first
    second = make_decision(sora, "warn", ("post", post.pk), note="세 번째예요.")
    assert second != first
    assert second.note == "세 번째예요."


# What comes back ------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-41")
def test_of_two_held_comments_one_comes_back_unread(minah, junho, sora):
    post = make_note(minah, "김장하는 날")
    holds = [
        make_decision(sora, "hold", ("comment", write_comment(post, actor=who, source="좋네요").pk))
        for who in (junho, make_person("taeo", "태오"))
    ]
    assert Inbox.objects.get(pk=minah.pk).unread_notifications == 0
    undo_decision(holds[0], actor=sora)
    told = Notification.objects.get(person=minah, cause_count=1)
    assert told.read_at is None
    assert Inbox.objects.get(pk=minah.pk).unread_notifications == 1


@pytest.mark.behaviour("SO-32")
def test_who_was_never_mailed_is_mailed_when_it_comes_back(minah, junho, sora, outbox):
    from social.actions import send_due_mails

    post = make_note(minah, "김장하는 날")
    comment = write_comment(post, actor=junho, source="좋네요")
    hold = make_decision(sora, "hold", ("comment", comment.pk))
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=10)):
        send_due_mails()  # finds nothing to tell
        outbox.clear()
        undo_decision(hold, actor=sora)
        assert Notification.objects.get(person=minah, cause_count=1).mail_due_at is not None
    with time_machine.travel(now + timedelta(minutes=20)):
        send_due_mails()
    assert [mail.to for mail in outbox if "준호" in mail.subject] == [["minah@example.com"]]


# Two at once ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("X-08")
@pytest.mark.django_db(transaction=True)
def test_two_who_decide_about_each_others_reporters_both_get_through(minah, junho, sora):
    byeol = make_moderator("byeol", "별")
    pairs = []
    for number in range(4):
        mine, yours = make_note(minah, f"내 말 {number}"), make_note(junho, f"네 말 {number}")
        make_report(junho, "post", mine.pk)
        make_report(minah, "post", yours.pk)
        pairs.append((mine, yours))
    calls = []
    for mine, yours in pairs:
        calls.append(lambda mine=mine: make_decision(sora, "warn", ("post", mine.pk)))
        calls.append(lambda yours=yours: make_decision(byeol, "warn", ("post", yours.pk)))
    made = at_once(calls)
    assert len({one.pk for one in made}) == 8
    undone = at_once([lambda one=one: undo_decision(one, actor=sora) for one in made])
    assert all(one.is_undone for one in undone)


@pytest.mark.behaviour("X-08")
@pytest.mark.django_db(transaction=True)
def test_many_at_once_and_one_of_them_by_somebody_else(sora, monkeypatch):
    """The act on many has the log when the other one, who has a person of theirs, wants it."""
    from moderation.actions import deciding

    byeol = make_moderator("byeol", "별")
    people = [make_person(f"person{number}", f"사람{number}") for number in range(2)]
    meet, real, met = threading.Barrier(2), deciding.write_log, set()

    def wait_for_the_other() -> None:
        with suppress(threading.BrokenBarrierError):  # who has to wait for a row never comes
            meet.wait(timeout=2)

    def write_slowly(act, **options):
        is_first = act not in met
        met.add(act)
        if is_first and act == "warn":
            wait_for_the_other()
        row = real(act, **options)
        if is_first and act == "limit":
            wait_for_the_other()
        return row

    monkeypatch.setattr(deciding, "write_log", write_slowly)
    at_once(
        [
            lambda: decide_about_people(people, "limit", actor=sora, category="spam", text=REASON),
            lambda: make_decision(byeol, "warn", ("person", people[1].pk)),
        ]
    )
    assert Decision.objects.filter(kind="limit").count() == 2
    assert Decision.objects.filter(kind="warn").count() == 1


class GaveWay(Exception):
    pgcode = "40P01"


def gives_way(times: int, tries: list[int]):
    @again_after_deadlock
    def act() -> str:
        tries.append(1)
        if len(tries) <= times:
            raise OperationalError("deadlock detected") from GaveWay()
        return "done"

    return act


@pytest.mark.django_db(transaction=True)
def test_who_gave_way_begins_again_and_not_for_ever():
    tries: list[int] = []
    assert gives_way(TRIES - 1, tries)() == "done"
    assert len(tries) == TRIES
    tries.clear()
    with pytest.raises(OperationalError):
        gives_way(TRIES, tries)()
    assert len(tries) == TRIES


def test_inside_of_another_transaction_the_whole_has_to_begin_again():
    assert connection.in_atomic_block
    tries: list[int] = []
    with pytest.raises(OperationalError):
        gives_way(1, tries)()
    assert len(tries) == 1


@pytest.mark.django_db(transaction=True)
def test_another_error_is_not_tried_again():
    tries = []

    @again_after_deadlock
    def act() -> None:
        tries.append(1)
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        act()
    assert len(tries) == 1
