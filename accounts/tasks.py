"""Work for the background; each calls one action and is safe to run twice."""

import logging

import httpx
from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, connection

from accounts import actions, jobs
from accounts.models import User
from config.answers import forget_answers

logger = logging.getLogger(__name__)
MAIL_PAUSES = (60, 300, 900, 1800)  # seconds; five tries within an hour (AC-34)
FETCH_SECONDS = 30
JOB_SECONDS = 6 * 3600  # an archive with years of images, or the import of one


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
    attempt = self.request.retries + 1
    try:
        actions.try_mail(name, data, task_id=self.request.id, attempt=attempt)
    except OSError as error:
        pause = MAIL_PAUSES[min(attempt, len(MAIL_PAUSES)) - 1]
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


@shared_task(
    name="accounts.run_job", soft_time_limit=JOB_SECONDS, time_limit=JOB_SECONDS + FETCH_SECONDS
)
def run_job(pk: int) -> None:
    """Do long work that somebody asked for; a message that comes twice does nothing."""
    actions.perform_job(pk)


@worker_ready.connect
def take_over_jobs(**kwargs) -> None:
    """Let nobody wait for a worker that is gone; the embedded one is alone, so it can tell."""
    if settings.REDIS_URL:
        return
    try:
        actions.take_over_jobs()
    except DatabaseError:
        logger.exception("jobs_not_taken_over")
    finally:
        if not connection.in_atomic_block:
            connection.close()


@worker_shutting_down.connect
def interrupt_jobs(**kwargs) -> None:
    """Let jobs stop at their next report and wait for the next worker (OP-13).

    With processes of their own they do not hear it: they end, or are killed and found silent.
    """
    jobs.stopping.set()


@shared_task(name="accounts.fail_stale_jobs")
def fail_stale_jobs() -> None:
    """Give up jobs whose worker is silent; announce again what waits for long."""
    actions.fail_stale_jobs()


@shared_task(name="accounts.delete_old_jobs")
def delete_old_jobs() -> None:
    """Forget jobs that ended long ago, and mails."""
    actions.delete_old_jobs()
    actions.forget_delayed_mails()


@shared_task(
    name="accounts.erase_leavers", soft_time_limit=JOB_SECONDS, time_limit=JOB_SECONDS + 30
)
def erase_leavers() -> None:
    """Erase the accounts whose two weeks are over."""
    actions.erase_leavers()


@shared_task(name="accounts.clear_archives")
def clear_archives() -> None:
    """Delete archives that expired, and what is left of those that were never finished."""
    actions.clear_stale_archives()
    actions.clear_expired_exports()


@shared_task(name="accounts.flush_token_use")
def flush_token_use() -> None:
    """Store on which day tokens were last used."""
    actions.flush_token_use()


@shared_task(name="accounts.tidy_tokens")
def tidy_tokens() -> None:
    """Forget tokens that ended, and answers that nobody gets again."""
    actions.forget_expired_tokens()
    forget_answers()
