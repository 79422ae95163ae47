"""Comments of a site elsewhere on their way in and out, in the background (EM-16)."""

import json
import sqlite3
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import actions
from accounts.archive.departing import store_archive
from accounts.jobs import JobFailed, Reporter
from accounts.models import Job, User, new_key
from blog.importers.xml_stream import EntityRefused
from blog.models import Comment
from config import clock
from config.text import clean_line
from embed.actions.bringing import Bringing
from embed.bringing.isso import NotIsso
from embed.bringing.madang import FORMAT, NotOurs
from embed.bringing.opening import FILE_MOST, reading, unpacked
from embed.exceptions import CommentFileRefused, NotTheSiteOwner
from embed.models import EmbedSite, EmbedThread
from embed.policies import can_change_site

IMPORT_KIND, EXPORT_KIND = "embed_import", "embed_export"
PLACE = "embed-imports"
FILE_NAME = "comments.json"
FAULTS_KEPT = 50
KEPT = timedelta(days=7)
EVERY = 50  # comments between two signs of life
UNREADABLE_ERRORS = (CommentFileRefused, NotIsso, NotOurs, EntityRefused, sqlite3.Error)
READ = gettext_noop("%(done)s comments are read.")
WRITTEN = gettext_noop("%(done)s of %(total)s pages are written.")
GONE = gettext_noop("The uploaded file is not here any more. Upload it again.")
UNREADABLE = gettext_noop("This file cannot be read: %(reason)s")


def start_import(site: EmbedSite, *, actor: User, upload: File) -> Job:
    """Keep a file where nobody else reads it, and read it without storing anything (dry run).

    Raises NotTheSiteOwner, CommentFileRefused, QueueUnreachable.
    """
    _require_owner(site, actor)
    if (upload.size or 0) > FILE_MOST:
        raise CommentFileRefused(_("This file is too large."), field="upload")
    key = new_key()
    stored = default_storage.save(f"{PLACE}/{key}/comments", upload)
    params = {"site": site.pk, "stored": stored, "name": clean_line(upload.name or "")[:255]}
    job = actions.start_job(
        actor=actor, kind=IMPORT_KIND, params={**params, "upload": key, "dry_run": True}
    )
    if not job.is_new:
        default_storage.delete(stored)
    return job


def bring_in(job: Job, *, actor: User) -> Job:
    """Bring in what the dry run of ``job`` read. Raises CommentFileRefused, QueueUnreachable."""
    is_read = job.kind == IMPORT_KIND and job.state == Job.State.DONE and job.params.get("dry_run")
    if not is_read or not is_kept(job):
        raise CommentFileRefused(_("The uploaded file is not here any more. Upload it again."))
    return actions.start_job(actor=actor, kind=IMPORT_KIND, params={**job.params, "dry_run": False})


def is_kept(job: Job) -> bool:
    """Return whether the file that ``job`` read is still here."""
    return default_storage.exists(job.params["stored"])


def perform_import(job: Job, report: Reporter) -> dict[str, Any]:
    """Read the file of ``job`` and, unless it is a dry run, bring its comments in."""
    site = _site_of(job)
    dry_run = bool(job.params["dry_run"])
    faults: list[dict[str, Any]] = []
    numbers: Counter[str] = Counter()

    def fault(line: int, why: str) -> None:
        numbers["faults"] += 1
        if len(faults) < FAULTS_KEPT:
            faults.append({"line": line, "why": why})

    bringing = Bringing(site, fault, dry_run=dry_run)
    with tempfile.TemporaryDirectory(prefix="madang-embed-") as folder:
        path = _fetched(job, Path(folder))
        try:
            with reading(unpacked(path, Path(folder)), fault) as (kind, comments):
                for read in bringing.bring(comments):
                    if read % EVERY == 0:
                        report(read, 0, READ)
        except UNREADABLE_ERRORS as error:
            raise JobFailed(UNREADABLE, reason=str(error) or type(error).__name__) from error
    if not dry_run:
        default_storage.delete(job.params["stored"])
    return {
        "site": site.pk,
        "kind": kind,
        "dry_run": dry_run,
        "counts": {**bringing.counts, "faults": numbers["faults"]},
        "faults": faults,
    }


def _fetched(job: Job, folder: Path) -> Path:
    path = folder / "file"
    try:
        with default_storage.open(job.params["stored"]) as stored, path.open("wb") as copy:
            for chunk in stored.chunks():
                copy.write(chunk)
    except FileNotFoundError as error:
        raise JobFailed(GONE) from error
    return path


