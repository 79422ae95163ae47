"""Work for the background; each calls one action and is safe to run twice."""

import logging
from datetime import timedelta

from celery import shared_task
from celery.signals import task_postrun, worker_ready
from django.conf import settings
from django.db import DatabaseError, connection

from config import promises, worker_life
from search import actions
from search.exceptions import RebuildUnderWay

logger = logging.getLogger(__name__)
OLD_INDEX_KEPT_FOR = timedelta(days=3)
REBUILD_SECONDS = 24 * 3600  # a million texts with one process, twice


@shared_task(name="search.drain")
def drain() -> None:
    """Index what changed."""
    actions.drain_outbox()


@shared_task(name="search.sweep")
def sweep() -> None:
    """Index what is missing or outdated, and forget what is gone."""
    actions.sweep_until_clean()


@shared_task(name="search.repair", acks_late=False, time_limit=3600, soft_time_limit=3500)
def repair() -> None:
    """Set right what is wrong in the index, and forget the one before it after some days."""
    actions.repair_index()
    actions.drop_old_index(OLD_INDEX_KEPT_FOR)


@shared_task(
    name="search.rebuild",
    bind=True,
    is_promised=True,
    acks_late=False,  # longer than a message may stay with a worker
    soft_time_limit=REBUILD_SECONDS,
    time_limit=REBUILD_SECONDS + 30,
)
def rebuild(self) -> None:
    """Build a new index and let it answer; go on where a worker stopped that is gone."""
    try:
        actions.rebuild_index(resume=True, takes_over=False)
    except RebuildUnderWay:
        promises.leave_to_another(self.request.id)


@shared_task(name="search.flush_queries")
def flush_queries() -> None:
    """Bring the searches counted since the last run to their rows."""
    actions.flush_queries()


@shared_task(name="search.tidy_queries")
def tidy_queries() -> None:
    """Gather anew which searches are offered to others, and forget the oldest ones."""
    actions.forget_old_queries()
    actions.refresh_popular_queries()


def wake_worker() -> bool:
    """Let a worker index what waits, if anything does; return whether one was called.

    Never raises: what was changed is stored, and the schedule looks after it soon anyway.
    """
    if not settings.SEARCH_WAKES_WORKER:
        return False
    try:
        is_wanted = actions.has_due_rows()
        if is_wanted:
            drain.delay_on_commit()
    except Exception:  # each broker has errors of its own
        logger.exception("search_worker_not_woken")
        return False
    return is_wanted


@task_postrun.connect
def wake_after_task(task=None, state="", **kwargs) -> None:
    """Index what a task changed; where indexing itself failed, leave it to the schedule."""
    if state == "SUCCESS" or task is None or not task.name.startswith("search."):
        wake_worker()


@worker_ready.connect
def take_over_claims(**kwargs) -> None:
    """Index at once what waited for a worker; one that is alone takes all that is claimed.

    And look for what nothing waits for: a site that was just upgraded has no index at all.
    """
    try:
        if worker_life.is_alone():
            actions.release_claims()
    except DatabaseError:
        logger.exception("search_claims_not_released")
    finally:
        if not connection.in_atomic_block:
            connection.close()
    wake_worker()
    _sweep_soon()


def _sweep_soon() -> None:
    if not settings.SEARCH_WAKES_WORKER:
        return
    try:
        sweep.delay_on_commit()
    except Exception:  # each broker has errors of its own
        logger.exception("search_worker_not_woken")
