"""Long work: asked for, done in the background, watched, given up, tidied away.

Every change of state is one conditional UPDATE, so that a message that comes twice, a click on
"cancel" and a worker that was believed dead cannot both win.
"""

import logging
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.mails import queue_mail
from accounts.exceptions import JobKindUnknown, JobNotFailed, QueueUnreachable
from accounts.jobs import (
    KEPT_DAYS,
    STALE_MINUTES,
    JobCancelled,
    JobFailed,
    JobInterrupted,
    find_kind,
    say_in_english,
    stopping,
)
from accounts.models import Job, User
from accounts.signals import job_changed
from config.commits import after_commit
from config.exceptions import DomainError
from config.scrubbing import format_trace

logger = logging.getLogger(__name__)
State = Job.State
TRACE_MAX_LENGTH = 10_000
WRITE_SECONDS = 1.0  # what changes no percent is stored this often
RESEND_MINUTES = STALE_MINUTES
"""After so long a job that still waits is announced again: its message may have been lost."""

OUR_FAULT = gettext_noop("It stopped because of an error on our side. The operator was told.")
TOO_LONG = gettext_noop("It took too long and was stopped.")
WORKER_STOPPED = gettext_noop("The worker that did this stopped.")


def start_job(*, actor: User, kind: str, params: dict[str, Any]) -> Job:
    """Ask for long work of ``kind``; the unfinished one of the same kind is returned instead.

    ``is_new`` of the result tells which it was. After commit it is queued; call this outside of
    other transactions. Raises QueueUnreachable, and then no job is left (AC-53); JobKindUnknown.
    """
    from accounts.tasks import run_job

    if find_kind(kind) is None:
        raise JobKindUnknown(_("This work is not known here."))
    with transaction.atomic():
        job, is_new = _find_or_create(actor, kind, params)
        if is_new:
            transaction.on_commit(partial(_queue_or_withdraw, run_job.delay, job))
            _tell(job.pk)
    job.is_new = is_new
    return job


def _find_or_create(actor: User, kind: str, params: dict[str, Any]) -> tuple[Job, bool]:
    for _attempt in range(3):
        held = Job.objects.by_owner(actor).unfinished().filter(kind=kind).first()
        if held is not None:
            return held, False
        try:
            with transaction.atomic():
                return Job.objects.create(owner=actor, kind=kind, params=params), True
        except IntegrityError:
            continue  # somebody was faster: theirs is found in the next round
    raise QueueUnreachable(_("The background work is busy. Please try again in a moment."))


def _queue_or_withdraw(queue: Callable[[int], Any], job: Job) -> None:
    try:
        queue(job.pk)
    except Exception as error:  # each broker has errors of its own
        logger.exception("queue_unreachable", extra={"job_id": job.pk, "kind": job.kind})
        Job.objects.filter(pk=job.pk, state=State.QUEUED).delete()
        raise QueueUnreachable(
            _("The background work cannot be reached. Please try again in a few minutes.")
        ) from error


def retry_job(job: Job) -> Job:
    """Ask for the same work again; return the new job, or the one that is on its way already.

    Raises JobNotFailed, QueueUnreachable.
    """
    if job.state != State.FAILED:
        raise JobNotFailed(_("Only what failed can be tried again."))
    return start_job(actor=job.owner, kind=job.kind, params=job.params)


def cancel_job(job: Job) -> Job:
    """Let the work stop: at once if it waits, at its next report if it runs. Idempotent."""
    cancelled = (
        Job.objects.filter(pk=job.pk)
        .unfinished()
        .update(state=State.CANCELLED, finished_at=timezone.now())
    )
    if cancelled:
        _tell(job.pk)
    job.refresh_from_db()
    return job


def _tell(pk: int) -> None:
    """Send ``job_changed`` after the commit; no job fails because nobody could be told."""
    after_commit(_send_changed, pk)


