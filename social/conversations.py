"""Reads about private messages, each as one of the two has them.

What moderators hold is there for its sender alone.
"""

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from social.models import Conversation, ConversationSide, Message


def conversation_between(one: User, other: User) -> Conversation | None:
    """Return what the two said to each other, if they ever did."""
    low, high = sorted([one.pk, other.pk])
    return Conversation.objects.filter(low_id=low, high_id=high).first()


def side_of(user: User, other: User) -> ConversationSide | None:
    """Return the conversation with ``other`` as ``user`` has it."""
    return (
        ConversationSide.objects.select_related("conversation")
        .filter(person=user, other=other)
        .first()
    )


def shown_to(person) -> Q:
    """Return which messages are shown to one of the two; a key, or an expression that is one."""
    return Q(is_held=False) | Q(sender=person)


def conversations_of(user: User) -> QuerySet:
    """Return what stands in the list of ``user``, with the key of the last message (SO-12).

    A conversation of which moderators hold everything is not there.
    """
    return sides_with_last_message(user).filter(is_listed=True, last_message__isnull=False)


def sides_with_last_message(user: User) -> QuerySet:
    """Return every conversation as ``user`` has it, also what is not in the list now."""
    last = (
        Message.objects.filter(
            shown_to(user.pk),
            conversation=OuterRef("conversation"),
            pk__gt=OuterRef("cleared_up_to"),
        )
        .order_by("-created_at", "-pk")
        .values("pk")[:1]
    )
    return (
        ConversationSide.objects.filter(person=user)
        .select_related("other")
        .annotate(last_message=Subquery(last))
    )


def messages_on(side: ConversationSide) -> QuerySet:
    """Return what was said and is still shown on ``side``, deleted ones as well."""
    return Message.objects.filter(
        shown_to(side.person_id),
        conversation_id=side.conversation_id,
        pk__gt=side.cleared_up_to,
    ).select_related("sender")


def message_for(user: User, pk: int) -> Message | None:
    """Return a message of a conversation in which ``user`` takes part, and still shown there."""
    found = message_on_side(user, pk)
    return found[0] if found else None


def message_on_side(user: User, pk: int) -> tuple[Message, ConversationSide] | None:
    """Return such a message with the conversation as ``user`` has it."""
    rows = Message.objects.select_related("conversation", "sender").filter(shown_to(user.pk))
    message = rows.filter(pk=pk).first()
    if message is None:
        return None
    sides = ConversationSide.objects.select_related("other").filter(person=user)
    side = sides.filter(conversation=message.conversation_id, cleared_up_to__lt=pk).first()
    return (message, side) if side is not None else None


def other_in(message: Message, user: User) -> User:
    """Return with whom ``user`` exchanged ``message``."""
    conversation = message.conversation
    return conversation.high if conversation.low_id == user.pk else conversation.low
