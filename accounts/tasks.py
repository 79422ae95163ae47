"""Work for the background; each calls one action and is safe to run twice."""

import httpx
from celery import shared_task

from accounts import actions
from accounts.models import User

MAIL_PAUSES = (60, 300, 900, 1800)  # seconds; five tries within an hour (AC-34)
FETCH_SECONDS = 30


@shared_task(name="accounts.flush_last_seen")
def flush_last_seen() -> None:
    """Bring visits gathered since the last run to their rows."""
    actions.flush_last_seen()


@shared_task(name="accounts.clear_expired_sessions")
def clear_expired_sessions() -> None:
    """Delete sessions that are over."""
    actions.clear_expired_sessions()


@shared_task(name="accounts.lift_expired_states")
def lift_expired_states() -> None:
    """Make active again whose suspension is over."""
    actions.lift_expired_states()


@shared_task(name="accounts.send_mail", bind=True, max_retries=len(MAIL_PAUSES))
def send_mail(self, name: str, data: dict) -> None:
    """Send one mail; if the server refuses, try again four times within an hour."""
    try:
        actions.deliver_mail(name, data)
    except OSError as error:
        pause = MAIL_PAUSES[min(self.request.retries, len(MAIL_PAUSES) - 1)]
        raise self.retry(exc=error, countdown=pause) from error


@shared_task(
    name="accounts.fetch_gravatar",
    autoretry_for=(httpx.HTTPError,),
    retry_backoff=60,
    max_retries=3,
    soft_time_limit=FETCH_SECONDS,
)
def fetch_gravatar(user_id: int) -> None:
    """Fetch the Gravatar picture of a member who opted in."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None:
        actions.fetch_gravatar(user)
