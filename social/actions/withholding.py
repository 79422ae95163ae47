"""Keeping back what was told of something that moderators hide, and giving it back exactly.

A cause may be withheld for several reasons at once (a comment, and the post it stands under): it
comes back when the last of them is gone.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from social import withheld
from social.actions.inbox import locked_inboxes, settle_inbox
from social.actions.notifications import recount_notifications
from social.mail_times import mail_time
from social.models import Notification, NotificationCause, WithheldCause

PEOPLE_AT_ONCE = 200
STANDS = Q(withdrawn_at=None) | Q(withheld__isnull=False)
"""What its author did not undo."""


@transaction.atomic
def withhold(causes: Q, *, key: str) -> int:
    """Withhold everything that ``causes`` match under ``key``; return how many causes those are.

    What was undone by its author before stays undone.
    """
    found = NotificationCause.objects.filter(causes).filter(STANDS).distinct()
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
def give_back(key: str, *, people: Iterable[int] | None = None) -> int:
    """Let what was withheld under ``key`` alone be told again, unread where it was; return how many.

    To ``people`` alone if they are given. Nobody gets a second mail of it; who had none gets one.
    """
    held = WithheldCause.objects.filter(key=key)
    if people is not None:
        held = held.filter(cause__notification__person__in=list(people))
    people = set(held.values_list("cause__notification__person_id", flat=True))
    inboxes = locked_inboxes(people)
    causes = set(held.values_list("cause_id", flat=True))
    held.delete()
    rows = list(
        NotificationCause.objects.filter(pk__in=causes, withheld=None)
        .select_related("notification__person")
        .order_by("pk")
    )
    touched = set()
    for cause in rows:
        notice = cause.notification
        # Closed by being withheld, not by its reader.
        if (
            notice.read_at is not None
            and notice.causes.filter(withdrawn_at=notice.read_at).exists()
        ):
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
    if notice.mailed_at is None:
        notice.mail_due_at = mail_time(notice.person, notice, timezone.now())
    notice.save(update_fields=["read_at", "mail_due_at"])
    return notice


def settle_told_of(person_pk: int) -> None:
    """Withhold what was told of somebody whose account is hidden, else let it be told again.

    By the state of this moment, a few readers at a time. Idempotent.
    """
    while _settle_some(person_pk):
        pass


@transaction.atomic
def _settle_some(person_pk: int) -> bool:
    """Do so for the next PEOPLE_AT_ONCE readers; return whether there were any."""
    key = f"person-{person_pk}"
    # Held, so that of two runs the later one sees the later state.
    person = User.objects.select_for_update(no_key=True).filter(pk=person_pk).first()
    if person is None:
        return False
    held = WithheldCause.objects.filter(key=key)
    if person.state == User.State.ERASED:
        held.delete()  # nothing of it comes back
        return False
    if person.state not in HIDDEN_STATES:
        people = _readers(held, "cause__notification__person")
        return bool(people) and give_back(key, people=people) >= 0
    for causes in withheld.causes_about(person_pk):
        told = NotificationCause.objects.filter(causes).filter(STANDS)
        fresh = told.exclude(pk__in=held.values("cause"))
        if people := _readers(fresh, "notification__person"):
            withhold(causes & Q(notification__person__in=people), key=key)
            return True
    return False


def _readers(rows: QuerySet, path: str) -> list[int]:
    return list(rows.order_by(path).values_list(path, flat=True).distinct()[:PEOPLE_AT_ONCE])
