"""The only code that changes what people say to each other in private.

Held in this order: the two people, their two sides by key, the inboxes. A key of a message is given
while its conversation is held, so within one conversation keys rise in the order of the commits, and
"read up to" a key misses nothing.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from accounts.querysets import HIDDEN_STATES
from config.screening import screen
from config.text import clean, count_graphemes, is_blank
from social.actions.inbox import locked_inboxes, settle_inbox, settle_inboxes
from social.actions.notifications import mark_target_read, notify, withdraw_object
from social.actions.relations import locked_people
from social.exceptions import (
    CannotMessageSelf,
    MessageRefused,
    NotTheSender,
    RecipientUnavailable,
)
from social.models import Conversation, ConversationSide, Message
from social.models.messages import MESSAGE_MAX_LENGTH
from social.newcomers import require_may_write
from social.policies import is_reachable
from social.selectors import is_hidden_from

KIND = "message"
"""Of the notification."""


@transaction.atomic
def send_message(
    recipient: User,
    *,
    actor: User,
    text: str,
    origin_key: str = "",
    seen: int | None = None,
    sent_at: datetime | None = None,
) -> Message:
    """Say ``text`` to ``recipient``; the same ``origin_key`` again returns the first (SO-15).

    What ``actor`` received counts as read, up to the message ``seen`` if that is told (SO-19).
    ``sent_at`` is for messages older than their row. Raises CannotMessageSelf, MessageRefused,
    PermissionRefused, RecipientUnavailable; User.DoesNotExist for somebody who is hidden and with
    whom there is no conversation yet.
    """
    if recipient.pk == actor.pk:
        raise CannotMessageSelf(_("You cannot write to yourself."))
    require_can_take_part(actor)
    text = _checked(text)
    held = locked_people([actor.pk, recipient.pk])
    recipient = held[recipient.pk]
    low, high = sorted([actor.pk, recipient.pk])
    conversation = Conversation.objects.filter(low_id=low, high_id=high).first()
    if conversation is not None and origin_key:
        sent = conversation.messages.filter(sender=actor, origin_key=origin_key).first()
        if sent is not None:
            return sent
    _require_reachable(recipient, actor, conversation)
    if sent_at is None:
        require_may_write(held[actor.pk], recipient, text, conversation)
    moment = sent_at or timezone.now()
    if conversation is None:
        conversation = _open_conversation(low, high, moment)
    own, other = _locked_sides(conversation, actor)
    if sent_at is None:
        # Clocks of two machines differ; the order of times must be that of the keys.
        moment = max(moment, conversation.last_at)
    message = Message.objects.create(
        conversation=conversation,
        sender=actor,
        text=text,
        origin_key=origin_key,
        created_at=moment,
    )
    own.read_up_to = max(own.read_up_to, message.pk if seen is None else min(seen, message.pk))
    conversation.last_at = max(moment, conversation.last_at)
    conversation.save(update_fields=["last_at"])
    for side in filter(None, (own, other)):
        side.last_at = conversation.last_at
        side.is_listed = True
        store_side(side)
    _tell(recipient, message, own)
    if sent_at is None:
        screen("message", message.pk)
        message.refresh_from_db(fields=["is_held"])
    return message


@transaction.atomic
def mark_conversation_read(conversation: Conversation, *, actor: User, up_to: int) -> int:
    """Note that ``actor`` read up to the message with key ``up_to``; return what stays unread.

    What arrived after it stays unread (SO-19). Never goes back. Idempotent.
    """
    own, _other = _locked_sides(conversation, actor)
    last = conversation.messages.aggregate(last=Max("pk"))["last"] or 0
    before = (own.read_up_to, own.unread_count)
    own.read_up_to = max(own.read_up_to, min(up_to, last))
    store_side(own)
    if (own.read_up_to, own.unread_count) != before:
        _settle(own)
    return own.unread_count


@transaction.atomic
def mark_conversation_unread(message: Message, *, actor: User) -> int:
    """Let ``message`` and what follows be unread for ``actor``; return how many that are (SO-20)."""
    own, _other = _locked_sides(message.conversation, actor)
    own.read_up_to = min(own.read_up_to, message.pk - 1)
    store_side(own)
    _settle(own)
    return own.unread_count


@transaction.atomic
def clear_conversation(conversation: Conversation, *, actor: User) -> None:
    """Take a conversation from the list of ``actor`` until the next message; the other keeps it.

    What was said so far is no longer shown to ``actor`` (SO-20). Idempotent.
    """
    own, _other = _locked_sides(conversation, actor)
    last = conversation.messages.aggregate(last=Max("pk"))["last"] or 0
    own.read_up_to = own.cleared_up_to = max(own.cleared_up_to, last)
    own.is_listed = False
    store_side(own)
    _settle(own)


@transaction.atomic
def delete_message(message: Message, *, actor: User) -> Message:
    """Leave a sign in the place of a message of ``actor``, for both sides (SO-21). Idempotent.

    Who had not read it yet is no longer told of it. Raises NotTheSender.
    """
    if message.sender_id != actor.pk:
        raise NotTheSender(_("Only who sent a message can delete it."))
    _own, other = _locked_sides(message.conversation, actor)
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.deleted_at is None:
        message.text = ""
        message.deleted_at = timezone.now()
        message.save(update_fields=["text", "deleted_at"])
        if other is not None:
            store_side(other)
        withdraw_object((KIND, message.pk))
        if other is not None:
            # What they had read before may be all that is left to tell.
            _settle(other)
    return message


def locked_sides_of(pk: int) -> tuple[Message, list[ConversationSide]]:
    """Return a message with the sides of whoever has its conversation, all held."""
    conversation = Message.objects.values_list("conversation_id", flat=True).get(pk=pk)
    sides = ConversationSide.objects.select_for_update(of=("self",)).select_related("person")
    held = list(sides.filter(conversation=conversation).order_by("pk"))
    return Message.objects.select_for_update(of=("self",)).get(pk=pk), held


def _tell(recipient: User, message: Message, own: ConversationSide) -> None:
    """Let both inboxes say what is true now, and tell ``recipient``."""
    people = [own.person_id, recipient.pk]
    locked_inboxes(people)
    target = ("conversation", message.conversation_id)
    if own.unread_count == 0:
        mark_target_read(own.person, KIND, target)
    notify(recipient, KIND, actor=own.person, target=target, cause=(KIND, message.pk))
    settle_inboxes(people)


def _checked(text: str) -> str:
    text = clean(text).strip()
    if is_blank(text):
        raise MessageRefused(_("Write something first."), field="text")
    if count_graphemes(text) > MESSAGE_MAX_LENGTH:
        raise MessageRefused(
            _("A message can have up to %(limit)s characters.") % {"limit": MESSAGE_MAX_LENGTH},
            field="text",
        )
    return text


def _require_reachable(recipient: User, actor: User, conversation: Conversation | None) -> None:
    if is_reachable(recipient, actor):
        return
    is_hidden = recipient.state in HIDDEN_STATES or is_hidden_from(actor, recipient)
    if is_hidden and conversation is None:
        raise User.DoesNotExist
    raise RecipientUnavailable(_("This person cannot receive your messages at the moment."))


def _open_conversation(low: int, high: int, moment: datetime) -> Conversation:
    conversation = Conversation.objects.create(
        low_id=low, high_id=high, last_at=moment, created_at=moment
    )
    ConversationSide.objects.bulk_create(
        ConversationSide(conversation=conversation, person_id=person, other_id=other)
        for person, other in ((low, high), (high, low))
    )
    return conversation


def _locked_sides(
    conversation: Conversation, actor: User
) -> tuple[ConversationSide, ConversationSide | None]:
    """Return the side of ``actor`` and the other one, held until the commit.

    There is no other one where an account was erased. Raises ConversationSide.DoesNotExist for somebody who takes no part in it.
    """
    sides = ConversationSide.objects.select_for_update().filter(conversation=conversation)
    held = {side.person_id: side for side in sides.order_by("pk")}
    if actor.pk not in held:
        raise ConversationSide.DoesNotExist
    own = held.pop(actor.pk)
    return own, next(iter(held.values()), None)


def store_side(side: ConversationSide) -> None:
    """Count anew what is unread on ``side``, which the caller holds, and store it; not what
    moderators hide."""
    side.unread_count = (
        Message.objects.filter(
            conversation_id=side.conversation_id,
            pk__gt=max(side.read_up_to, side.cleared_up_to),
            deleted_at=None,
            is_held=False,
        )
        .exclude(sender_id=side.person_id)
        .count()
    )
    side.save(update_fields=["read_up_to", "cleared_up_to", "unread_count", "is_listed", "last_at"])


def _settle(side: ConversationSide) -> None:
    """Bring the numbers of the header in step; what is read here is read among notifications."""
    inbox = locked_inboxes([side.person_id])[side.person_id]
    mark_read_if_all_is(side)
    settle_inbox(inbox)


def mark_read_if_all_is(side: ConversationSide) -> None:
    """Let nothing be told of a conversation that is read; the caller holds the inbox."""
    if side.unread_count == 0:
        mark_target_read(side.person, KIND, ("conversation", side.conversation_id))
