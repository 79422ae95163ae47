"""Mails about an account: rows of the transaction that asks for them, sent in the background.

A message wakes a worker at once; a sweep each minute sends what no message woke anybody for and what
the server did not take. To send one is a lease: ``due_at`` moves on before the server is asked. Whoever
dies in between leaves it to the next sweep, so a mail leaves at least once.
"""

import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mails
from accounts.exceptions import MailNotFailed
from accounts.jobs import stopping
from accounts.models import DelayedMail, User
from accounts.models.mails import new_task_id
from config.commits import after_commit
from config.mails import build_mail

logger = logging.getLogger(__name__)
State = DelayedMail.State
KEPT_DAYS = 90
KEPT_DAYS_OF_NOBODY = 7
"""What has no account beside it names an address: it is forgotten sooner."""
ERROR_MAX_LENGTH = 4000
PAUSES = (60, 300, 900, 1800)  # seconds; five tries within an hour (AC-34)
TRIES = len(PAUSES) + 1
LATER_PAUSE = 3600  # seconds; when the server itself was away for longer
GIVE_UP_AFTER = timedelta(days=2)
LEASE = timedelta(minutes=10)
PERMANENT = 500
"""From here on an answer of a mail server will be the same tomorrow (RFC 5321, 4.2.1)."""
DOWN_KEY = "accounts:mail-server-down"
DOWN_SECONDS = 60
"""So long no message asks a server that cannot be reached; the sweep does."""
MOST_AT_ONCE = 500
MOST_SECONDS = 150
OF_ONE_MAIL = (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupportedError)
"""What a server says about one mail; all else (a wrong password, a refused sender) meets every mail."""


class _ServerDown(Exception):
    """The mail server itself does not work; nobody's mail can leave now."""


def queue_mail(name: str, *, user: User | None = None, to: str = "", **data: Any) -> None:
    """Store in this transaction that the mail ``name`` is to leave; after it a worker is woken.

    ``to``: another address than the person's own. ``data`` must be JSON.
    """
    if user is not None:
        data["user_id"] = user.pk
    if to:
        data["to"] = to
    now = timezone.now()
    data.setdefault("at", now.isoformat())
    _wake(DelayedMail.objects.create(name=name, person=user, data=data, due_at=now))


def _wake(mail: DelayedMail) -> None:
    from accounts.tasks import send_mail

    after_commit(send_mail.apply_async, (mail.pk,), task_id=mail.task_id)


def adopt_mail(name: str, data: dict[str, Any], *, task_id: str | None) -> bool:
    """Give a message of an older version the row that it has not, and send it. Idempotent by its id."""
    mail, _is_new = DelayedMail.objects.get_or_create(
        task_id=task_id or new_task_id(),
        defaults={
            "name": name,
            "person": User.objects.filter(pk=data.get("user_id")).first(),
            "data": data,
        },
    )
    return send_queued_mail(mail.pk)


def queue_password_reset(email: str) -> None:
    """Let a reset link leave if somebody has this address.

    Asked in the background, so that the page answers alike for known and unknown ones (AC-26).
    """
    queue_mail("reset_password", email=email)


def deliver_mail(
    name: str, data: dict[str, Any], connection: BaseEmailBackend | None = None
) -> bool:
    """Compose and send one mail now; return whether there was anything to send.

    Nobody is told that it left. Raises what the mail server raises (SMTPException, OSError).
    """
    letter = mails.compose(name, data)
    if letter is None:
        return False
    message = build_mail(name, **letter._asdict())
    message.connection = connection
    message.send()
    return True


def send_queued_mail(pk: int, now: datetime | None = None) -> bool:
    """Send one mail that waits and is due; return whether it left.

    While the server cannot be reached it is left to the sweep. Raises SoftTimeLimitExceeded alone.
    """
    if cache.get(DOWN_KEY):
        return False
    mail = _lease(pk, now or timezone.now())
    try:
        return mail is not None and _try(mail, None)
    except _ServerDown:
        cache.set(DOWN_KEY, True, DOWN_SECONDS)
        return False


