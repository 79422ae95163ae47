"""When a notification is due to be mailed (SO-32)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from social import notices
from social.models import Notification

DIGEST_AT = time(8)
"""When whoever wants one mail a day gets it, in their own zone."""


def mail_time(person: User, told: Notification, now: datetime) -> datetime | None:
    """Return when ``told`` is to be mailed, which has just got another cause; None: not at all.

    What waits to be mailed already keeps its time, so that a lively thread is not put off for ever.
    """
    kind = notices.find_kind(told.kind)
    if kind is None or notices.mail_choice(person, kind) == notices.MAIL_NEVER:
        return None
    if told.mail_due_at is not None:
        return told.mail_due_at
    return planned_time(person, told, now)


def planned_time(person: User, told: Notification, now: datetime) -> datetime | None:
    """Return when ``told`` is to be mailed after what ``person`` chose; None: not at all."""
    kind = notices.find_kind(told.kind)
    choice = notices.mail_choice(person, kind) if kind else notices.MAIL_NEVER
    if choice == notices.MAIL_NEVER:
        return None
    if choice == notices.MAIL_DAILY:
        return next_digest(person, now)
    due = now + notices.MAIL_AFTER
    last = _last_mailed(person, told)
    return due if last is None else max(due, last + notices.MAIL_AGAIN_AFTER)


def next_digest(person: User, now: datetime) -> datetime:
    """Return the next morning of ``person``, which may be today's."""
    zone = ZoneInfo(person.time_zone or settings.TIME_ZONE)
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), DIGEST_AT, tzinfo=zone)
    if morning <= local:
        morning = datetime.combine(local.date() + timedelta(days=1), DIGEST_AT, tzinfo=zone)
    return morning


def _last_mailed(person: User, told: Notification) -> datetime | None:
    """Return when ``person`` last got a mail about the same; what was read since counts too."""
    return (
        Notification.objects.filter(
            person=person,
            kind=told.kind,
            target_type=told.target_type,
            target_id=told.target_id,
            mailed_at__isnull=False,
        )
        .order_by("-mailed_at")
        .values_list("mailed_at", flat=True)
        .first()
    )
