"""The three steps of an archive that comes in: reading, bringing in, undoing.

Each can be stopped and started again: a record that is here already is known by its key, and what
this run made is noted with it.
"""

import contextlib
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import actions
from accounts.archive.opening import Bag, open_bag
from accounts.archive.schema import complaint
from accounts.archive.sections import (
    Arrival,
    Outcome,
    Record,
    Section,
    all_sections,
    find_section,
)
from accounts.exceptions import ArchiveRefused
from accounts.models import ArchivedRow, ArchiveImport
from config.exceptions import DomainError

logger = logging.getLogger(__name__)
State = ArchiveImport.State
READING = gettext_noop("Your archive is being read.")
CHECKING = gettext_noop("Your archive is being checked.")
BRINGING = gettext_noop("Your archive is coming in.")
UNDOING = gettext_noop("What came in is being removed.")
PROBLEMS_KEPT = 200
PEOPLE_KEPT = 500
ERRORS_LOGGED = 20
"""Of one run: an archive of a million bad records is no reason to fill the log."""

CARRIED_MOST = 200_000
"""Records of one archive that can only be carried along."""

Progress = Callable[..., None]


def no_progress(done: int, total: int, key: str = "", **_values: Any) -> None:
    """For whoever does not look."""


def run_step(run: ArchiveImport, step: str, report: Progress = no_progress) -> None:
    """Do one step of ``run`` (read, bring or undo) in the language of its owner."""
    with translation.override(run.owner.language or settings.LANGUAGE_CODE):
        if step == "undo":
            undo(run, report)
            return
        try:
            with _stored(run) as path, open_bag(path) as bag:
                if step == "read":
                    read(run, bag, report)
                else:
                    bring_in(run, bag, report)
        except (ArchiveRefused, FileNotFoundError) as error:
            if step != "read":
                raise
            reason = getattr(error, "message", "") or _("The file is not there any more.")
            actions.change_archive_import(run, state=State.FAILED, reason=reason)
            actions.drop_archive_file(run)


@contextlib.contextmanager
def _stored(run: ArchiveImport) -> Iterator[Path]:
    """Give the uploaded file of ``run`` as a file of this machine."""
    if not run.archive:
        raise ArchiveRefused(_("The uploaded file is not here any more. Upload it again."))
    if run.archive.startswith("/"):
        yield Path(run.archive)  # given to the command
        return
    try:
        yield Path(default_storage.path(run.archive))
        return
    except NotImplementedError:
        pass  # a bucket: a copy for the time of reading
    with tempfile.TemporaryDirectory(prefix="madang-archive-") as folder:
        copy = Path(folder, "archive.zip")
        with default_storage.open(run.archive) as stored, copy.open("wb") as opened:
            for chunk in stored.chunks():
                opened.write(chunk)
        yield copy


# Reading ------------------------------------------------------------------------------------------


def read(run: ArchiveImport, bag: Bag, report: Progress) -> None:
    """Check the archive and note what bringing it in would do; nothing else is written."""
    bag.verify(lambda done, total: report(done, total * 2, CHECKING))
    arrival = Arrival(run, bag, is_dry=True)
    tally = Tally()
    sections = all_sections()
    for number, section in enumerate(sections, len(sections)):
        for record in bag.records(section.name):
            with tally.noting(section, record):
                require_fit(section, record)
                tally.count(section, arrival.foresee(section, record))
            report(number, 2 * len(sections), READING)
    actions.change_archive_import(
        run, state=State.READY, plan=tally.report(bag) | _people(arrival) | _elsewhere(bag)
    )


def require_fit(section: Section, record: Record) -> None:
    """Raise ArchiveRefused, in English, for a record that breaks the schema of its section."""
    if reason := complaint(record, section.whole):
        raise ArchiveRefused(reason)


