"""Putting the steps of a run into the background."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions import start_job
from accounts.jobs import first_half, second_half
from accounts.models import Job, User
from accounts.policies import require_can_take_part
from blog import actions
from blog.exceptions import ImportRefused
from blog.import_changes import changed_posts
from blog.import_jobs import JOB_KIND, unfinished_job
from blog.importers.running import run_step
from blog.models import ImportRun
from config.exceptions import DomainError

STATES = {
    "read": ImportRun.State.READING,
    "bring": ImportRun.State.RUNNING,
    "undo": ImportRun.State.UNDOING,
}
FROM = {
    "read": {ImportRun.State.STORED, ImportRun.State.READY, ImportRun.State.FAILED},
    # Posts that failed are tried again while the file is here.
    "bring": {ImportRun.State.READY, ImportRun.State.DONE},
    # What was stopped while it came in can go again, too.
    "undo": {ImportRun.State.RUNNING, ImportRun.State.DONE, ImportRun.State.UNDONE},
}
CHANGED_SHOWN = 100


def start_step(
    run: ImportRun,
    step: str,
    *,
    actor: User,
    options: dict[str, Any] | None = None,
    goes_on: bool = False,
) -> Job:
    """Begin a step of ``run``, or go on with the one that was stopped; return its job. Idempotent.

    ``goes_on``: what was read comes in at once, in the same job. Call it outside of transactions. Raises ImportRefused if it is not its turn or another blog of
    the same person is at work, QueueUnreachable, PermissionRefused (see accounts.policies).
    """
    require_can_take_part(actor)
    if run.owner_id != actor.pk:
        raise ImportRefused(_("This cannot be done now."))
    if busy := unfinished_job(actor):
        _require_same(busy, run, step)
        return busy
    before = _enter(run, step, options or {})
    try:
        params = {"run": run.pk, "step": step} | ({"goes_on": True} if goes_on else {})
        job = start_job(actor=actor, kind=JOB_KIND, params=params)
        if not job.is_new:
            _require_same(job, run, step)  # somebody was faster
    except DomainError:
        actions.change_import(run, **before)
        raise
    return job


@transaction.atomic
def _enter(run: ImportRun, step: str, options: dict[str, Any]) -> dict[str, Any]:
    """Put ``run`` into the state of ``step`` and return what it was before."""
    locked = ImportRun.objects.select_for_update()
    try:
        run.refresh_from_db(fields=["state", "options", "reason", "archive"], from_queryset=locked)
    except ImportRun.DoesNotExist as error:
        raise ImportRefused(_("This cannot be done now.")) from error
    if run.state not in {*FROM[step], STATES[step]} or run.is_with_the_command:
        raise ImportRefused(_("This cannot be done now."))
    if step != "undo" and not run.archive:
        raise ImportRefused(_("The uploaded file is not here any more. Upload it again."))
    before = {"state": run.state, "options": run.options, "reason": run.reason}
    actions.change_import(run, state=STATES[step], options={**run.options, **options}, reason="")
    return before


def _require_same(job: Job, run: ImportRun, step: str) -> None:
    """Raise ImportRefused unless ``job`` does this ``step`` of ``run``."""
    if job.params.get("run") != run.pk:
        raise ImportRefused(_("Another blog of yours is on its way. Wait until it has arrived."))
    if job.params.get("step") != step:
        raise ImportRefused(_("This cannot be done now."))


def perform_job(job: Job, report: Callable[..., None]) -> dict[str, Any]:
    """Do the step that ``job`` asks for; what accounts.jobs runs in the background."""
    run = (
        ImportRun.objects.filter(pk=job.params.get("run"), owner_id=job.owner_id)
        .select_related("owner")
        .first()
    )
    if run is None:
        return {}
    step = str(job.params.get("step"))
    # An old job that is tried again may ask for what is over by now.
    goes_on = bool(job.params.get("goes_on"))
    if run.state == STATES.get(step):
        run_step(run, step, first_half(report) if goes_on else report)
    if goes_on and run.state == ImportRun.State.FAILED:
        raise ImportRefused(run.reason)
    if goes_on and run.state in {ImportRun.State.READY, ImportRun.State.RUNNING}:
        actions.change_import(run, state=ImportRun.State.RUNNING)
        run_step(run, "bring", second_half(report))
    return {"run": run.pk}


def page_of(job: Job) -> str:
    """Return the address at which the result of ``job`` is seen."""
    return reverse("blog:import_run", args=[job.params["run"]])


def step_of(run: ImportRun) -> str:
    """Return the step that ``run`` is in, or that can be taken again."""
    if run.state == ImportRun.State.DONE:
        return "bring"
    return next((step for step, state in STATES.items() if state == run.state), "read")


def post_count(run: ImportRun) -> int:
    """Return how many posts of ``run`` are here."""
    return run.items.filter(post__isnull=False).count()


def changed_lines(run: ImportRun) -> tuple[list[dict[str, str]], int]:
    """Return title and address of the posts that were changed since, and how many more there are."""
    lines, number = [], 0
    for number, post in enumerate(changed_posts(run), 1):
        if number <= CHANGED_SHOWN:
            lines.append({"title": post.title, "url": post.get_absolute_url()})
    return lines, number - len(lines)
