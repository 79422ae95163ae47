"""What is known of the last upgrade: a note in VAR_DIR, so that a cut one goes on and one goes back."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings

NOTE = "last-upgrade.json"
BEGUN, DONE, ROLLED_BACK = "begun", "done", "rolled back"


@dataclass
class Upgrade:
    """What is known of the last one."""

    state: str
    backup: str = ""
    migrations: list[str] = field(default_factory=list)
    at: str = ""


def last_upgrade() -> Upgrade | None:
    """Return what the note of the last upgrade says; None without one."""
    try:
        return Upgrade(**json.loads(_note().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_note(note: Upgrade, state: str) -> None:
    """Note that an upgrade came to ``state``."""
    note.state = state
    partial = _note().with_suffix(".partial")
    partial.write_text(json.dumps(asdict(note), ensure_ascii=False), encoding="utf-8")
    partial.replace(_note())


def note_applied(applied: set[str]) -> None:
    """Note that an upgrade that was begun is done, if all of its migrations are applied.

    Old code that starts once more in the middle has nothing to apply, and ends nothing.
    """
    last = last_upgrade()
    if last is not None and last.state == BEGUN and applied.issuperset(last.migrations):
        write_note(last, DONE)


def _note() -> Path:
    return Path(settings.VAR_DIR, NOTE)
