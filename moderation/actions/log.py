"""What staff do with the log itself: taking it out, and letting the whole chain be verified."""

import logging
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from accounts.actions import start_job
from accounts.jobs import JobFailed, Reporter
from accounts.models import Job, User
from moderation.actions.chain import write_log
from moderation.chain import verify_chain
from moderation.models import LogEntry
from moderation.policies import require_may_read_log
from moderation.schema import missing_guards

logger = logging.getLogger(__name__)
JOB_KIND = "verify-log"
BROKEN = gettext_noop("Row %(number)s of the log is not as it was written (%(problem)s).")
UNGUARDED = gettext_noop("The database does not guard the log: %(names)s are missing.")


@transaction.atomic
def note_export(*, actor: User, form: str, filters: dict[str, Any]) -> LogEntry:
    """Write down that the log was taken out, as what and with which filters; the row of that is the
    last one in it. Raises NotAModerator.
    """
    require_may_read_log(actor)
    return write_log(
        "export_log",
        actor=actor,
        target=("log", 0),
        after={"form": form, **{name: value for name, value in filters.items() if value}},
    )


def start_verification(*, actor: User) -> Job:
    """Let the whole chain be verified in the background; the one that runs already is returned.

    Call this outside of transactions. Raises NotAModerator, QueueUnreachable.
    """
    require_may_read_log(actor)
    job = start_job(actor=actor, kind=JOB_KIND, params={})
    if job.is_new:
        write_log("verify_log", actor=actor, target=("log", 0), after={"job": job.pk})
    return job


def perform_verification(job: Job, report: Reporter) -> dict[str, Any]:
    """Verify the whole chain in the background. Raises JobFailed if it is broken or unguarded."""
    verdict = verify_chain(report=report)
    if not verdict.is_sound:
        logger.error(
            "moderation_log_broken", extra={"number": verdict.number, "problem": verdict.problem}
        )
        raise JobFailed(BROKEN, number=verdict.number, problem=verdict.problem)
    if missing := missing_guards():
        logger.error("moderation_log_unguarded", extra={"names": missing})
        raise JobFailed(UNGUARDED, names=", ".join(missing))
    return {"checked": verdict.checked, "number": verdict.head.number, "hash": verdict.head.hash}
