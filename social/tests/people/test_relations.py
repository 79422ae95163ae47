"""Follow, block and mute: what moves with them, what is told and taken back, also at once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions as account_actions
from accounts.models import User
from accounts.tests.factories import make_person
from social import actions
from social.exceptions import CannotMuteSelf, MutedTermRefused
from social.models import Block, Follow, Inbox, Mute, MutedTerm, Notification
from social.selectors import ids_muted_by, muted_terms_of
from social.tests.at_once import at_once

pytestmark = pytest.mark.django_db


def counts(person: User) -> tuple[int, int]:
    person.refresh_from_db()
    return person.follower_count, person.following_count


def told(person: User) -> list[str]:
    standing = Notification.objects.filter(person=person, cause_count__gt=0)
    return list(standing.values_list("kind", flat=True))


# Follow -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-01", "SO-26")
def test_a_follow_is_told_and_taken_back_with_it(minah, junho, stranger):
    actions.follow_person(minah, actor=stranger)
    actions.follow_person(minah, actor=stranger)
    notice = Notification.objects.get(person=minah)
    assert (notice.kind, notice.target_type, notice.target_id) == ("follow", "person", minah.pk)
    assert Inbox.objects.get(pk=minah.pk).unread_notifications == 1
    actions.unfollow_person(minah, actor=stranger)
    assert told(minah) == []
    assert Inbox.objects.get(pk=minah.pk).unread_notifications == 0


@pytest.mark.behaviour("SO-02")
@pytest.mark.parametrize("state", ["suspended", "leaving", "erased"])
def test_nobody_follows_a_closed_account(minah, stranger, state):
    account_actions.set_state(minah, state, actor=None)
    with pytest.raises(User.DoesNotExist):
        actions.follow_person(minah, actor=stranger)
    assert not Follow.objects.exists()


@pytest.mark.behaviour("SO-06")
def test_a_follower_is_removed_quietly(minah, junho):
    assert actions.remove_follower(junho, actor=minah)
    assert not actions.remove_follower(junho, actor=minah)
    assert (counts(minah), counts(junho)) == ((0, 0), (0, 0))
    assert told(junho) == []
    # It is no block: 준호 may come back.
    assert actions.follow_person(minah, actor=junho)


@pytest.mark.behaviour("SO-03", "SO-04", "X-06", "X-08")
@pytest.mark.django_db(transaction=True)
def test_fifty_clicks_at_once_leave_one_row_and_true_counts():
    minah, junho = make_person("minah", "미나"), make_person("junho", "준호")

    def double_click() -> tuple[bool, bool]:
        return (
            actions.follow_person(minah, actor=junho),
            actions.follow_person(minah, actor=junho),
        )

    answers = at_once([double_click] * 25)
    assert sum(sum(answer) for answer in answers) == 1
    assert Follow.objects.count() == 1
    assert (counts(minah), counts(junho)) == ((1, 0), (0, 1))
    assert Notification.objects.get().causes.count() == 1
    assert Inbox.objects.get(pk=minah.pk).unread_notifications == 1


@pytest.mark.behaviour("SO-04", "SO-07", "X-08")
@pytest.mark.django_db(transaction=True)
def test_a_block_of_the_same_moment_leaves_no_follow_and_no_deadlock():
    people = [make_person(f"person{number}", f"사람{number}") for number in range(4)]
    pairs = [(one, other) for one in people for other in people if one != other]
    calls = []
    for one, other in pairs:
        calls.append(lambda one=one, other=other: follow_if_possible(other, one))
        calls.append(lambda one=one, other=other: actions.unfollow_person(other, actor=one))
    # Person 0 blocks everybody meanwhile.
    for other in people[1:]:
        calls.append(lambda other=other: actions.block_person(other, actor=people[0]))
    at_once(calls)
    assert not Follow.objects.filter(follower=people[0]).exists()
    assert not Follow.objects.filter(followed=people[0]).exists()
    assert told(people[0]) == []
    for person in people:
        rows = (
            Follow.objects.filter(followed=person).count(),
            Follow.objects.filter(follower=person).count(),
        )
        assert counts(person) == rows


def follow_if_possible(person: User, actor: User) -> None:
    try:
        actions.follow_person(person, actor=actor)
    except User.DoesNotExist:
        pass  # the block was first


# Block ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-07", "SO-26")
def test_a_block_takes_back_what_the_two_were_told(minah, stranger):
    actions.follow_person(minah, actor=stranger)
    actions.follow_person(stranger, actor=minah)
    assert (told(minah), told(stranger)) == (["follow"], ["follow"])
    assert actions.block_person(stranger, actor=minah)
    assert not actions.block_person(stranger, actor=minah)
    assert (told(minah), told(stranger)) == ([], [])
    assert (counts(minah), counts(stranger)) == ((0, 0), (0, 0))
    assert Block.objects.count() == 1
    assert actions.unblock_person(stranger, actor=minah)
    assert not actions.unblock_person(stranger, actor=minah)
    assert not Follow.objects.exists()


@pytest.mark.behaviour("SO-07", "X-13")
@pytest.mark.parametrize("act", ["block", "mute"])
def test_hiding_somebody_costs_the_same_whatever_was_told(minah, stranger, act):
    def cost(stories: range) -> int:
        for number in stories:
            actions.notify(
                minah,
                "comment",
                actor=stranger,
                target=("post", number),
                cause=("comment", number),
            )
        with CaptureQueriesContext(connection) as queries:
            if act == "block":
                actions.block_person(stranger, actor=minah)
            else:
                actions.mute_person(stranger, actor=minah)
        assert told(minah) == []
        assert Inbox.objects.get(pk=minah.pk).unread_notifications == 0
        actions.unblock_person(stranger, actor=minah)
        actions.unmute_person(stranger, actor=minah)
        return len(queries)

    cost(range(1, 2))  # the inboxes are there now
    assert cost(range(2, 4)) == cost(range(4, 16))


# Mute -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-08")
@pytest.mark.parametrize("days", [None, 1, 7, 30])
def test_a_mute_lasts_as_long_as_was_chosen(minah, junho, days):
    moment = timezone.now()
    with time_machine.travel(moment, tick=False):
        mute = actions.mute_person(junho, actor=minah, days=days)
        assert mute.until == (None if days is None else moment + timedelta(days=days))
        assert ids_muted_by(minah).exists()
    with time_machine.travel(moment + timedelta(days=days or 365, seconds=1), tick=False):
        assert ids_muted_by(minah).exists() == (days is None)
        assert actions.forget_ended_mutes() == (0 if days is None else 1)


@pytest.mark.behaviour("SO-08", "SO-26")
def test_muting_again_changes_for_how_long_and_takes_the_notifications_away(minah, stranger):
    actions.follow_person(minah, actor=stranger)
    actions.mute_person(stranger, actor=minah, days=7)
    assert told(minah) == []
    assert Inbox.objects.get(pk=minah.pk).unread_notifications == 0
    actions.mute_person(stranger, actor=minah)
    assert Mute.objects.get().until is None
    # They cannot tell: the follow stands.
    assert Follow.objects.filter(follower=stranger, followed=minah).exists()
    assert actions.unmute_person(stranger, actor=minah)
    assert not actions.unmute_person(stranger, actor=minah)
    with pytest.raises(CannotMuteSelf):
        actions.mute_person(minah, actor=minah)


@pytest.mark.behaviour("SO-09")
def test_a_word_is_muted_once_whatever_its_spelling(minah, junho):
    actions.mute_term("  정치 ", kind="word", actor=minah)
    term = actions.mute_term("정치", kind="word", actor=minah, days=1)
    assert [(held.text, held.until is None) for held in MutedTerm.objects.all()] == [
        ("정치", False)
    ]
    actions.mute_term("#Django", kind="tag", actor=minah)
    actions.mute_term("DJANGO", kind="tag", actor=minah)
    keys = {(held.kind, held.key) for held in muted_terms_of(minah)}
    assert keys == {("word", "정치"), ("tag", "django")}
    # Only one's own list changes.
    assert not actions.unmute_term(term.pk, actor=junho)
    assert actions.unmute_term(term.pk, actor=minah)
    assert not actions.unmute_term(term.pk, actor=minah)


@pytest.mark.behaviour("SO-09")
def test_a_list_of_muted_words_has_an_end(minah, monkeypatch):
    monkeypatch.setattr("social.actions.mutes.TERMS_MAX", 2)
    for word in ("하나", "둘"):
        actions.mute_term(word, kind="word", actor=minah)
    with pytest.raises(MutedTermRefused):
        actions.mute_term("셋", kind="word", actor=minah)
    actions.mute_term("둘", kind="word", actor=minah, days=7)  # it is there already
    for text in ("", " ​", "가" * 51):
        with pytest.raises(MutedTermRefused):
            actions.mute_term(text, kind="word", actor=minah)
