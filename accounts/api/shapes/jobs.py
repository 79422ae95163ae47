"""Long work and what moves in, in answers."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from accounts.actions.archives import IMPORT_KIND
from accounts.models import ArchiveImport, Job
from accounts.views.export import is_ready
from blog.import_jobs import JOB_KIND as BLOG_KIND
from blog.models import ImportRun
from config.api.addresses import Addresses
from config.api.schema import Shape
from config.clock import iso

INNER_RESULTS = frozenset({"stored"})
"""What a result holds for the site alone: where the storage keeps the file."""

ARCHIVES, BLOGS = "archive", "blog"
MOVING_IN = {IMPORT_KIND: ARCHIVES, BLOG_KIND: BLOGS}
"""Kind of job → kind of import."""


class JobLinksShape(Shape):
    """What can be done with a job now."""

    self = serializers.URLField()
    html = serializers.URLField(help_text="The result, or all of one's long work.")
    cancel = serializers.URLField(required=False)
    retry = serializers.URLField(required=False)
    download = serializers.URLField(required=False)
    brought = serializers.URLField(required=False, help_text="What moves in by it.")


class JobShape(Shape):
    """One piece of long work (AC-47)."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    kind = serializers.CharField()
    label = serializers.CharField(help_text="The kind in words.")
    state = serializers.CharField(help_text="queued, running, done, failed or cancelled.")
    progress = serializers.IntegerField(help_text="0 to 100; 100 only together with done.")
    message = serializers.CharField(help_text="How it goes or went, in the reader's language.")
    result = serializers.DictField(allow_null=True, help_text="Null until it is done.")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    links = JobLinksShape()


def job_shape(job: Job, addresses: Addresses) -> dict[str, Any]:
    """Return ``job`` from the row alone."""
    own = addresses.api(f"jobs/{job.pk}/")
    page = addresses.page(job.result_url or reverse("accounts:settings_jobs"))
    links = {"self": own, "html": page}
    if not job.is_finished:
        links["cancel"] = f"{own}cancel/"
    if job.state == Job.State.FAILED:
        links["retry"] = f"{own}retry/"
    if is_ready(job):
        links["download"] = f"{own}download/"
    if (run := job.params.get("run")) and job.kind in MOVING_IN:
        links["brought"] = addresses.api(f"imports/{MOVING_IN[job.kind]}/{run}/")
    is_done = job.state == Job.State.DONE
    told = {name: value for name, value in job.result.items() if name not in INNER_RESULTS}
    return {
        "id": job.pk,
        "url": own,
        "html_url": page,
        "kind": job.kind,
        "label": job.label,
        "state": job.state,
        "progress": job.progress,
        "message": job.text,
        "result": told if is_done else None,
        "created_at": iso(job.created_at),
        "started_at": iso(job.started_at) if job.started_at else None,
        "finished_at": iso(job.finished_at) if job.finished_at else None,
        "links": links,
    }


class ImportShape(Shape):
    """Something that moves in: read first, then brought in, and perhaps undone."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    kind = serializers.CharField(help_text="archive or blog.")
    name = serializers.CharField(help_text="The file that was sent.")
    state = serializers.CharField()
    reason = serializers.CharField(help_text="Why it could not be read; else empty.")
    plan = serializers.DictField(help_text="What it would bring (the dry run).")
    report = serializers.DictField(help_text="What it brought.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


def import_shape(run: ArchiveImport | ImportRun, addresses: Addresses) -> dict[str, Any]:
    """Return one import, with what it would bring and what it brought."""
    is_archive = isinstance(run, ArchiveImport)
    kind = ARCHIVES if is_archive else BLOGS
    name = "accounts:archive_run" if is_archive else "blog:import_run"
    return {
        "id": run.pk,
        "url": addresses.api(f"imports/{kind}/{run.pk}/"),
        "html_url": addresses.page(reverse(name, args=[run.pk])),
        "kind": kind,
        "name": run.name,
        "state": run.state,
        "reason": run.reason,
        "plan": run.plan,
        "report": run.report,
        "created_at": iso(run.created_at),
        "finished_at": iso(run.finished_at) if run.finished_at else None,
    }
