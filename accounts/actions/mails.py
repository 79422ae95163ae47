"""Mails about an account: queued after commit, sent in the background."""

import traceback
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mails
from accounts.exceptions import MailNotFailed
from accounts.models import DelayedMail, User
from config.commits import after_commit
from config.mails import build_mail

KEPT_DAYS = 90
KEPT_DAYS_OF_NOBODY = 7
"""What has no account beside it names an address: it is forgotten sooner."""
ERROR_MAX_LENGTH = 4000
TRIES = 5
"""Within an hour (AC-34); then it waits for staff."""


def queue_mail(name: str, *, user: User | None = None, to: str = "", **data: Any) -> None:
    """Let the mail ``name`` leave after commit; a queue that is down is logged, not raised.

    ``to``: another address than the person's own. ``data`` must be JSON.
    """
    from accounts.tasks import send_mail

    if user is not None:
        data["user_id"] = user.pk
    if to:
        data["to"] = to
    data.setdefault("at", timezone.now().isoformat())
    after_commit(send_mail.delay, name, data)


def queue_password_reset(email: str) -> None:
    """Let a reset link leave if somebody has this address.

    Asked in the background, so that the page answers alike for known and unknown ones (AC-26).
    """
    queue_mail("reset_password", email=email)


def deliver_mail(name: str, data: dict[str, Any]) -> bool:
    """Compose and send one mail now; return whether there was anything to send.

    Raises what the mail server raises (SMTPException, OSError).
    """
    letter = mails.compose(name, data)
    if letter is None:
        return False
    build_mail(name, **letter._asdict()).send()
    mails.note_sent(name, data)
    return True


def try_mail(name: str, data: dict[str, Any], *, task_id: str, attempt: int) -> bool:
    """Send one mail and note for staff what went wrong; return whether there was anything to send.

    Raises what the mail server raises (OSError), or whatever broke.
    """
    try:
        was_sent = deliver_mail(name, data)
    except Exception as error:
        is_over = attempt >= TRIES or not isinstance(error, OSError)
        _note_refusal(name, data, task_id, attempt, is_over=is_over)
        raise
    waiting = DelayedMail.objects.filter(task_id=task_id).exclude(state=DelayedMail.State.SENT)
    waiting.update(state=DelayedMail.State.SENT, data={}, attempts=attempt, tried_at=timezone.now())
    return was_sent


def _note_refusal(
    name: str, data: dict[str, Any], task_id: str, attempt: int, *, is_over: bool
) -> None:
    state = DelayedMail.State.FAILED if is_over else DelayedMail.State.WAITING
    person = User.objects.filter(pk=data.get("user_id")).first() if "user_id" in data else None
    DelayedMail.objects.update_or_create(
        task_id=task_id,
        defaults={
            "name": name,
            "person": person,
            "data": data,
            "state": state,
            "attempts": attempt,
            "error": traceback.format_exc()[-ERROR_MAX_LENGTH:],
            "tried_at": timezone.now(),
        },
    )


@transaction.atomic
def retry_mail(mail: DelayedMail) -> DelayedMail:
    """Let a mail that was given up be tried again, as if for the first time. Raises MailNotFailed."""
    from accounts.tasks import send_mail

    held = DelayedMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if held.state != DelayedMail.State.FAILED:
        raise MailNotFailed(_("Only what was given up can be tried again."))
    held.state = DelayedMail.State.WAITING
    held.save(update_fields=["state"])
    after_commit(send_mail.apply_async, (held.name, held.data), task_id=held.task_id)
    return held


def forget_delayed_mails() -> int:
    """Forget what is long ago; return how many."""
    now = timezone.now()
    rows = DelayedMail.objects
    old, _kinds = rows.filter(created_at__lt=now - timedelta(KEPT_DAYS)).delete()
    of_nobody = rows.filter(person=None, created_at__lt=now - timedelta(KEPT_DAYS_OF_NOBODY))
    return old + of_nobody.delete()[0]
