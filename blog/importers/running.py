"""The three steps of a run: reading, bringing in, undoing. Each can be stopped and started again."""

import contextlib
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.jobs import JobCancelled
from accounts.models import User
from blog import actions
from blog.exceptions import ImportRefused
from blog.importers.applying import Choices, apply_plan
from blog.importers.planning import is_remote, plan_import
from blog.importers.plans import ImportPlan, Outcome, Problem
from blog.importers.readers import KINDS
from blog.models import ImportRun
from config.exceptions import DomainError
from config.text import clean

__all__ = ["KINDS", "bring_in", "find_unfinished", "read_only", "run_step", "undo"]
logger = logging.getLogger(__name__)
Progress = Callable[..., None]
READING = gettext_noop("Your blog is being read.")
BRINGING = gettext_noop("Your blog is coming in.")
UNDOING = gettext_noop("What came in is being removed.")
REMOVED = "removed"
"""Among the options of a run: how many posts undoing it took away so far."""


def no_progress(done: int, total: int, key: str = "", **_values: Any) -> None:
    """For whoever does not look."""


# For the command --------------------------------------------------------------------------------


def read_only(path: Path, *, author: User, **reading: Any) -> dict[str, Any]:
    """Return the report of a dry run; nothing is written."""
    with plan_import(path, author=author, **reading) as plan:
        return plan_report(plan)


def find_unfinished(author: User, path: Path) -> ImportRun | None:
    """Return the run of the command that was stopped while it brought ``path`` in."""
    runs = ImportRun.objects.filter(owner=author, archive="", state=ImportRun.State.RUNNING)
    return runs.filter(options__path=str(path.resolve())).order_by("-pk").first()


def bring_in(
    path: Path,
    *,
    author: User,
    choices: Choices,
    report: Progress = no_progress,
    **reading: Any,
) -> dict[str, Any]:
    """Bring ``path`` in and return the report, with the number of the run that undoes it."""
    with plan_import(path, author=author, **reading) as plan:
        run = find_unfinished(author, path) or actions.open_import(
            actor=author, name=path.name, options={"path": str(path.resolve()), **asdict(choices)}
        )
        return _bring(run, plan, choices, report)


# For jobs -----------------------------------------------------------------------------------------


def run_step(run: ImportRun, step: str, report: Progress = no_progress) -> None:
    """Do one step of ``run`` with what its owner chose, in the language of the owner."""
    with translation.override(run.owner.language or settings.LANGUAGE_CODE):
        if step == "undo":
            undo(run, takes_changed=bool(run.options.get("takes_changed")), report=report)
            return
        try:
            with _archive(run) as path, _plan(run, path, report) as plan:
                if step == "read":
                    actions.change_import(
                        run, state=ImportRun.State.READY, kind=plan.kind, plan=plan_report(plan)
                    )
                else:
                    _bring(run, plan, choices_of(run), report)
        except (DomainError, FileNotFoundError, NotADirectoryError) as error:
            reason = getattr(error, "message", "") or _("The file is not there any more.")
            if step == "read":
                _fail(run, reason)
            else:
                raise
        except JobCancelled:
            raise
        except Exception:
            if step != "read":
                raise
            # Whatever it was, its owner must be able to remove the run.
            logger.exception("import_unreadable", extra={"run": run.pk})
            _fail(run, _("Something in this file stopped the reading."))


def _fail(run: ImportRun, reason: str) -> None:
    actions.change_import(run, state=ImportRun.State.FAILED, reason=reason)
    actions.drop_archive(run)


def choices_of(run: ImportRun) -> Choices:
    """Return what the owner of ``run`` decided."""
    options = run.options
    return Choices(
        visibility=str(options.get("visibility") or ""),
        brings_comments=bool(options.get("comments", True)),
        brings_remote_images=bool(options.get("remote_images", False)),
    )


def _plan(run: ImportRun, path: Path, report: Progress) -> ImportPlan:
    zone = str(run.options.get("time_zone") or run.owner.time_zone or "")
    return plan_import(
        path,
        kind=str(run.options.get("kind") or ""),
        base_path=str(run.options.get("base_path") or ""),
        zone=ZoneInfo(zone) if zone else None,
        author=run.owner,
        name=run.name,
        tick=lambda number: report(0, 0, key=READING),
    )


@contextlib.contextmanager
def _archive(run: ImportRun) -> Iterator[Path]:
    """Give the stored file of ``run`` as a file of this machine."""
    if not run.archive:
        raise ImportRefused(_("The uploaded file is not here any more. Upload it again."))
    try:
        yield Path(default_storage.path(run.archive))
        return
    except NotImplementedError:
        pass  # a bucket: a copy for the time of reading
    with tempfile.TemporaryDirectory(prefix="madang-import-") as folder:
        copy = Path(folder) / Path(run.archive).name
        with default_storage.open(run.archive) as stored, copy.open("wb") as opened:
            for chunk in stored.chunks():
                opened.write(chunk)
        yield copy


