"""Putting archives into the background, both ways."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import actions
from accounts.actions.archives import IMPORT_KIND, State, archive_job
from accounts.archive.arriving import run_step
from accounts.archive.departing import STORING, store_archive, working_folder, write_archive
from accounts.exceptions import ArchiveRefused
from accounts.jobs import Reporter, first_half, second_half
from accounts.models import ArchiveImport, Job, User, new_key
from accounts.policies import require_can_take_part
from config.exceptions import DomainError

EXPORT_KIND = "export_archive"
STATES = {"read": State.READING, "bring": State.RUNNING, "undo": State.UNDOING}
FROM = {
    "read": {State.STORED, State.READY, State.FAILED},
    "bring": {State.READY},
    # What was stopped while it came in can go again, too.
    "undo": {State.RUNNING, State.DONE, State.UNDONE},
}


# Out ----------------------------------------------------------------------------------------------


def start_export(actor: User) -> Job:
    """Ask for everything that is of ``actor``; the one on its way is returned instead of a second.

    Also for accounts that may not take part: what they wrote is theirs. Raises QueueUnreachable.
    """
    return actions.start_job(actor=actor, kind=EXPORT_KIND, params={"key": new_key()})


def perform_export(job: Job, report: Reporter) -> dict[str, Any]:
    """Write and store the archive that ``job`` asks for; started again it goes on."""
    key = str(job.params["key"])
    written = write_archive(job.owner, working_folder(key), report)
    now = timezone.now()
    filename = f"madang-{job.owner.handle}-{now:%Y-%m-%d}.zip"
    size = written["path"].stat().st_size
    report(99, 100, STORING)
    stored = store_archive(written["path"], key, f"{now:%Y-%m-%d}.zip")
    return {
        "stored": stored,
        "filename": filename,
        "size": size,
        "counts": written["counts"],
        "missing": written["missing"],
        "until": (now + settings.EXPORT_LINK_TIME).isoformat(),
    }


# In -----------------------------------------------------------------------------------------------


def start_step(run: ArchiveImport, step: str, *, actor: User, goes_on: bool = False) -> Job:
    """Begin a step of ``run``, or go on with the one that was stopped; return its job. Idempotent.

    ``goes_on``: what was read comes in at once, in the same job. Call it outside of transactions. Raises ArchiveRefused if it is not its turn or another archive
    of the same person is at work, QueueUnreachable, PermissionRefused (see accounts.policies).
    """
    require_can_take_part(actor)
    if run.owner_id != actor.pk:
        raise ArchiveRefused(_("This cannot be done now."))
    if busy := archive_job(actor):
        _require_same(busy, run, step)
        return busy
    before = _enter(run, step)
    try:
        params = {"run": run.pk, "step": step} | ({"goes_on": True} if goes_on else {})
        job = actions.start_job(actor=actor, kind=IMPORT_KIND, params=params)
        if not job.is_new:
            _require_same(job, run, step)  # somebody was faster
    except DomainError:
        actions.change_archive_import(run, **before)
        raise
    return job


@transaction.atomic
def _enter(run: ArchiveImport, step: str) -> dict[str, Any]:
    """Put ``run`` into the state of ``step`` and return what it was before."""
    held = ArchiveImport.objects.select_for_update().filter(pk=run.pk).first()
    if held is None or held.state not in {*FROM[step], STATES[step]}:
        raise ArchiveRefused(_("This cannot be done now."))
    if step != "undo" and not held.archive:
        raise ArchiveRefused(_("The uploaded file is not here any more. Upload it again."))
    before = {"state": held.state, "reason": held.reason}
    run.archive, run.report = held.archive, held.report
    actions.change_archive_import(run, state=STATES[step], reason="")
    return before


def _require_same(job: Job, run: ArchiveImport, step: str) -> None:
    if job.params.get("run") != run.pk:
        raise ArchiveRefused(
            _("Another archive of yours is on its way. Wait until it has arrived.")
        )
    if job.params.get("step") != step:
        raise ArchiveRefused(_("This cannot be done now."))


def perform_import(job: Job, report: Reporter) -> dict[str, Any]:
    """Do the step that ``job`` asks for; what accounts.jobs runs in the background."""
    run = (
        ArchiveImport.objects.filter(pk=job.params.get("run"), owner_id=job.owner_id)
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
    if goes_on and run.state == State.FAILED:
        raise ArchiveRefused(run.reason)
    if goes_on and run.state in {State.READY, State.RUNNING}:
        actions.change_archive_import(run, state=State.RUNNING)
        run_step(run, "bring", second_half(report))
    return {"run": run.pk}


def step_of(run: ArchiveImport) -> str:
    """Return the step that ``run`` stopped in."""
    return next((step for step, state in STATES.items() if state == run.state), "read")


# Where to look ------------------------------------------------------------------------------------


def export_page(job: Job) -> str:
    """Return the address at which a finished archive can be fetched."""
    return reverse("accounts:settings_export")


def import_page(job: Job) -> str:
    """Return the address at which the result of an import is seen."""
    return reverse("accounts:archive_run", args=[job.params["run"]])
