"""The news that open pages ask for, and the two numbers in the header.

Whoever brings news to somebody holds that person's inbox row until the commit. So events become
visible in the order of their numbers, and what is counted under the lock is exact. Lock inboxes
last, in the order of their keys, after every other row of the transaction.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from social.models import ConversationSide, Event, Inbox, Notification

EVENTS_KEPT = timedelta(days=2)


def locked_inboxes(ids: Iterable[int]) -> dict[int, Inbox]:
    """Return {person's key: inbox}, each made if missing and held until the commit."""
    wanted = sorted(set(ids))
    rows = Inbox.objects.filter(pk__in=wanted).order_by("pk")
    there = set(rows.values_list("pk", flat=True))
    # Made before any is held, and all held by one statement: so the order is always the same.
    missing = [Inbox(pk=pk) for pk in wanted if pk not in there]
    if missing:
        Inbox.objects.bulk_create(missing, ignore_conflicts=True)
    return {inbox.pk: inbox for inbox in rows.select_for_update()}


def push_event(inbox: Inbox, name: str, data: dict[str, Any], *, subject: str = "") -> None:
    """Put an event into ``inbox``, which the caller holds; it replaces one of its name and subject.

    The caller saves the inbox (``settle_inbox``, or itself).
    """
    inbox.sequence += 1
    event = Event(
        person_id=inbox.pk,
        name=name,
        subject=subject,
        sequence=inbox.sequence,
        data=data,
        created_at=timezone.now(),
    )
    # One statement, whether it is there or not.
    Event.objects.bulk_create(
        [event],
        update_conflicts=True,
        unique_fields=["person", "name", "subject"],
        update_fields=["sequence", "data", "created_at"],
    )


def settle_inbox(inbox: Inbox) -> None:
    """Count anew what is unread, tell open pages of a change, and store ``inbox``."""
    notifications = Notification.objects.filter(
        person_id=inbox.pk, read_at=None, cause_count__gt=0
    ).count()
    messages = (
        ConversationSide.objects.filter(person_id=inbox.pk, unread_count__gt=0).aggregate(
            total=Sum("unread_count")
        )["total"]
        or 0
    )
    if notifications != inbox.unread_notifications:
        inbox.unread_notifications = notifications
        push_event(inbox, "unread_notifications", {"count": notifications})
    if messages != inbox.unread_messages:
        inbox.unread_messages = messages
        push_event(inbox, "unread_messages", {"count": messages})
    inbox.save(update_fields=["sequence", "unread_notifications", "unread_messages"])


@transaction.atomic
def send_event(person_id: int, name: str, data: dict[str, Any], *, subject: str = "") -> None:
    """Tell the open pages of one person something that is not stored elsewhere (job progress)."""
    inbox = locked_inboxes([person_id])[person_id]
    push_event(inbox, name, data, subject=subject)
    inbox.save(update_fields=["sequence"])


@transaction.atomic
def settle_inboxes(ids: Iterable[int]) -> None:
    """Count anew for several people (a block, a deletion, a repair)."""
    for inbox in locked_inboxes(ids).values():
        settle_inbox(inbox)


@transaction.atomic
def prune_events() -> int:
    """Forget events that no open page can still ask for; return how many."""
    old = Event.objects.filter(created_at__lt=timezone.now() - EVENTS_KEPT)
    people = list(old.values_list("person_id", flat=True).distinct()[:1000])
    gone = 0
    for inbox in locked_inboxes(people).values():
        rows = old.filter(person_id=inbox.pk)
        last = rows.order_by("-sequence").values_list("sequence", flat=True).first()
        if last is None:
            continue
        gone += rows.delete()[0]
        inbox.pruned_up_to = max(inbox.pruned_up_to, last)
        inbox.save(update_fields=["pruned_up_to"])
    return gone