def _bring(run: ImportRun, plan: ImportPlan, choices: Choices, report: Progress) -> dict[str, Any]:
    actions.change_import(run, state=ImportRun.State.RUNNING, kind=plan.kind)
    outcomes: list[Outcome] = []
    total = len(plan.posts)
    report(0, total, key=BRINGING)

    def tick() -> None:
        report(len(outcomes), total, key=BRINGING)

    for outcome in apply_plan(plan, author=run.owner, run=run, choices=choices, tick=tick):
        outcomes.append(outcome)
        report(len(outcomes), total, key=BRINGING)
    result = outcome_report(plan, outcomes, run)
    actions.change_import(run, state=ImportRun.State.DONE, report=result)
    if not result["totals"].get("failed"):
        # What failed can be tried again from the file, until it is a week old.
        actions.drop_archive(run)
    return result


def undo(
    run: ImportRun, *, takes_changed: bool = False, report: Progress = no_progress
) -> dict[str, Any]:
    """Remove what ``run`` brought; returns how many posts went and which stayed."""
    total = run.items.filter(post__isnull=False).count()
    # Counted as they go, for whoever goes on after this was stopped.
    removed, kept, done = int(run.options.get(REMOVED, 0)), [], 0

    def tick() -> None:
        report(done, total, key=UNDOING)

    for state, post in actions.undo_import(
        run, actor=run.owner, takes_changed=takes_changed, tick=tick
    ):
        done += 1
        if state == "removed":
            removed += 1
            actions.change_import(run, options={**run.options, REMOVED: removed})
        else:
            kept.append({"title": post.title, "url": post.get_absolute_url()})
        tick()
    result = {"removed": removed, "kept": kept}
    actions.change_import(run, report={**run.report, "undo": result})
    return result


# Reports --------------------------------------------------------------------------------------


def storable(value: Any) -> Any:
    """Return ``value`` with texts that every database takes: no NUL, no lone surrogates."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {key: storable(one) for key, one in value.items()}
    return value


def plan_report(plan: ImportPlan) -> dict[str, Any]:
    """Return what ``plan`` would do as plain JSON."""
    report = {
        "name": plan.name,
        "kind": plan.kind,
        "posts": [
            {
                "path": post.path,
                "title": post.title,
                "date": post.date.isoformat(),
                "status": post.status,
                "visibility": post.visibility,
                "tags": post.tags,
                "series": post.series,
                "old": post.old_paths,
                "url": post.url,
                "state": "known" if post.is_known else "new",
            }
            for post in plan.posts
        ],
        "totals": {
            "new": sum(not post.is_known for post in plan.posts),
            "known": sum(post.is_known for post in plan.posts),
            **_by_status(plan),
            "images": sum(not is_remote(target) for target in plan.pictures),
            "remote_images": sum(map(is_remote, plan.pictures)),
            "comments": sum(post.new_comment_count for post in plan.posts),
        },
        "problems": _as_json(plan.problems),
        "skipped": _as_json(plan.skipped),
    }
    return storable(report)


def _by_status(plan: ImportPlan) -> dict[str, int]:
    counts = Counter(post.status for post in plan.posts if not post.is_known)
    counts["private"] = sum(
        post.visibility == "private" for post in plan.posts if not post.is_known
    )
    return dict(counts)


def outcome_report(plan: ImportPlan, outcomes: list[Outcome], run: ImportRun) -> dict[str, Any]:
    """Return what became of ``plan`` as plain JSON."""
    planned = {post.path: post for post in plan.posts}
    counts = Counter(outcome.state for outcome in outcomes)
    report = {
        "run": run.pk,
        "name": plan.name,
        "kind": plan.kind,
        "posts": [
            {
                "path": outcome.path,
                "title": outcome.title,
                "date": planned[outcome.path].date.isoformat(),
                "status": planned[outcome.path].status,
                "visibility": planned[outcome.path].visibility,
                "old": list(outcome.old_paths),
                "url": outcome.url,
                "state": outcome.state,
                "reason": outcome.reason,
            }
            for outcome in outcomes
        ],
        "totals": {
            **counts,
            # Of the whole run, also what came before it was stopped.
            "posts": run.items.filter(post__isnull=False).count(),
            "images": run.items.filter(image__isnull=False).count(),
            "comments": run.comments.count(),
        },
        "problems": _as_json(plan.problems),
        "skipped": _as_json(plan.skipped),
    }
    return storable(report)


def _as_json(problems: list[Problem]) -> list[dict[str, str]]:
    return [{"place": one.place, "text": one.text} for one in problems]
