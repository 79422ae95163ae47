"""Writing somebody's archive: section by section into one ZIP, and from there into the storage."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.actions.archives import WORKING, delete_export_folder
from accounts.archive import schema
from accounts.archive.bag import BagWriter, json_chunks, remove_folder
from accounts.archive.sections import Departure, Line, Record, Section, StoredFile, all_sections
from accounts.models import User
from config.selectors import site_settings
from config.stored_files import open_stored

FORMAT = "madang-archive"
VERSION = 1
CHUNK = 1024 * 1024  # bytes
WRITING = gettext_noop("Your archive is being put together.")
STORING = gettext_noop("Your archive is being stored.")
Progress = Callable[..., None]


def no_progress(done: int, total: int, key: str = "", **_values: Any) -> None:
    """For whoever does not look."""


def working_folder(key: str) -> Path:
    """Return where the archive of that key is being written."""
    return Path(settings.VAR_DIR, WORKING, key)


class ReadyFile(File):
    """A file of our own that the storage may move instead of copying."""

    def temporary_file_path(self) -> str:
        return self.file.name


def write_archive(person: User, folder: Path, report: Progress = no_progress) -> dict[str, Any]:
    """Write everything that is of ``person`` into ``folder``; return what is in it.

    The result has ``path``, ``counts`` (records a section) and ``missing`` (files that should be
    there). Started again in the same folder it goes on. Raises ArchiveBusy.
    """
    departure = Departure(person)
    lines = {section.name: departure.ordered_lines(section) for section in all_sections()}
    counts = {name: len(found) for name, found in lines.items()}
    with BagWriter(folder, f"madang-{person.handle}", counts) as bag:
        progress = _Progress(report, lines)
        for section in all_sections():
            _write_section(bag, departure, section, lines[section.name], progress)
        path = bag.finish(_bag_info(person), _tags(departure, bag.counts))
    return {"path": path, "counts": bag.counts, "missing": departure.missing}


class _Progress:
    """Counts records: once in the data, and once more where files or texts come along."""

    def __init__(self, report: Progress, lines: dict[str, list[Line]]):
        self.report, self.done = report, 0
        self.total = sum(2 * len(found) for found in lines.values())

    def step(self, number: int = 1) -> None:
        self.done += number
        self.report(self.done, self.total, WRITING)


def _write_section(
    bag: BagWriter, departure: Departure, section: Section, lines: list[Line], progress: _Progress
) -> None:
    name = f"data/{section.name}.json"
    if name in bag:
        progress.step(len(lines))
    else:
        bag.add(name, json_chunks(_counted(departure.records(section, lines), progress)))
    if not section.has_files:
        progress.step(len(lines))
        return
    for record in departure.records(section, lines):
        for file in section.files(departure, record):
            _add_file(bag, departure, file)
        for path, content in section.documents(departure, record):
            bag.add(f"data/{path}", [content])
        progress.step()


def _counted(records: Iterable[Record], progress: _Progress) -> Iterator[Record]:
    for record in records:
        yield record
        progress.step()


def _add_file(bag: BagWriter, departure: Departure, file: StoredFile) -> None:
    name = f"data/{file.path}"
    if name in bag:
        return
    try:
        opened = open_stored(file.stored)
    except FileNotFoundError:
        # It was there when the archive began.
        departure.missing.append({"path": file.path, "name": file.stored})
        return
    with opened:
        bag.add(name, opened.chunks(CHUNK))


def _bag_info(person: User) -> dict[str, str]:
    site = site_settings()
    return {
        "Source-Organization": str(site.title),
        "External-Identifier": f"{settings.SITE_URL}{person.get_absolute_url()}",
        "External-Description": f"Archive of @{person.handle}",
        "Bagging-Date": f"{timezone.now():%Y-%m-%d}",
        "Bag-Software-Agent": f"Madang ({FORMAT} {VERSION})",
    }


def _tags(departure: Departure, counts: dict[str, int]) -> dict[str, bytes]:
    """Return what is about this account and this site, and so does not move: beside the data."""
    person = departure.person
    account = {
        "format": FORMAT,
        "version": VERSION,
        "site": settings.SITE_URL,
        "handle": person.handle,
        "email": person.email,
        "joined_at": schema.from_moment(person.joined_at),
        "exported_at": schema.from_moment(timezone.now()),
        "counts": counts,
        "missing": departure.missing,
    }
    return {"account.json": _pretty(account), "schema.json": _pretty(archive_schema())}


def archive_schema() -> dict[str, Any]:
    """Return the JSON Schema of every file of records, by its name."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{FORMAT} {VERSION}",
        "$defs": {
            f"data/{section.name}.json": {"type": "array", "items": section.whole}
            for section in all_sections()
        },
    }


def _pretty(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def store_archive(path: Path, key: str, filename: str) -> str:
    """Move a finished archive into the storage; return its name there."""
    name = f"{WORKING}/{key}/{filename}"
    # Of a worker that was killed just after it had stored the same, perhaps yesterday.
    delete_export_folder(key)
    with path.open("rb") as opened:
        stored = default_storage.save(name, ReadyFile(opened))
    remove_folder(path.parent)
    return stored