def _site_of(job: Job) -> EmbedSite:
    site = EmbedSite.objects.filter(pk=job.params["site"]).select_related("owner").first()
    if site is None or not can_change_site(job.owner, site):
        raise JobFailed(GONE)
    return site


def _require_owner(site: EmbedSite, actor: User) -> None:
    if not can_change_site(actor, site):
        raise NotTheSiteOwner(_("Only its owner can change this site."))


def clear_uploads() -> int:
    """Delete uploaded files that no job of the last week names; return how many."""
    recent = Job.objects.filter(kind=IMPORT_KIND, created_at__gte=timezone.now() - KEPT)
    named = {params.get("upload") for params in recent.values_list("params", flat=True)}
    number = 0
    try:
        folders = default_storage.listdir(PLACE)[0]
    except FileNotFoundError:
        return 0
    for folder in folders:
        if folder not in named:
            for name in default_storage.listdir(f"{PLACE}/{folder}")[1]:
                default_storage.delete(f"{PLACE}/{folder}/{name}")
                number += 1
    return number


# Out ------------------------------------------------------------------------------------------------


def start_export(site: EmbedSite, *, actor: User) -> Job:
    """Ask for everything that was said on ``site``. Raises NotTheSiteOwner, QueueUnreachable."""
    _require_owner(site, actor)
    return actions.start_job(
        actor=actor, kind=EXPORT_KIND, params={"site": site.pk, "key": new_key()}
    )


def perform_export(job: Job, report: Reporter) -> dict[str, Any]:
    """Write the file, store it and say where; begun again it begins anew."""
    site = _site_of(job)
    with tempfile.TemporaryDirectory(prefix="madang-embed-") as folder:
        path = Path(folder, "out", FILE_NAME)
        path.parent.mkdir()
        counts = write_comments(site, path, report)
        size = path.stat().st_size
        stored = store_archive(path, str(job.params["key"]), FILE_NAME)
    return {
        "site": site.pk,
        "stored": stored,
        "filename": FILE_NAME,
        "size": size,
        "counts": counts,
        "until": (timezone.now() + settings.EXPORT_LINK_TIME).isoformat(),
    }


def write_comments(site: EmbedSite, path: Path, report: Reporter) -> dict[str, int]:
    """Write all threads of ``site``, one at a time."""
    threads = (
        EmbedThread.objects.filter(site=site)
        .select_related("post")
        .prefetch_related(Prefetch("aliases"))
        .order_by("pk")
    )
    total, done, said = threads.count(), 0, 0
    head = {"format": FORMAT, "version": 1, "site": site.name, "origins": site.origins}
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "threads": [')
        for thread in threads.iterator(chunk_size=100):
            comments = _comments_of(thread)
            out.write(
                (",\n" if done else "\n")
                + json.dumps(_as_json(thread, comments), ensure_ascii=False)
            )
            done, said = done + 1, said + len(comments)
            report(done, total, WRITTEN)
        out.write("\n]}\n")
    return {"threads": done, "comments": said}


def _as_json(thread: EmbedThread, comments: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "key": thread.key,
        "aliases": [alias.key for alias in thread.aliases.all()],
        "url": thread.page_url,
        "title": thread.page_title,
        "reactions": thread.post.like_count + thread.guest_reaction_count,
        "comments": comments,
    }


def _comments_of(thread: EmbedThread) -> list[dict[str, Any]]:
    """Return what was said, the oldest first; places of deleted and held comments are left out."""
    rows = (
        Comment.objects.filter(post=thread.post_id)
        .exclude(status__in=(Comment.Status.DELETED, Comment.Status.HELD))
        .select_related("author", "parent")
        .order_by("created_at", "pk")
    )
    return [
        {
            "id": str(row.guid),
            "parent": str(row.parent.guid) if row.parent else None,
            "author": row.author.name if row.author else row.guest_name,
            "handle": row.author.handle if row.author else None,
            "body": row.source,
            "status": row.status,
            "created_at": clock.iso(row.created_at),
            "edited_at": clock.iso(row.edited_at) if row.edited_at else None,
            "likes": row.like_count,
        }
        for row in rows
    ]


def page_of(job: Job) -> str:
    """Return the address at which the result of ``job`` is seen."""
    site = EmbedSite.objects.filter(pk=job.params.get("site")).first()
    if site is None:
        return reverse("accounts:settings_jobs")
    return reverse("embed:comment_files", args=[site.key])