def send_due_mails(now: datetime | None = None) -> int:
    """Send what waits and is due, until the server does not answer; return how many left.

    Raises SoftTimeLimitExceeded.
    """
    now = now or timezone.now()
    keys = list(_due(now).order_by("due_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    stop_at, sent = time.monotonic() + MOST_SECONDS, 0
    if not keys:
        return 0
    with _one_connection() as connection, suppress(_ServerDown):
        for pk in keys:
            mail = _lease(pk, now)
            if mail is not None:
                sent += _try(mail, connection)
            if time.monotonic() > stop_at or stopping.is_set():
                break
    return sent


def _due(now: datetime) -> QuerySet[DelayedMail]:
    # A process of an older version, still at work beside a new one, writes rows without a time.
    is_due = Q(due_at__lte=now) | Q(due_at=None)
    return DelayedMail.objects.filter(is_due, state=State.WAITING)


@contextmanager
def _one_connection() -> Iterator[BaseEmailBackend]:
    connection = get_connection()
    try:
        yield connection
    finally:
        with suppress(OSError):
            connection.close()


def _lease(pk: int, now: datetime) -> DelayedMail | None:
    """Hold a mail that is due, for LEASE; None if somebody else does, or it left."""
    due = _due(now).filter(pk=pk)
    if not due.update(due_at=now + LEASE, attempts=F("attempts") + 1, tried_at=now):
        return None
    return DelayedMail.objects.filter(pk=pk).first()


def _try(mail: DelayedMail, connection: BaseEmailBackend | None) -> bool:
    """Send a mail that we hold; return whether it left. Raises _ServerDown, SoftTimeLimitExceeded."""
    try:
        if connection is not None:
            connection.open()
        was_sent = deliver_mail(mail.name, mail.data, connection)
    except SoftTimeLimitExceeded:
        # The time of whoever sends is over; nothing is said of the mail.
        _give_back(mail)
        raise
    except OSError as error:
        _note_refusal(mail, is_over=_is_over(mail, error))
        if not isinstance(error, OF_ONE_MAIL):
            raise _ServerDown from error
        return False
    except DatabaseError as error:
        # Where it is away altogether, the lease gives the mail back.
        with suppress(DatabaseError):
            _note_refusal(mail, is_over=_is_over(mail, error))
        return False
    except Exception:
        # Ours, not the server's: another try would end the same way.
        _note_refusal(mail, is_over=True)
        return False
    _note_end(mail)
    if was_sent:
        _tell_sent(mail)
    return was_sent


def _give_back(mail: DelayedMail) -> None:
    """Let a mail that we hold wait as if it had not been tried."""
    with suppress(DatabaseError):
        DelayedMail.objects.filter(pk=mail.pk, state=State.WAITING).update(
            due_at=mail.tried_at, attempts=F("attempts") - 1
        )


def _tell_sent(mail: DelayedMail) -> None:
    """Tell whose mail it is that it left; it is not sent again because they could not hear it."""
    try:
        mails.note_sent(mail.name, mail.data)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("mail_sent_not_noted", extra={"mail": mail.name, "mail_id": mail.pk})


def _note_end(mail: DelayedMail) -> None:
    held = DelayedMail.objects.filter(pk=mail.pk)
    if mail.attempts == 1 and not mail.error:
        held.delete()
    else:
        held.update(state=State.SENT, data={}, due_at=None)


def _is_over(mail: DelayedMail, error: Exception) -> bool:
    """Return whether nobody tries any more: the server said no for good, or was away for days.

    The database counts as a server, too.
    """
    if mail.attempts < TRIES:
        return False
    return _code_of(error) >= PERMANENT or timezone.now() - mail.created_at >= GIVE_UP_AFTER


def _code_of(error: Exception) -> int:
    if isinstance(error, SMTPRecipientsRefused):
        return max((code for code, _text in error.recipients.values()), default=0)
    return error.smtp_code if isinstance(error, SMTPDataError) else 0


def _note_refusal(mail: DelayedMail, *, is_over: bool) -> None:
    pause = PAUSES[mail.attempts - 1] if mail.attempts < TRIES else LATER_PAUSE
    told = {"mail": mail.name, "mail_id": mail.pk, "attempts": mail.attempts}
    if is_over:
        logger.error("mail_given_up", exc_info=True, extra=told)
    else:
        logger.warning("mail_delayed", exc_info=True, extra=told)
    DelayedMail.objects.filter(pk=mail.pk).update(
        state=State.FAILED if is_over else State.WAITING,
        due_at=None if is_over else mail.tried_at + timedelta(seconds=pause),
        error=traceback.format_exc()[-ERROR_MAX_LENGTH:],
    )


@transaction.atomic
def retry_mail(mail: DelayedMail) -> DelayedMail:
    """Let a mail that was given up be tried again, as if for the first time. Raises MailNotFailed."""
    held = DelayedMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if held.state != State.FAILED:
        raise MailNotFailed(_("Only what was given up can be tried again."))
    held.state, held.attempts, held.due_at = State.WAITING, 0, timezone.now()
    held.save(update_fields=["state", "attempts", "due_at"])
    _wake(held)
    return held


def forget_delayed_mails() -> int:
    """Forget what is long ago; return how many."""
    now = timezone.now()
    rows = DelayedMail.objects
    old, _kinds = rows.filter(created_at__lt=now - timedelta(KEPT_DAYS)).delete()
    of_nobody = rows.filter(person=None, created_at__lt=now - timedelta(KEPT_DAYS_OF_NOBODY))
    return old + of_nobody.delete()[0]
