"""What is known of backups: whoever makes one leaves a note in VAR_DIR."""

import json
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.utils.dateparse import parse_datetime

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
        told = json.loads((settings.VAR_DIR / NOTE).read_text())
        finished_at = parse_datetime(str(told["finished_at"]))
        size = int(told.get("bytes", 0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if finished_at is None or finished_at.tzinfo is None:
        return None
    return Backup(finished_at, size)
