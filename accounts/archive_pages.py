"""What the pages of an archive that comes in show."""

from dataclasses import dataclass
from typing import Any

from accounts.actions.archives import AT_WORK, is_archive_at_work
from accounts.archive.sections import find_section
from accounts.models import ArchiveImport

PROBLEMS_SHOWN = 50
PEOPLE_SHOWN = 100
State = ArchiveImport.State


@dataclass(frozen=True)
class SectionLine:
    """What happens to one part of an archive."""

    label: str
    added: int
    known: int
    carried: int
    refused: int
    kept: int


def section_lines(
    counts: dict[str, dict[str, int]], kept: dict[str, int] | None = None
) -> list[SectionLine]:
    """Return a line for each part of which there is something."""
    lines = []
    for name, found in counts.items():
        section = find_section(name)
        numbers = [found.get(word, 0) for word in ("added", "known", "carried", "refused")]
        if any(numbers):
            label = str(section.label) if section else name
            lines.append(SectionLine(label, *numbers, (kept or {}).get(name, 0)))
    return lines


@dataclass(frozen=True)
class RunPage:
    """One archive on its way in, for its page."""

    lines: list[SectionLine]
    people: list[str]
    people_line: str
    problems: list[dict[str, str]]
    is_working: bool
    is_stopped: bool
    can_bring: bool
    can_undo: bool
    can_discard: bool
    brings_something: bool

    @classmethod
    def of(cls, run: ArchiveImport) -> "RunPage":
        """Return what there is to say of ``run``."""
        is_working = is_archive_at_work(run)
        shown: dict[str, Any] = run.report or run.plan
        people = shown.get("unknown_people", [])[:PEOPLE_SHOWN]
        lines = section_lines(shown.get("counts", {}), run.report.get("kept"))
        is_stopped = run.state in AT_WORK and not is_working
        return cls(
            lines=lines,
            people=people,
            people_line=", ".join(f"@{handle}" for handle in people),
            problems=shown.get("problems", [])[:PROBLEMS_SHOWN],
            is_working=is_working,
            is_stopped=is_stopped,
            can_bring=run.state == State.READY and bool(run.archive),
            # What was stopped half-way is in the blog already, even if its file is gone.
            can_undo=run.state == State.DONE
            or (is_stopped and run.state in {State.RUNNING, State.UNDOING}),
            can_discard=not is_working
            and (bool(run.archive) or run.state in {State.FAILED, State.UNDONE, State.STORED}),
            brings_something=any(line.added or line.carried for line in lines),
        )
