"""Hiding a private message for reasons of moderation, and showing it again exactly as it was.

Called by moderation alone, in the transaction of a decision, which also says why and keeps the log.
Whoever sent it goes on seeing it.
"""

from django.db import transaction
from django.db.models import Q

from social.actions.inbox import settle_inboxes
from social.actions.messages import KIND, locked_sides_of, mark_read_if_all_is, store_side
from social.actions.withholding import give_back, withhold
from social.models import Message

SHOWN, HELD = "shown", "held"


@transaction.atomic
def hold_message(pk: int) -> str:
    """Hide a message from who received it; return how it was. Idempotent.

    It is not counted as unread any more, and what was told of it is withheld. One that is gone with
    its conversation is left alone.
    """
    if not Message.objects.filter(pk=pk).exists():
        return SHOWN
    message, sides = locked_sides_of(pk)
    former = HELD if message.is_held else SHOWN
    if former == SHOWN:
        message.is_held = True
        message.save(update_fields=["is_held"])
        for side in sides:
            store_side(side)
        withhold(_told_of(pk), key=f"message-{pk}")
        settle_inboxes(side.person_id for side in sides)
    return former


@transaction.atomic
def show_message(pk: int, former: str) -> None:
    """Show a held message again; one that its sender deleted meanwhile stays deleted, and one
    that is gone with its conversation stays gone."""
    if not Message.objects.filter(pk=pk).exists():
        return
    message, sides = locked_sides_of(pk)
    if message.is_held and former == SHOWN:
        message.is_held = False
        message.save(update_fields=["is_held"])
        for side in sides:
            store_side(side)
        give_back(f"message-{pk}")
        for side in sides:
            mark_read_if_all_is(side)
        settle_inboxes(side.person_id for side in sides)


def _told_of(pk: int) -> Q:
    return Q(object_type=KIND, object_id=pk)
