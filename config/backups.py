"""What is known of backups: whoever makes one leaves a note in VAR_DIR."""

import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

log = structlog.get_logger(__name__)
NOTE = "last-backup.json"


class Backup(NamedTuple):
    """The last one that was finished."""

    finished_at: datetime
    size: int


def last_backup() -> Backup | None:
    """Return the last backup that left its note; None if none did, or its note says nothing.

    The note is ``{"finished_at": "2026-11-21T03:00:00+09:00", "bytes": 123}``.
    """
    try:
        told = json.loads((settings.VAR_DIR / NOTE).read_text(encoding="utf-8"))
        finished_at = parse_datetime(str(told["finished_at"]))
        size = int(told.get("bytes", 0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if finished_at is None or finished_at.tzinfo is None:
        return None
    return Backup(finished_at, size)


def record_backup(path: Path, size: int) -> None:
    """Leave the note that a backup was finished. A disk that takes none does not undo the backup."""
    told = {
        "finished_at": timezone.localtime().isoformat(timespec="seconds"),
        "bytes": size,
        "path": str(path),
    }
    note = Path(settings.VAR_DIR, NOTE)
    beside = note.with_name(f"{NOTE}.new")
    try:
        beside.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(note)
    except OSError as error:
        log.warning("backup_note_not_written", error=str(error))