class Tally:
    """What became of the records, by section, and what went wrong."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self.problems: list[dict[str, str]] = []
        self._errors = 0

    def count(self, section: Section, outcome: str) -> None:
        self.counts.setdefault(section.name, Counter())[outcome] += 1

    @contextlib.contextmanager
    def noting(self, section: Section, record: Any) -> Iterator[None]:
        """Note what cannot come in and let the others go on."""
        try:
            yield
        except DomainError as error:
            self._note(section, record, error.message or error.code)
        except (
            DatabaseError,
            ObjectDoesNotExist,
            ValidationError,
            ValueError,
            TypeError,
            OverflowError,
            RecursionError,
        ) as error:
            self._errors += 1
            if self._errors <= ERRORS_LOGGED:
                logger.exception("archive_record_failed", extra={"section": section.name})
            self._note(section, record, type(error).__name__)

    def _note(self, section: Section, record: Any, reason: str) -> None:
        self.count(section, "refused")
        if len(self.problems) < PROBLEMS_KEPT:
            key = record.get("key") if isinstance(record, dict) else ""
            found = {"section": section.name, "key": str(key)[:200], "reason": reason[:500]}
            self.problems.append({name: _storable(value) for name, value in found.items()})

    def report(self, bag: Bag) -> dict[str, Any]:
        return {"counts": self.counts, "problems": self.problems}


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _people(arrival: Arrival) -> dict[str, Any]:
    return {"unknown_people": list(arrival.unknown_people)[:PEOPLE_KEPT]}


def _elsewhere(bag: Bag) -> dict[str, Any]:
    """Return where the archive says it is from; a claim, shown as one."""
    return {
        name: _storable(str(bag.account.get(name, "")))[:300]
        for name in ("site", "handle", "exported_at")
    }


# Bringing in --------------------------------------------------------------------------------------


def bring_in(run: ArchiveImport, bag: Bag, report: Progress = no_progress) -> None:
    """Make rows of the records, each whole or not at all, and keep what cannot become one."""
    bag.verify(lambda done, total: report(done, total * 2, CHECKING))
    arrival, tally = Arrival(run, bag, is_dry=False), Tally()
    total = sum(sum(one.values()) for one in run.plan.get("counts", {}).values()) or 1
    done = 0
    for section in all_sections():
        for record in bag.records(section.name):
            with tally.noting(section, record):
                require_fit(section, record)
                _bring(arrival, section, record)
            done += 1
            report(min(total, done) + total, 2 * total, BRINGING)
    actions.change_archive_import(run, state=State.DONE, report=_result(run, tally, arrival))
    actions.drop_archive_file(run)


def _bring(arrival: Arrival, section: Section, record: Record) -> None:
    if not section.is_stored_at_once:
        if arrival.foresee(section, record) == Outcome.ADDED:
            section.store(arrival, record)
        return
    with transaction.atomic():
        outcome = arrival.foresee(section, record)
        if outcome == Outcome.ADDED:
            section.store(arrival, record)
        elif outcome == Outcome.CARRIED:
            if arrival.note_carried() > CARRIED_MOST:
                raise ArchiveRefused("no more is kept that has no place here")
            # Only what the schema knows: this is no place to keep other things.
            known = {name: record[name] for name in section.whole["properties"]}
            actions.carry_record(arrival.run, section.name, known)


def _result(run: ArchiveImport, tally: Tally, arrival: Arrival) -> dict[str, Any]:
    """Return what the run brought, with what it had brought before it was stopped."""
    added = Counter(run.rows.values_list("section", flat=True))
    carried = Counter(run.carried.values_list("section", flat=True))
    names = {*added, *carried, *tally.counts}
    return {
        "counts": {
            name: {
                "added": added[name],
                "carried": carried[name],
                "refused": tally.counts.get(name, Counter())["refused"],
            }
            for name in sorted(names)
        },
        "problems": tally.problems,
        **_people(arrival),
    }


# Undoing ------------------------------------------------------------------------------------------


def undo(run: ArchiveImport, report: Progress = no_progress) -> None:
    """Take away what ``run`` made, the last first; what its owner works on by now stays."""
    total, done = run.rows.count() or 1, 0
    kept: Counter[str] = Counter(run.report.get("kept", {}))
    names = [section.name for section in reversed(all_sections())]
    for name in names:
        section = find_section(name)
        for pk in list(run.rows.filter(section=name).order_by("-pk").values_list("pk", flat=True)):
            row = ArchivedRow.objects.get(pk=pk)
            if section is not None and not actions.undo_archived_row(section, run.owner, row):
                kept[name] += 1
            done += 1
            report(done, total, UNDOING)
    actions.forget_carried(run)
    actions.change_archive_import(run, state=State.UNDONE, report=run.report | {"kept": kept})
    actions.drop_archive_file(run)
