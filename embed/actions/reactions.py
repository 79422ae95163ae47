"""Reactions of guests: one a day and visitor, known by a hash that ends with the day (BL-39).

Members like the thread's post (``blog.actions.like_post``).
"""

from datetime import UTC, date

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from embed.exceptions import ReactionsOff
from embed.models import EmbedThread, GuestReaction


@transaction.atomic
def react_as_guest(thread: EmbedThread, *, visitor: str) -> bool:
    """Note that a visitor likes a page; return whether that is new today. Idempotent.

    Raises ReactionsOff, EmbedThread.DoesNotExist.
    """
    held = _held(thread)
    if not held.site.has_reactions:
        raise ReactionsOff(_("This site takes no reactions."))
    _row, is_new = GuestReaction.objects.get_or_create(
        thread=held, day=reaction_day(), visitor=visitor
    )
    if is_new:
        _move(held, +1)
    return is_new


@transaction.atomic
def unreact_as_guest(thread: EmbedThread, *, visitor: str) -> bool:
    """Take today's reaction of a visitor back; return whether there was one. Idempotent.

    Raises EmbedThread.DoesNotExist.
    """
    held = _held(thread)
    rows = GuestReaction.objects.filter(thread=held, day=reaction_day(), visitor=visitor)
    gone, _rows = rows.delete()
    if gone:
        _move(held, -1)
    return bool(gone)


def reaction_day() -> date:
    """Return the day for which a visitor is known: that of the salt of the hash, in UTC."""
    return timezone.now().astimezone(UTC).date()


def _held(thread: EmbedThread) -> EmbedThread:
    threads = EmbedThread.objects.select_for_update(no_key=True, of=("self",))
    return threads.select_related("site").get(pk=thread.pk)


def _move(thread: EmbedThread, by: int) -> None:
    EmbedThread.objects.filter(pk=thread.pk).update(
        guest_reaction_count=F("guest_reaction_count") + by
    )
