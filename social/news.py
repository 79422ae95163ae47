"""What is new for the open pages of one person since they last asked (SO-28, SO-29)."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from config import clock
from config.prepared import Prepared
from social.cursors import cursor_at, sequence_of
from social.models import Event, Inbox

MOST_EVENTS = 100


class News(NamedTuple):
    """Events in their order, the cursor after the last, and whether the page must start anew.

    ``sequence`` is the number of the last event told: while it stays, nothing is new.
    """

    events: list[dict[str, Any]]
    cursor: str
    reset: bool
    sequence: int


def _inbox(_shape: str, *, person: int) -> QuerySet:
    return Inbox.objects.filter(pk=person)


INBOX = Prepared(_inbox, is_own=True)


def inbox_of(person: User) -> Inbox:
    """Return the inbox of ``person``; an empty one, not stored, if nothing ever came."""
    found = INBOX.objects("", person=person.pk)
    return found[0] if found else Inbox(pk=person.pk)


def news_since(person: User, cursor: str) -> News:
    """Return what came after ``cursor``, oldest first, at most MOST_EVENTS.

    Without a cursor of this person that still counts: the numbers as they are, and ``reset``.
    One query while nothing is new, else two.
    """
    inbox = inbox_of(person)
    since = sequence_of(person, cursor)
    if since is None or since > inbox.sequence or since < inbox.pruned_up_to:
        return News(_current(inbox), cursor_at(person, inbox.sequence), True, inbox.sequence)
    if since == inbox.sequence:
        return News([], cursor_at(person, since), False, since)
    # What is committed between the two reads may be among them: its numbers are higher.
    rows = Event.objects.filter(person=person, sequence__gt=since).order_by("sequence")
    events = list(rows[:MOST_EVENTS])
    last = events[-1].sequence if events else inbox.sequence
    return News([_as_told(event) for event in events], cursor_at(person, last), False, last)


def _as_told(event: Event) -> dict[str, Any]:
    return {"name": event.name, "data": event.data, "at": clock.iso(event.created_at)}


def _current(inbox: Inbox) -> list[dict[str, Any]]:
    at = clock.iso(timezone.now())
    return [
        {"name": name, "data": {"count": count}, "at": at}
        for name, count in (
            ("unread_notifications", inbox.unread_notifications),
            ("unread_messages", inbox.unread_messages),
        )
    ]
