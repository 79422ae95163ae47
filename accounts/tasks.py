"""Work for the background; each calls one action and is safe to run twice."""

from celery import shared_task

from accounts import actions


@shared_task(name="accounts.flush_last_seen")
def flush_last_seen() -> None:
    """Bring the gathered times of last activity to their rows."""
    actions.flush_last_seen()


@shared_task(name="accounts.clear_expired_sessions")
def clear_expired_sessions() -> None:
    """Delete sessions whose time is over."""
    actions.clear_expired_sessions()
