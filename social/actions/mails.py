"""Mails about notifications: what is due leaves, who wants which, whose address is dead.

A mail that waits is a column of its notification, so no queue can lose it and a mail server that
is down for hours delays it. To send one is a lease: ``mail_due_at`` moves on before the server is
asked, so no second worker sends it, and whoever dies leaves it to the next run.
"""

import re
import time
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused
from typing import NamedTuple

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.policies import is_email_confirmed
from social import mails, notices
from social.actions.inbox import locked_inboxes
from social.mail_times import planned_time
from social.models import Notification
from social.unsubscribing import DAILY

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=15)
"""A mail that could not be sent is tried again so much later."""
GIVE_UP_AFTER = timedelta(days=2)
PAUSE_SECONDS = 300
"""A mail server that cannot be reached is left alone so long."""
PAUSE_KEY = "social:mail-server-down"
MOST_AT_ONCE = 500
MOST_SECONDS = 150
PERMANENT = 500
"""From here on an answer of a mail server will be the same tomorrow (RFC 5321, 4.2.1)."""
ENHANCED = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")
"""The finer code that a server may put into its answer (RFC 3463)."""
DEAD = frozenset({b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1"})
"""The address is not there, moved away, takes no mail or is closed; the rest concerns ourselves."""
DEAD_IN_WORDS = re.compile(rb"user unknown|unknown user|no such user|mailbox unavailable", re.I)


class _ServerDown(Exception):
    """The mail server itself does not work; nobody's mail can leave now."""


class _Letter(NamedTuple):
    """What one mail tells."""

    told: list[Notification]
    is_digest: bool


def send_due_mails(now: datetime | None = None) -> int:
    """Send what waits, is due and is unread still; return how many mails left (SO-32).

    What fails stays due, and the notification on the site is not touched. Raises
    SoftTimeLimitExceeded alone.
    """
    if not settings.MAIL_ENABLED or cache.get(PAUSE_KEY):
        return 0
    now = now or timezone.now()
    due = (
        Notification.objects.filter(mail_due_at__lte=now)
        .select_related("person")
        .order_by("mail_due_at", "pk")[:MOST_AT_ONCE]
    )
    people = {told.person_id: told.person for told in due}
    connection = get_connection()
    stop_at = time.monotonic() + MOST_SECONDS
    sent = 0
    try:
        for person in people.values():
            if time.monotonic() > stop_at:
                break
            sent += _send_to_one(person, now, connection)
    except _ServerDown as error:
        log.warning("notice_mail_server_down", error=str(error.__cause__))
        cache.set(PAUSE_KEY, True, PAUSE_SECONDS)
    finally:
        _close(connection)
    return sent


def _send_to_one(person: User, now: datetime, connection: BaseEmailBackend) -> int:
    held = _lease(person, now)
    try:
        return sum(_send(person, letter, now, connection) for letter in _letters(person, held))
    except SoftTimeLimitExceeded:
        # What did not leave is as due as it was, whoever's time is over.
        Notification.objects.filter(person=person, mail_due_at=now + LEASE).update(mail_due_at=now)
        raise


def _send(person: User, letter: _Letter, now: datetime, connection: BaseEmailBackend) -> bool:
    """Send one mail; return whether it left. Raises _ServerDown, SoftTimeLimitExceeded."""
    try:
        mail = (
            mails.digest_mail(person, letter.told)
            if letter.is_digest
            else mails.notice_mail(person, letter.told[0])
        )
        if mail is not None:
            _hand_over(mail, connection)
    except (_ServerDown, SoftTimeLimitExceeded):
        raise
    except SMTPRecipientsRefused as error:
        if _is_dead(error):
            log.info("notice_mail_bounced", person_id=person.pk)
            note_bounce(person)
        else:
            log.warning("notice_mail_delayed", person_id=person.pk)
    except SMTPDataError as error:
        log.warning("notice_mail_refused", person_id=person.pk, code=error.smtp_code)
        if error.smtp_code >= PERMANENT:
            _settle(person, letter, now, has_left=False)
    except Exception:
        log.exception("notice_mail_failed", person_id=person.pk)
    else:
        _settle(person, letter, now, has_left=mail is not None)
        return mail is not None
    return False


@transaction.atomic
def _lease(person: User, now: datetime) -> list[Notification]:
    """Hold all that is to be mailed to ``person`` now, and forget what is not any more.

    All of it, also what MOST_AT_ONCE cut off: else what comes once a day would come in parts.
    """
    locked_inboxes([person.pk])
    waiting = Notification.objects.filter(person=person, mail_due_at__lte=now)
    current = {"read_at": None, "cause_count__gt": 0, "latest_at__gt": now - GIVE_UP_AFTER}
    waiting.exclude(**current).update(mail_due_at=None)
    if not _can_be_mailed(person):
        waiting.update(mail_due_at=None)
        return []
    held = list(waiting.order_by("-latest_at", "-pk"))
    waiting.update(mail_due_at=now + LEASE)
    return held


def _can_be_mailed(person: User) -> bool:
    return (
        person.is_active
        and bool(person.email)
        and person.mail_bounced_at is None
        and is_email_confirmed(person)
    )


def _letters(person: User, held: list[Notification]) -> list[_Letter]:
    """Return the mails to write: one for each, and one for all that goes into the digest."""
    daily, single = [], []
    for told in held:
        if _choice(person, told) == notices.MAIL_DAILY:
            daily.append(told)
        else:
            single.append(_Letter([told], is_digest=False))
    return [*single, _Letter(daily, is_digest=True)] if daily else single


def _choice(person: User, told: Notification) -> str:
    kind = notices.find_kind(told.kind)
    return notices.mail_choice(person, kind) if kind else notices.MAIL_NEVER


def _hand_over(mail: EmailMultiAlternatives, connection: BaseEmailBackend) -> None:
    """Give ``mail`` to the server. Raises what concerns this mail alone, else _ServerDown."""
    try:
        connection.open()
        mail.connection = connection
        mail.send()
    except (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupportedError):
        raise
    except OSError as error:
        raise _ServerDown from error


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError:
        log.debug("notice_mail_close_failed", exc_info=True)


def _is_dead(error: SMTPRecipientsRefused) -> bool:
    """Return whether the address does not exist; a refusal of ourselves says nothing of it."""
    return bool(error.recipients) and all(
        _says_dead(code, bytes(text)) for code, text in error.recipients.values()
    )


def _says_dead(code: int, text: bytes) -> bool:
    """Return whether an answer to RCPT names an address that is not there (SO-33)."""
    found = ENHANCED.search(text)
    if found:
        return code >= PERMANENT and found[0] in DEAD
    return code in (550, 553) and DEAD_IN_WORDS.search(text) is not None


@transaction.atomic
def _settle(person: User, letter: _Letter, now: datetime, *, has_left: bool) -> None:
    """Note that a mail left, or never will. What has grown since it was read gets another."""
    locked_inboxes([person.pk])
    known = {told.pk: told.latest_at for told in letter.told}
    for told in Notification.objects.filter(pk__in=known):
        if has_left:
            told.mailed_at = now
            told.save(update_fields=["mailed_at"])
        has_grown = told.latest_at > known[told.pk]
        told.mail_due_at = planned_time(person, told, now) if has_grown else None
        told.save(update_fields=["mail_due_at"])


# What people choose -------------------------------------------------------------------------------


@transaction.atomic
def choose_mails(person: User, choices: dict[str, str]) -> User:
    """Store when ``person`` wants mails of each kind named; what waits follows the choice."""
    # Whoever holds the inbox may be waiting to refer to the person: a full lock would wait back.
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.mail_choices = person.mail_choices | {
        name: choice
        for name, choice in choices.items()
        if choice in notices.MAIL_CHOICES and notices.find_kind(name)
    }
    person.save(update_fields=["mail_choices"])
    locked_inboxes([person.pk])
    now = timezone.now()
    waiting = Notification.objects.filter(
        person=person, kind__in=choices, mail_due_at__isnull=False
    )
    for told in waiting:
        told.mail_due_at = planned_time(person, told, now)
        told.save(update_fields=["mail_due_at"])
    return person


def end_mails(person: User, kind: str) -> None:
    """End the mails of ``kind``, or with DAILY whatever comes once a day. Idempotent."""
    if kind != DAILY:
        choose_mails(person, {kind: notices.MAIL_NEVER})
        return
    daily = [one for one in notices.all_kinds() if notices.mail_choice(person, one) == "daily"]
    choose_mails(person, {one.name: notices.MAIL_NEVER for one in daily})


@transaction.atomic
def note_bounce(person: User) -> None:
    """Stop the mails about notifications: the address of ``person`` does not exist (SO-33)."""
    User.objects.filter(pk=person.pk, email=person.email).update(mail_bounced_at=timezone.now())
    locked_inboxes([person.pk])
    Notification.objects.filter(person=person, mail_due_at__isnull=False).update(mail_due_at=None)


def try_mail_again(person: User) -> None:
    """Let mails go to the address of ``person`` again. Idempotent."""
    User.objects.filter(pk=person.pk).update(mail_bounced_at=None)