def _send_changed(pk: int) -> None:
    job = Job.objects.select_related("owner").filter(pk=pk).first()
    if job is not None:
        job_changed.send_robust(Job, job=job)


# In the background --------------------------------------------------------------------------------


def perform_job(pk: int) -> bool:
    """Do the work of a waiting job in the owner's language; return whether it was ours to do.

    A message that comes twice finds the job taken and does nothing. Whatever goes wrong is stored
    and told to the owner; nothing is raised.
    """
    now = timezone.now()
    taken = Job.objects.filter(pk=pk, state=State.QUEUED).update(
        state=State.RUNNING, started_at=now, seen_at=now
    )
    if not taken:
        return False
    _tell(pk)
    job = Job.objects.select_related("owner").get(pk=pk)
    zone = ZoneInfo(job.owner.time_zone or settings.TIME_ZONE)
    language = job.owner.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone):
        _run(job)
    return True


def _run(job: Job) -> None:
    kind = find_kind(job.kind)
    if kind is None:
        # A worker of an older version than the page that asked.
        logger.error("job_kind_unknown", extra={"job_id": job.pk, "kind": job.kind})
        fail_job(job, OUR_FAULT)
        return
    try:
        result = kind.run(job, Report(job))
    except JobInterrupted:
        logger.info("job_put_back", extra={"job_id": job.pk, "kind": job.kind})
        _put_back(job)
    except JobCancelled:
        logger.info("job_cancelled", extra={"job_id": job.pk, "kind": job.kind})
    except JobFailed as error:
        logger.warning("job_failed", exc_info=True, extra={"job_id": job.pk, "kind": job.kind})
        fail_job(job, error.key, error.values, trace=_trace())
    except DomainError as error:
        logger.warning("job_failed", exc_info=True, extra={"job_id": job.pk, "kind": job.kind})
        fail_job(job, "%(reason)s", {"reason": error.message}, trace=_trace())
    except SoftTimeLimitExceeded:
        logger.exception("job_took_too_long", extra={"job_id": job.pk, "kind": job.kind})
        fail_job(job, TOO_LONG, trace=_trace())
    except Exception:
        logger.exception("job_broke", extra={"job_id": job.pk, "kind": job.kind})
        fail_job(job, OUR_FAULT, trace=_trace())
    else:
        _finish(job, result or {})


def _trace() -> str:
    """Return where the present error came from: its end, should it be long."""
    return format_trace(sys.exc_info())[-TRACE_MAX_LENGTH:]


class Report:
    """What a run calls to say how far it is; see ``accounts.jobs``."""

    def __init__(self, job: Job):
        self.job = job
        self._written_at = 0.0

    def __call__(self, done: int, total: int, key: str = "", **values: Any) -> None:
        """Store that ``done`` of ``total`` are done; both are values of the text, too.

        Raises JobCancelled.
        """
        if stopping.is_set():
            raise JobInterrupted
        percent = percent_of(done, total)
        job = self.job
        is_due = time.monotonic() - self._written_at >= WRITE_SECONDS
        if is_due or percent > job.progress or (key and key != job.message_key):
            report_progress(job, done, total, key, {"done": done, "total": total, **values})
            self._written_at = time.monotonic()


