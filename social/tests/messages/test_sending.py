"""Sending, reading and deleting: who may, once, and numbers that stay true, also at once."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import actions as account_actions
from accounts.models import User
from accounts.tests.factories import make_person, make_unconfirmed_person
from config.exceptions import PermissionRefused
from social import actions
from social.conversations import conversation_between, messages_on, side_of
from social.exceptions import (
    CannotMessageSelf,
    MessageRefused,
    NotTheSender,
    RecipientUnavailable,
)
from social.models import (
    Conversation,
    ConversationSide,
    Event,
    Inbox,
    Message,
    Notification,
)
from social.tests.at_once import at_once

pytestmark = pytest.mark.django_db


def say(actor: User, recipient: User, text: str = "안녕하세요", **options) -> Message:
    return actions.send_message(recipient, actor=actor, text=text, **options)


def unread(user: User, other: User) -> int:
    return side_of(user, other).unread_count


def badge(user: User) -> int:
    return Inbox.objects.get(pk=user.pk).unread_messages


def read(user: User, other: User, up_to: int) -> int:
    return actions.mark_conversation_read(
        conversation_between(user, other), actor=user, up_to=up_to
    )


def told(person: User) -> int:
    return Notification.objects.filter(
        person=person, kind="message", read_at=None, cause_count__gt=0
    ).count()


# Who may write to whom --------------------------------------------------------------------------


@pytest.mark.behaviour("SO-14")
def test_a_text_is_required_and_not_too_long(minah, junho):
    for text in ("", " \n ", "\u200b", "가" * 2001):
        with pytest.raises(MessageRefused):
            say(junho, minah, text)
    assert not Conversation.objects.exists()
    family = "👨‍👩‍👧‍👦"
    assert say(junho, minah, family * 2000).text == family * 2000
    assert say(junho, minah, "  하나\r\n\r\n둘  ").text == "하나\n\n둘"


@pytest.mark.behaviour("SO-16")
def test_nobody_writes_to_oneself(minah):
    with pytest.raises(CannotMessageSelf):
        say(minah, minah)


def test_who_may_not_take_part_may_not_write(minah):
    with pytest.raises(PermissionRefused):
        say(make_unconfirmed_person(), minah)
    assert not Message.objects.exists()


@pytest.mark.behaviour("SO-07", "SO-17")
def test_a_block_hides_before_and_closes_after(minah, junho, taeo):
    for sender, recipient in ((taeo, minah), (minah, taeo)):
        with pytest.raises(User.DoesNotExist):
            say(sender, recipient)
    say(junho, minah)
    actions.block_person(junho, actor=minah)
    for sender, recipient in ((junho, minah), (minah, junho)):
        with pytest.raises(RecipientUnavailable):
            say(sender, recipient)
    assert Message.objects.count() == 1
    actions.unblock_person(junho, actor=minah)
    say(junho, minah)


@pytest.mark.behaviour("SO-17")
@pytest.mark.parametrize("state", ["suspended", "leaving", "erased"])
def test_a_closed_account_answers_as_a_block_does(minah, junho, stranger, state):
    say(junho, minah)
    account_actions.set_state(minah, state, actor=None)
    with pytest.raises(RecipientUnavailable) as closed:
        say(junho, minah)
    assert (closed.value.code, closed.value.status) == ("recipient_unavailable", 403)
    with pytest.raises(User.DoesNotExist):
        say(stranger, minah)


@pytest.mark.behaviour("SO-17", "AC-45")
@pytest.mark.parametrize(
    ("choice", "reaches"), [("everyone", "junho stranger"), ("following", "junho"), ("nobody", "")]
)
def test_the_owner_of_a_mailbox_says_who_may_write(minah, junho, stranger, choice, reaches):
    account_actions.change_preferences(minah, who_may_message=choice)
    actions.follow_person(junho, actor=minah)
    for sender in (junho, stranger):
        if sender.handle in reaches.split():
            say(sender, minah)
        else:
            with pytest.raises(RecipientUnavailable):
                say(sender, minah)


# Once -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-15", "X-06")
def test_the_same_form_sends_once(minah, junho):
    first = say(junho, minah, origin_key="form:1")
    assert say(junho, minah, origin_key="form:1") == first
    # The key is the sender's own.
    assert say(minah, junho, origin_key="form:1") != first
    assert Message.objects.count() == 2
    assert unread(minah, junho) == 0  # she replied
    assert unread(junho, minah) == 1


@pytest.mark.behaviour("SO-15", "SO-18", "X-06", "X-08")
@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_share_one_conversation_and_double_clicks_send_once():
    minah, junho = make_person("minah", "미나"), make_person("junho", "준호")

    def click(sender, recipient, key):
        return lambda: say(sender, recipient, origin_key=key).pk

    calls = [click(minah, junho, f"form:{number}") for number in (1, 2, 3) for _click in range(4)]
    calls += [click(junho, minah, f"form:{number}") for number in (1, 2, 3) for _click in range(4)]
    random.Random(7).shuffle(calls)
    answers = at_once(calls)
    assert len(set(answers)) == Message.objects.count() == 6
    assert Conversation.objects.count() == 1
    assert ConversationSide.objects.count() == 2
    assert numbers_are_true()


# Read and unread --------------------------------------------------------------------------------


@pytest.mark.behaviour("SO-18", "SO-19", "SO-23")
def test_unread_is_what_came_after_the_mark(minah, junho):
    first, second, third = (say(junho, minah, text) for text in "하나 둘 셋".split())
    assert (unread(minah, junho), badge(minah), told(minah)) == (3, 3, 1)
    assert (unread(junho, minah), badge(junho)) == (0, 0)
    assert read(minah, junho, second.pk) == 1
    # Another one is there: it is still told, and the mark does not go back.
    assert (badge(minah), told(minah)) == (1, 1)
    assert read(minah, junho, first.pk) == 1
    assert read(minah, junho, third.pk) == 0
    assert (badge(minah), told(minah)) == (0, 0)
    # A made-up key of the future swallows nothing.
    read(minah, junho, 2**62)
    say(junho, minah, "넷")
    assert (unread(minah, junho), badge(minah), told(minah)) == (1, 1, 1)


@pytest.mark.behaviour("SO-19")
def test_a_reply_marks_read_up_to_what_was_shown(minah, junho):
    shown = say(junho, minah, "하나")
    say(junho, minah, "둘")
    say(minah, junho, "답", seen=shown.pk)
    assert (unread(minah, junho), told(minah)) == (1, 1)
    say(minah, junho, "또 답")
    assert (unread(minah, junho), badge(minah), told(minah)) == (0, 0, 0)


@pytest.mark.behaviour("SO-20")
def test_a_conversation_is_unread_from_a_message_on(minah, junho):
    first, second, third = (say(junho, minah, text) for text in "하나 둘 셋".split())
    read(minah, junho, third.pk)
    assert actions.mark_conversation_unread(second, actor=minah) == 2
    assert badge(minah) == 2
    # What was unread before stays so.
    assert actions.mark_conversation_unread(third, actor=minah) == 2
    assert actions.mark_conversation_unread(first, actor=minah) == 3
    with pytest.raises(ConversationSide.DoesNotExist):
        actions.mark_conversation_unread(first, actor=make_person("other", "남"))


@pytest.mark.behaviour("SO-20")
def test_a_removed_conversation_comes_back_with_the_next_message(minah, junho):
    say(junho, minah, "하나")
    conversation = conversation_between(minah, junho)
    actions.clear_conversation(conversation, actor=minah)
    actions.clear_conversation(conversation, actor=minah)
    side = side_of(minah, junho)
    assert (side.is_listed, side.unread_count, badge(minah), told(minah)) == (False, 0, 0, 0)
    assert side_of(junho, minah).is_listed
    assert messages_on(side_of(junho, minah)).count() == 1
    new = say(junho, minah, "둘")
    side = side_of(minah, junho)
    assert (side.is_listed, side.unread_count) == (True, 1)
    assert list(messages_on(side)) == [new]
    assert messages_on(side_of(junho, minah)).count() == 2


@pytest.mark.behaviour("SO-21")
def test_only_the_sender_deletes_and_both_see_the_sign(minah, junho, sora):
    message = say(junho, minah, "비밀이에요")
    for person in (minah, sora):
        with pytest.raises(NotTheSender):
            actions.delete_message(message, actor=person)
    assert (badge(minah), told(minah)) == (1, 1)
    actions.delete_message(message, actor=junho)
    actions.delete_message(message, actor=junho)
    message.refresh_from_db()
    assert (message.text, message.deleted_at is None) == ("", False)
    assert (unread(minah, junho), badge(minah), told(minah)) == (0, 0, 0)
    assert list(messages_on(side_of(minah, junho))) == [message]


@pytest.mark.behaviour("SO-21", "SO-26")
def test_deleting_the_only_unread_message_leaves_nothing_to_tell(minah, junho):
    first, second = say(junho, minah, "하나"), say(junho, minah, "둘")
    read(minah, junho, first.pk)
    assert (badge(minah), told(minah)) == (1, 1)
    actions.delete_message(second, actor=junho)
    assert (unread(minah, junho), badge(minah), told(minah)) == (0, 0, 0)
    assert numbers_are_true()


@pytest.mark.behaviour("SO-17", "SO-21")
def test_what_somebody_who_left_wrote_can_still_be_read_and_ones_own_deleted(minah, junho):
    theirs, own = say(junho, minah, "남은 말"), say(minah, junho, "내 말", seen=0)
    account_actions.set_state(junho, "erased", actor=None)
    ConversationSide.objects.filter(person=junho).delete()
    Message.objects.filter(sender=junho).update(sender=None)
    assert unread(minah, junho) == 1
    assert read(minah, junho, theirs.pk) == 0
    assert actions.delete_message(own, actor=minah).deleted_at is not None
    with pytest.raises(RecipientUnavailable):
        say(minah, junho)


@pytest.mark.behaviour("SO-08")
def test_a_muted_person_still_reaches_the_mailbox_but_is_not_announced(minah, junho):
    actions.mute_person(junho, actor=minah)
    say(junho, minah)
    assert (unread(minah, junho), badge(minah), told(minah)) == (1, 1, 0)


@pytest.mark.behaviour("SO-28")
def test_an_open_page_hears_of_each_message(minah, junho):
    message = say(junho, minah)
    event = Event.objects.get(person=minah, name="unread_messages")
    assert event.data == {"count": 1}
    read(minah, junho, message.pk)
    again = Event.objects.get(person=minah, name="unread_messages")
    assert (again.data, again.sequence > event.sequence) == ({"count": 0}, True)


def test_times_rise_with_the_keys_though_clocks_differ(minah, junho):
    ahead = say(junho, minah, sent_at=timezone.now() + timedelta(minutes=5))
    assert say(minah, junho).created_at >= ahead.created_at
    old = say(junho, minah, sent_at=timezone.now() - timedelta(days=9))
    assert old.created_at < ahead.created_at
    assert conversation_between(minah, junho).last_at >= ahead.created_at


# The law: numbers equal a count of the rows -----------------------------------------------------


def numbers_are_true() -> bool:
    """Count every side and inbox again, the plain way."""
    for side in ConversationSide.objects.all():
        mark = max(side.read_up_to, side.cleared_up_to)
        rows = Message.objects.filter(
            conversation=side.conversation_id, sender=side.other_id, deleted_at=None, pk__gt=mark
        )
        assert side.unread_count == rows.count()
    for inbox in Inbox.objects.all():
        sides = ConversationSide.objects.filter(person=inbox.pk)
        assert inbox.unread_messages == sum(side.unread_count for side in sides)
        rows = Notification.objects.filter(person=inbox.pk, read_at=None, cause_count__gt=0)
        assert inbox.unread_notifications == rows.count()
    return True


def act_at_random(seed: int, people: list[User], steps: int) -> None:
    """Do what people do with their messages, one thing after another."""
    chance = random.Random(seed)
    for _step in range(steps):
        one, other = chance.sample(people, 2)
        act = chance.choice("say say say read unread clear delete reply".split())
        conversation = conversation_between(one, other)
        if act == "say" or conversation is None:
            say(one, other)
            continue
        message = conversation.messages.order_by("?").first()
        if act == "read":
            actions.mark_conversation_read(conversation, actor=one, up_to=message.pk)
        elif act == "unread":
            actions.mark_conversation_unread(message, actor=one)
        elif act == "clear":
            actions.clear_conversation(conversation, actor=one)
        elif act == "reply":
            say(one, other, seen=message.pk)
        elif message.sender_id == one.pk:
            actions.delete_message(message, actor=one)


@pytest.mark.behaviour("SO-18", "SO-23", "SO-27")
@pytest.mark.parametrize("seed", range(4))
def test_whatever_people_do_the_numbers_are_true(minah, junho, stranger, seed):
    act_at_random(seed, [minah, junho, stranger], 25)
    assert numbers_are_true()


@pytest.mark.behaviour("SO-18", "SO-23", "SO-27", "X-08")
@pytest.mark.django_db(transaction=True)
def test_whatever_people_do_at_once_the_numbers_are_true():
    people = [make_person(f"person{number}", f"사람{number}") for number in range(3)]

    def run(seed: int):
        def call() -> None:
            act_at_random(seed, people, 8)
            connection.close()

        return call

    at_once([run(seed) for seed in range(6)])
    assert numbers_are_true()
    last = Event.objects.filter(name="unread_messages", person=people[0]).last()
    assert last is None or last.data == {"count": badge(people[0])}
