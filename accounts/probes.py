"""A job that only counts, to see whether background work is done at all (OP-16)."""

import time

from django.utils.translation import gettext_noop

from accounts.jobs import Reporter
from accounts.models import Job

COUNTING = gettext_noop("%(done)s of %(total)s seconds")


def count_seconds(job: Job, report: Reporter) -> dict[str, int]:
    """Count up to ``params["seconds"]``, one a second; return how many there were."""
    seconds = int(job.params["seconds"])
    for done in range(seconds):
        report(done, seconds, COUNTING)
        time.sleep(1)
    report(seconds, seconds, COUNTING)
    return {"seconds": seconds}
