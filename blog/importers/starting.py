"""Putting the steps of a run into the background."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions import start_job
from accounts.models import Job, User
from accounts.policies import require_can_take_part
from blog import actions
from blog.actions.imports import is_changed_since
from blog.exceptions import ImportRefused
from blog.importers.running import run_step
from blog.models import ImportRun
from config.exceptions import DomainError

JOB_KIND = "import"
STATES = {
    "read": ImportRun.State.READING,
    "bring": ImportRun.State.RUNNING,
    "undo": ImportRun.State.UNDOING,
}
FROM = {
    "read": {ImportRun.State.STORED, ImportRun.State.READY, ImportRun.State.FAILED},
    "bring": {ImportRun.State.READY},
    "undo": {ImportRun.State.DONE, ImportRun.State.UNDONE},
}


def start_step(
    run: ImportRun, step: str, *, actor: User, options: dict[str, Any] | None = None
) -> None:
    """Begin a step of ``run``, or go on with the one that was stopped.

    Call it outside of transactions. Raises ImportRefused if it is not its turn or another blog of
    the same person is at work, QueueUnreachable, PermissionRefused (see accounts.policies).
    """
    require_can_take_part(actor)
    if run.owner_id != actor.pk or run.state not in {*FROM[step], STATES[step]}:
        raise ImportRefused(_("This cannot be done now."))
    if step != "undo" and not run.archive:
        raise ImportRefused(_("The uploaded file is not here any more. Upload it again."))
    if busy := unfinished_job(actor):
        if busy.params.get("run") == run.pk:
            return
        raise ImportRefused(_("Another blog of yours is on its way. Wait until it has arrived."))
    before = {"state": run.state, "options": run.options, "reason": run.reason}
    actions.change_import(
        run, state=STATES[step], options={**run.options, **(options or {})}, reason=""
    )
    try:
        start_job(actor=actor, kind=JOB_KIND, params={"run": run.pk, "step": step})
    except DomainError:
        actions.change_import(run, **before)
        raise


def perform_job(job: Job, report: Callable[..., None]) -> dict[str, Any]:
    """Do the step that ``job`` asks for; what accounts.jobs runs in the background."""
    run = (
        ImportRun.objects.filter(pk=job.params.get("run"), owner_id=job.owner_id)
        .select_related("owner")
        .first()
    )
    if run is None:
        return {}
    run_step(run, str(job.params.get("step")), report)
    return {"run": run.pk}


def page_of(job: Job) -> str:
    """Return the address at which the result of ``job`` is seen."""
    return reverse("blog:import_run", args=[job.params["run"]])


def unfinished_job(owner: User) -> Job | None:
    """Return the import that is on its way for ``owner``."""
    return Job.objects.by_owner(owner).unfinished().filter(kind=JOB_KIND).first()


def job_of(run: ImportRun) -> Job | None:
    """Return the job that works on ``run`` at this moment."""
    job = unfinished_job(run.owner)
    return job if job is not None and job.params.get("run") == run.pk else None


def step_of(run: ImportRun) -> str:
    """Return the step that ``run`` is in."""
    return next((step for step, state in STATES.items() if state == run.state), "read")


def post_count(run: ImportRun) -> int:
    """Return how many posts of ``run`` are here."""
    return run.items.filter(post__isnull=False).count()


def changed_posts(run: ImportRun) -> list[dict[str, str]]:
    """Return title and address of the posts that were changed since they came in."""
    items = run.items.filter(post__isnull=False).select_related("post", "post__author")
    return [
        {"title": item.post.title, "url": item.post.get_absolute_url()}
        for item in items
        if is_changed_since(item)
    ]
