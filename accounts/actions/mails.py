"""Mails about an account: queued after commit, sent in the background."""

from typing import Any

from django.utils import timezone

from accounts import mails
from accounts.models import User
from config.commits import after_commit
from config.mails import build_mail


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
    return True
