"""Which job works on a blog that moves in: what is stopped, and what is at work."""

from accounts.models import Job, User
from blog.models import ImportRun

JOB_KIND = "import"


def unfinished_job(owner: User) -> Job | None:
    """Return the import that is on its way for ``owner``."""
    return Job.objects.by_owner(owner).unfinished().filter(kind=JOB_KIND).first()


def job_of(run: ImportRun) -> Job | None:
    """Return the job that works on ``run`` at this moment."""
    job = unfinished_job(run.owner)
    return job if job is not None and job.params.get("run") == run.pk else None


def is_at_work(run: ImportRun) -> bool:
    """Return whether somebody works on ``run``: a job, or the command, which has none."""
    return run.is_unfinished and (run.is_with_the_command or job_of(run) is not None)


def runs_at_work() -> set[int]:
    """Return the numbers of all runs that a job works on: at most one a person."""
    params = Job.objects.unfinished().filter(kind=JOB_KIND).values_list("params", flat=True)
    return {one.get("run") for one in params}