def percent_of(done: int, total: int) -> int:
    """Return how much of running work is done, 0 to 99: the whole is reached by its end alone."""
    return min(99, max(0, done) * 100 // total) if total > 0 else 0


def report_progress(
    job: Job, done: int, total: int, key: str = "", values: dict[str, Any] | None = None
) -> None:
    """Store how far a running job is, which is its sign of life too; it never goes back (AC-50).

    Raises JobCancelled when the job does not run any more.
    """
    changes: dict[str, Any] = {"done": done, "total": total, "seen_at": timezone.now()}
    if key:
        changes |= {"message_key": key, "message_values": values or {}}
    percent = percent_of(done, total)
    running = Job.objects.filter(pk=job.pk, state=State.RUNNING)
    if not running.update(progress=Greatest(F("progress"), percent), **changes):
        raise JobCancelled
    _tell(job.pk)
    job.progress = max(job.progress, percent)
    for name, value in changes.items():
        setattr(job, name, value)


@transaction.atomic
def _put_back(job: Job) -> None:
    """Let a job whose worker is being stopped wait for another one, with what it has reached."""
    from accounts.tasks import run_job

    if Job.objects.filter(pk=job.pk, state=State.RUNNING).update(
        state=State.QUEUED, started_at=None, seen_at=timezone.now()
    ):
        _tell(job.pk)
        after_commit(run_job.delay, job.pk)


def _finish(job: Job, result: dict[str, Any]) -> None:
    now = timezone.now()
    finished = Job.objects.filter(pk=job.pk, state=State.RUNNING).update(
        state=State.DONE, progress=100, result=result, finished_at=now, seen_at=now
    )
    if finished:
        _tell(job.pk)


@transaction.atomic
def fail_job(
    job: Job,
    key: str,
    values: dict[str, Any] | None = None,
    *,
    as_seen: bool = False,
    trace: str = "",
) -> bool:
    """End an unfinished job as failed, with its last percent and the reason (AC-51).

    ``as_seen``: only if it gave no sign of life since ``job`` was read. After commit the owner gets
    a mail. Returns whether it was ended here.
    """
    jobs = Job.objects.filter(pk=job.pk)
    if as_seen:
        jobs = jobs.filter(state=job.state, seen_at=job.seen_at)
    changed = jobs.unfinished().update(
        state=State.FAILED,
        message_key=key,
        message_values=values or {},
        trace=trace,
        finished_at=timezone.now(),
    )
    if changed:
        queue_mail("job_failed", job_id=job.pk)
        _tell(job.pk)
    return bool(changed)


# By the clock -------------------------------------------------------------------------------------


def fail_stale_jobs() -> int:
    """End running jobs without a sign of life for STALE_MINUTES; return how many (AC-52).

    Waiting ones whose message may have been lost are announced again.
    """
    now = timezone.now()
    unfinished = Job.objects.unfinished()
    failed = 0
    silent = unfinished.filter(
        state=State.RUNNING, seen_at__lte=now - timedelta(minutes=STALE_MINUTES)
    )
    for job in silent:
        failed += _give_up(job)
    waiting = unfinished.filter(
        state=State.QUEUED, seen_at__lte=now - timedelta(minutes=RESEND_MINUTES)
    )
    for job in waiting:
        _announce_again(job)
    return failed


def take_over_jobs() -> int:
    """At the start of the only worker: give up what ran before it, announce what waits.

    Returns how many were given up. Not for one of several workers: the others' jobs are alive.
    """
    failed = 0
    for job in Job.objects.unfinished():
        if job.state == State.RUNNING:
            failed += _give_up(job)
        else:
            _announce_again(job)
    return failed


def _give_up(job: Job) -> bool:
    if not fail_job(job, WORKER_STOPPED, as_seen=True):
        return False
    logger.error(
        "job_stale",
        extra={
            "job_id": job.pk,
            "kind": job.kind,
            "seen_at": job.seen_at.isoformat(),
            "last": say_in_english(job.message_key, job.message_values),
        },
    )
    return True


def _announce_again(job: Job) -> None:
    from accounts.tasks import run_job

    with transaction.atomic():
        if Job.objects.filter(pk=job.pk, state=State.QUEUED, seen_at=job.seen_at).update(
            seen_at=timezone.now()
        ):
            after_commit(run_job.delay, job.pk)


def delete_old_jobs() -> int:
    """Forget jobs that ended more than KEPT_DAYS ago; return how many."""
    over = timezone.now() - timedelta(days=KEPT_DAYS)
    deleted, _rows = Job.objects.filter(finished_at__lt=over).delete()
    return deleted
