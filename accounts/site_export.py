"""Everything of the site in files that need no Madang to be read: parts as JSON lines, and one
archive for each member.

    site_export.register("pages", lambda: …)       # yields dictionaries

Written one row at a time. Stopped and started again it goes on: archives that are done stay.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.utils import timezone

from accounts.archive.departing import working_folder, write_archive
from accounts.models import User
from config.actions import card_file
from config.care.exceptions import CareRefused
from config.models import SiteSettings
from config.stored_files import open_stored

FORMAT, VERSION = "madang-site", 1
MANIFEST, UNFINISHED = "manifest.json", "unfinished.json"
ROWS_AT_A_TIME = 200
CHUNK = 1024 * 1024  # bytes
NOT_INSIDE = [
    "passwords, second factors, recovery codes, sessions, API tokens, secrets of webhooks",
    "addresses of visitors, search queries, counts of views, caches, the search index",
    "reports, cases and notes of moderators; the log of moderation is here, without texts",
    "what was erased",
]
ABOUT = """Madang: everything of {site}, {day}.

site/*.jsonl     one JSON object a line: settings, people, pages, topics, tags, posts, comments …
site/card.jpg    the picture that stands beside links to the site, if there is one
members/*.zip    the whole archive of each member: texts as Markdown, pictures, messages, relations
                 (a BagIt bag; docs/archive.md). It comes in again by
                 manage.py import_archive members/minah.zip --owner minah
manifest.json    what is here, with SHA-256, and what is not

These files hold private messages and addresses. Keep them like the database.
"""
Tell = Callable[[str], object]
_parts: dict[str, Callable[[], Iterable[dict[str, Any]]]] = {}


class ExportRefused(CareRefused):
    """The folder holds something else."""


@dataclass
class Manifest:
    """What is in the folder."""

    counts: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[dict[str, str]]] = field(default_factory=dict)


def register(name: str, records: Callable[[], Iterable[dict[str, Any]]]) -> None:
    """Have ``records()`` written to ``site/<name>.jsonl``; called by ``AppConfig.ready``."""
    _parts[name] = records


def part_names() -> list[str]:
    """Return the names of all parts."""
    return list(_parts)


def rows_of(rows: QuerySet, columns: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield ``columns`` of ``rows`` by key, some at a time."""
    columns, last = tuple(columns), None
    ordered = rows.order_by("pk")
    while page := list(
        (ordered if last is None else ordered.filter(pk__gt=last)).values("pk", *columns)[
            :ROWS_AT_A_TIME
        ]
    ):
        last = page[-1]["pk"]
        for row in page:
            yield {name: row[name] for name in columns}


def export_site(folder: Path, *, tell: Tell = lambda line: None) -> Manifest:
    """Write everything into ``folder``, which is empty or holds an export that was stopped.

    Raises ExportRefused, ArchiveBusy.
    """
    manifest = _begin(folder)
    for name, records in _parts.items():
        manifest.counts[name] = _write_lines(folder / "site" / f"{name}.jsonl", records())
        tell(f"{manifest.counts[name]:>8}  {name}")
    _write_card(folder)
    for person in _people():
        _write_member(folder, person, manifest)
        manifest.counts["members"] = manifest.counts.get("members", 0) + 1
        tell(f"@{person.handle}")
    day = f"{timezone.now():%Y-%m-%d}"
    about = ABOUT.format(site=settings.SITE_URL, day=day)
    (folder / "README.txt").write_text(about, encoding="utf-8")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in {UNFINISHED, MANIFEST} and name not in manifest.files:
            manifest.files[name] = _digest(path)
    _write_json(folder / MANIFEST, _told(manifest))
    (folder / UNFINISHED).unlink()
    return manifest


def _begin(folder: Path) -> Manifest:
    note = folder / UNFINISHED
    if folder.exists() and any(folder.iterdir()):
        try:
            told = json.loads(note.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ExportRefused(f"{folder} holds something else.") from error
        manifest = Manifest(files=told["files"], missing=told["missing"])
    else:
        manifest = Manifest()
    # Private messages and addresses are in it.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in ("site", "members"):
        (folder / part).mkdir(exist_ok=True)
    _note(folder, manifest)
    return manifest


def _note(folder: Path, manifest: Manifest) -> None:
    _write_json(folder / UNFINISHED, {"files": manifest.files, "missing": manifest.missing})


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "site": settings.SITE_URL,
        "exported_at": timezone.now().isoformat(timespec="seconds"),
        "counts": manifest.counts,
        "files": manifest.files,
        "missing": manifest.missing,
        "not_inside": NOT_INSIDE,
    }


def _write_json(path: Path, value: Any) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)


def _write_lines(path: Path, records: Iterable[dict[str, Any]]) -> int:
    partial, count = path.with_name(f"{path.name}.partial"), 0
    with partial.open("w", encoding="utf-8") as out:
        for record in records:
            out.write(json.dumps(record, ensure_ascii=False, cls=DjangoJSONEncoder) + "\n")
            count += 1
    partial.replace(path)
    return count


def _write_card(folder: Path) -> None:
    held = SiteSettings.objects.filter(pk=1).first()
    if held is None or not held.card_image:
        return
    try:
        with open_stored(card_file(held.card_image)) as card:
            (folder / "site" / "card.jpg").write_bytes(card.read())
    except FileNotFoundError:
        return


def _people() -> Iterator[User]:
    last = 0
    people = User.objects.exclude(state=User.State.ERASED).order_by("pk")
    while page := list(people.filter(pk__gt=last)[:ROWS_AT_A_TIME]):
        yield from page
        last = page[-1].pk


def _write_member(folder: Path, person: User, manifest: Manifest) -> None:
    name = f"members/{person.handle}.zip"
    if name in manifest.files and (folder / name).is_file():
        return
    working = working_folder(f"site-{person.pk}")
    written = write_archive(person, working)
    partial = folder / f"{name}.partial"
    shutil.move(written["path"], partial)
    shutil.rmtree(working, ignore_errors=True)
    partial.replace(folder / name)
    manifest.files[name] = _digest(folder / name)
    if written["missing"]:
        manifest.missing[person.handle] = written["missing"]
    _note(folder, manifest)


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


# The parts of this app and of config --------------------------------------------------------------


def register_parts() -> None:
    """Make the parts known that belong to the site and to people."""
    register("settings", _settings)
    register("people", _people_lines)


def _settings() -> Iterator[dict[str, Any]]:
    columns = [field.attname for field in SiteSettings._meta.concrete_fields if field.name != "id"]
    yield from rows_of(SiteSettings.objects.all(), columns)


def _people_lines() -> Iterator[dict[str, Any]]:
    people = User.objects.exclude(state=User.State.ERASED)
    columns = ("handle", "display_name", "bio", "state", "is_staff", "joined_at", "language")
    yield from rows_of(people, columns)
