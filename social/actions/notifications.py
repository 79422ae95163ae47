"""Telling people, and taking back what was told when its cause is undone.

A target is ("post", 12); a cause ("comment", 34), or ("person", 5) where only one act of that
person counts (a like, a follow).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from social import notices
from social.actions.inbox import locked_inboxes, settle_inbox
from social.mail_times import mail_time
from social.models import Inbox, Notification, NotificationCause, WithheldCause
from social.selectors import wants_to_hear

Reference = tuple[str, int]
PEOPLE_AT_ONCE = 200
MOST_LOOKED_AT = 500


@transaction.atomic
def notify(
    person: User,
    kind: str,
    *,
    actor: User | None,
    target: Reference,
    cause: Reference,
    text: str = "",
    tags: Iterable[str] = (),
    data: dict[str, Any] | None = None,
) -> bool:
    """Tell ``person`` of an act of ``actor``; return whether it is new to them. Idempotent.

    Nobody is told of their own acts, across a block, of people, words or tags that they muted
    (``text`` and ``tags`` of what was said). The caller made sure that they may see the target.
    What was undone and is done again within a day of that comes back as read (SO-26).
    Call it last in a transaction: it holds the inbox of ``person``. Whoever tells several people
    holds all their inboxes first (``hold_inboxes``).
    """
    if actor is not None and actor.pk == person.pk:
        return False
    inbox = locked_inboxes([person.pk])[person.pk]
    # Asked under the lock: a block holds both inboxes too, so one of the two sees the other.
    if not wants_to_hear(person, actor, text=text, tags=tags):
        return False
    now = timezone.now()
    earlier = (
        _causes(kind, target, cause)
        .filter(notification__person=person)
        .select_related("notification")
        .order_by("-pk")
        .first()
    )
    if earlier is not None and earlier.withdrawn_at is None:
        return False
    if earlier is not None and earlier.withdrawn_at > now - notices.SAME_AGAIN_AFTER:
        _restore(earlier)
        return False
    _open(person, kind, actor, target, cause, data or {}, now)
    settle_inbox(inbox)
    return True


def hold_inboxes(people: Iterable[User]) -> None:
    """Hold the inboxes of all whom a transaction is about to tell, in the one order that is safe.

    Two transactions that each take several one by one could wait for each other for ever.
    """
    locked_inboxes(person.pk for person in people)


def withdraw(kind: str, *, target: Reference, cause: Reference) -> int:
    """Take back what an act told that was undone; return how many people it concerned."""
    return withdraw_causes(_causes(kind, target, cause))


def withdraw_object(cause: Reference) -> int:
    """Take back everything that one thing told (a comment that was deleted), to anybody."""
    return withdraw_causes(
        NotificationCause.objects.filter(object_type=cause[0], object_id=cause[1])
    )


def withdraw_target(target: Reference) -> int:
    """Take back everything that was told about a target that is gone or hidden."""
    return withdraw_causes(
        NotificationCause.objects.filter(
            notification__target_type=target[0], notification__target_id=target[1]
        )
    )


@transaction.atomic
def withdraw_some(target: Reference, *, limit: int) -> int:
    """Take back what ``limit`` people at most were told of ``target``; return how many it was."""
    told = NotificationCause.objects.filter(
        notification__target_type=target[0], notification__target_id=target[1], withdrawn_at=None
    ).order_by("notification__person")
    people = list(told.values_list("notification__person", flat=True).distinct()[:limit])
    return withdraw_causes(told.order_by().filter(notification__person__in=people))


def withdraw_unseen(target: Reference) -> int:
    """Take ``target`` back from those who may not see it any more; return how many they were."""
    standing = Notification.objects.filter(
        target_type=target[0], target_id=target[1], cause_count__gt=0
    )
    people = User.objects.filter(pk__in=standing.values("person"))
    lost = [
        one.pk for one in people.iterator() if target not in notices.load_targets(one, [target])
    ]
    return sum(
        withdraw_causes(
            NotificationCause.objects.filter(notification__in=standing.filter(person=pk))
        )
        for pk in lost
    )


def withdraw_unseen_by(person_pk: int) -> int:
    """Take back from one person what they may not see any more; return how many notices it was.

    Of the latest MOST_LOOKED_AT that are unread, which the number in the header counts.
    """
    person = User.objects.filter(pk=person_pk).first()
    if person is None:
        return 0
    unread = Notification.objects.filter(person=person, read_at=None, cause_count__gt=0)
    latest = unread.order_by("-latest_at", "-pk").values_list("pk", "target_type", "target_id")
    # What a newer version told is not known here.
    places = {
        pk: (name, key) for pk, name, key in latest[:MOST_LOOKED_AT] if notices.is_target(name)
    }
    seen = notices.load_targets(person, places.values())
    lost = [pk for pk, place in places.items() if place not in seen]
    if lost:
        withdraw_causes(NotificationCause.objects.filter(notification__in=lost))
    return len(lost)


def withdraw_unseen_after(person_pk: int) -> int | None:
    """Do so for the next people with something unread; return the last of them, None at the end.

    For what concerns too many to look for them at once: an account that was hidden.
    """
    waiting = Inbox.objects.filter(pk__gt=person_pk, unread_notifications__gt=0).order_by("pk")
    people = list(waiting.values_list("pk", flat=True)[:PEOPLE_AT_ONCE])
    for pk in people:
        withdraw_unseen_by(pk)
    return people[-1] if people else None


@transaction.atomic
def withdraw_between(one: User, other: User) -> int:
    """Take back what each of the two was told of the other (a block stands between them now)."""
    hold_inboxes([one, other])
    return withdraw_causes(
        NotificationCause.objects.filter(
            Q(notification__person=one, actor=other) | Q(notification__person=other, actor=one)
        )
    )


@transaction.atomic
def withdraw_causes(causes: QuerySet) -> int:
    """Take back ``causes``; return how many people had been told of them.

    What moderators withhold does not come back any more, either.
    """
    WithheldCause.objects.filter(cause__in=causes.filter(withdrawn_at__isnull=False)).delete()
    causes = causes.filter(withdrawn_at=None)
    people = set(causes.values_list("notification__person_id", flat=True))
    inboxes = locked_inboxes(people)
    now = timezone.now()
    # Read again: what stood there before the locks were held may have been taken back since.
    # Of those alone whose inbox is held.
    standing = causes.filter(notification__person__in=people)
    told = set(standing.values_list("notification_id", flat=True))
    NotificationCause.objects.filter(pk__in=standing.values("pk")).update(withdrawn_at=now)
    recount_notifications(told, now)
    for inbox in inboxes.values():
        settle_inbox(inbox)
    return len(people)


@transaction.atomic
def mark_read(person: User, notifications: QuerySet | None = None) -> int:
    """Mark notifications of ``person`` as read, all of them unless told; return how many."""
    inbox = locked_inboxes([person.pk])[person.pk]
    unread = Notification.objects.filter(person=person, read_at=None)
    if notifications is not None:
        unread = unread.filter(pk__in=notifications.values("pk"))
    changed = unread.update(read_at=timezone.now())
    settle_inbox(inbox)
    return changed


def mark_target_read(person: User, kind: str, target: Reference) -> None:
    """Mark what was told of ``target`` as read; the caller holds and settles the inbox."""
    Notification.objects.filter(
        person=person, kind=kind, target_type=target[0], target_id=target[1], read_at=None
    ).update(read_at=timezone.now())


def forget_withdrawn() -> int:
    """Delete causes taken back so long ago that they may be told again; return how many."""
    cutoff = timezone.now() - notices.SAME_AGAIN_AFTER
    undone = NotificationCause.objects.filter(withdrawn_at__lt=cutoff, withheld=None)
    gone, _rows = undone.delete()
    Notification.objects.filter(cause_count=0, causes=None, latest_at__lt=cutoff).delete()
    return gone


def _causes(kind: str, target: Reference, cause: Reference) -> QuerySet:
    return NotificationCause.objects.filter(
        notification__kind=kind,
        notification__target_type=target[0],
        notification__target_id=target[1],
        object_type=cause[0],
        object_id=cause[1],
    )


def _open(
    person: User,
    kind: str,
    actor: User | None,
    target: Reference,
    cause: Reference,
    data: dict[str, Any],
    now: datetime,
) -> Notification:
    told, _created = Notification.objects.get_or_create(
        person=person, kind=kind, target_type=target[0], target_id=target[1], read_at=None
    )
    # It may stand there since longer than a day, taken back: the same row tells it again.
    NotificationCause.objects.update_or_create(
        notification=told,
        object_type=cause[0],
        object_id=cause[1],
        defaults={"actor": actor, "created_at": now, "withdrawn_at": None},
    )
    told.cause_count = told.causes.filter(withdrawn_at=None).count()
    told.latest_at = now
    told.data = data
    told.mail_due_at = mail_time(person, told, now)
    told.save(update_fields=["cause_count", "latest_at", "data", "mail_due_at"])
    return told


def _restore(cause: NotificationCause) -> None:
    cause.withdrawn_at = None
    cause.save(update_fields=["withdrawn_at"])
    recount_notifications([cause.notification_id], timezone.now())


def recount_notifications(ids: Iterable[int], now: datetime) -> None:
    """Bring notifications in step with the causes that stand; in a few statements, however many."""
    stands = Q(causes__withdrawn_at=None)
    rows = list(
        Notification.objects.filter(pk__in=list(ids)).annotate(
            standing=Count("causes", filter=stands),
            latest=Max("causes__created_at", filter=stands),
        )
    )
    for told in rows:
        told.cause_count = told.standing
        if told.latest is None:
            # Nothing is left to tell. Closed, so that doing it again comes back as read.
            told.read_at = told.read_at or now
        else:
            told.latest_at = told.latest
    Notification.objects.bulk_update(rows, ["cause_count", "read_at", "latest_at"], batch_size=500)
