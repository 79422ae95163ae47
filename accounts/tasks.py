"""Work for the background; each calls one action and is safe to run twice."""

import logging

import httpx
from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, connection
from django.dispatch import receiver

from accounts import actions, jobs
from accounts.models import User
from config import worker_life
from config.answers import forget_answers
from config.signals import drain_began, drain_ends

logger = logging.getLogger(__name__)
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


@shared_task(name="accounts.send_mail", bind=True)
def send_mail(self, about: int | str, data: dict | None = None) -> None:
    """Send one mail that waits as a row; a message that comes twice does nothing.

    With ``data`` it is of a version before 22 November 2026 and has no row yet; to go, like the queue
    ``celery``, in the release after the next.
    """
    if data is None:
        actions.send_queued_mail(int(about))
    else:
        actions.adopt_mail(str(about), data, task_id=self.request.id)


@shared_task(name="accounts.send_due_mails")
def send_due_mails() -> None:
    """Send what no message woke a worker for, and what the server did not take."""
    actions.send_due_mails()


@shared_task(
    name="accounts.fetch_gravatar",
    is_promised=True,
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
    name="accounts.run_job",
    # Longer than a message may stay with a worker; its row is looked after (fail_stale_jobs).
    acks_late=False,
    soft_time_limit=JOB_SECONDS,
    time_limit=JOB_SECONDS + FETCH_SECONDS,
)
def run_job(pk: int) -> None:
    """Do long work that somebody asked for; a message that comes twice does nothing."""
    actions.perform_job(pk)


@worker_ready.connect
def take_over_jobs(**kwargs) -> None:
    """Let nobody wait for a worker that is gone, where the one that starts is alone."""
    try:
        if worker_life.is_alone():
            actions.take_over_jobs()
    except DatabaseError:
        logger.exception("jobs_not_taken_over")
    finally:
        if not connection.in_atomic_block:
            connection.close()


@receiver(drain_began)
def let_jobs_run(**kwargs) -> None:
    """Take jobs again, where one process does the work of several calls."""
    jobs.stopping.clear()


@receiver(drain_ends)
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
    name="accounts.erase_leavers",
    acks_late=False,  # the next night goes on
    soft_time_limit=JOB_SECONDS,
    time_limit=JOB_SECONDS + 30,
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
