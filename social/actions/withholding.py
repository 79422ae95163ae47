"""Keeping back what was told of something that moderators hide, and giving it back exactly.

A cause may be withheld for several reasons at once (a comment, and the post it stands under): it
comes back when the last of them is gone.
"""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from social.actions.inbox import locked_inboxes, settle_inbox
from social.actions.notifications import recount_notifications
from social.models import Notification, NotificationCause, WithheldCause


@transaction.atomic
def withhold(causes: Q, *, key: str) -> int:
    """Withhold everything that ``causes`` match under ``key``; return how many causes those are.

    What was undone by its author before stays undone.
    """
    stands = Q(withdrawn_at=None) | Q(withheld__isnull=False)
    found = NotificationCause.objects.filter(causes).filter(stands).distinct()
    people = set(found.values_list("notification__person_id", flat=True))
    inboxes = locked_inboxes(people)
    rows = list(found.filter(notification__person__in=people).order_by("pk"))
    WithheldCause.objects.bulk_create(
        [WithheldCause(cause=one, key=key) for one in rows], ignore_conflicts=True
    )
    now = timezone.now()
    fresh = [one for one in rows if one.withdrawn_at is None]
    NotificationCause.objects.filter(pk__in=[one.pk for one in fresh]).update(withdrawn_at=now)
    recount_notifications({one.notification_id for one in fresh}, now)
    for inbox in inboxes.values():
        settle_inbox(inbox)
    return len(rows)


@transaction.atomic
def give_back(key: str) -> int:
    """Let what was withheld under ``key`` alone be told again, unread where it was; return how many.

    Nobody gets a second mail of it.
    """
    held = WithheldCause.objects.filter(key=key)
    people = set(held.values_list("cause__notification__person_id", flat=True))
    inboxes = locked_inboxes(people)
    causes = set(held.values_list("cause_id", flat=True))
    held.delete()
    rows = list(
        NotificationCause.objects.filter(pk__in=causes, withheld=None)
        .select_related("notification")
        .order_by("pk")
    )
    touched = set()
    for cause in rows:
        notice = cause.notification
        # Closed by being withheld, not by its reader.
        if notice.read_at is not None and notice.read_at == cause.withdrawn_at:
            notice = _open_again(notice)
        cause.notification, cause.withdrawn_at = notice, None
        cause.save(update_fields=["notification", "withdrawn_at"])
        touched.add(notice.pk)
    recount_notifications(touched, timezone.now())
    for inbox in inboxes.values():
        settle_inbox(inbox)
    return len(rows)


def _open_again(notice: Notification) -> Notification:
    """Return the notice unread, or the one that took its place meanwhile."""
    successor = Notification.objects.filter(
        person=notice.person_id,
        kind=notice.kind,
        target_type=notice.target_type,
        target_id=notice.target_id,
        read_at=None,
    ).first()
    if successor is not None:
        return successor
    notice.read_at = None
    notice.save(update_fields=["read_at"])
    return notice
