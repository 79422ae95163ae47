"""The SQLite database of isso, read as the foreign file that it is.

Source: isso 0.13, ``isso/db/comments.py``: ``comments(tid, id, parent, created, modified, mode,
remote_addr, text, author, email, website, likes, dislikes, voters, notification)`` with mode 1 for
shown, 2 for waiting and 4 for deleted, and ``threads(id, uri, title)``.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from config.text import clean_line
from embed.bringing.records import BroughtComment, BroughtThread, Fault

SHOWN, WAITING = 1, 2
SECONDS = 120
STEPS = 100_000
NEEDED = {"threads": {"id", "uri"}, "comments": {"tid", "id", "parent", "created", "mode", "text"}}


class NotIsso(ValueError):
    """The database does not have the tables of isso."""


def read_isso(path: Path, fault: Fault) -> Iterator[BroughtComment]:
    """Yield the comments of a database, the oldest first. Raises NotIsso, sqlite3.Error."""
    with closing(_opened(path)) as database:
        _require_tables(database)
        rows = database.execute(
            "SELECT c.id, c.parent, c.created, c.mode, c.text, c.author, t.uri, t.title "
            "FROM comments c JOIN threads t ON t.id = c.tid ORDER BY c.id"
        )
        kept: dict[int, int | None] = {}
        for number, parent, created, mode, text, author, uri, title in rows:
            if mode not in {SHOWN, WAITING}:
                continue
            if not isinstance(text, str) or not isinstance(uri, str):
                fault(int(number), _("a comment that is no text"))
                continue
            kept[number] = parent
            yield BroughtComment(
                thread=BroughtThread(address=uri, title=clean_line(str(title or ""))),
                key=f"isso:{number}",
                text=text,
                name=clean_line(str(author or "")),
                created_at=_moment(created),
                parent_key=f"isso:{parent}" if parent in kept else "",
                is_approved=mode == SHOWN,
            )


def _opened(path: Path) -> sqlite3.Connection:
    """Open a file of somebody else: nothing in it is run, nothing written, and not for long."""
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    database.execute("PRAGMA cell_size_check = ON")
    until = time.monotonic() + SECONDS
    database.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    return database


def _require_tables(database: sqlite3.Connection) -> None:
    for table, columns in NEEDED.items():
        kind = database.execute(
            "SELECT type FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
        # A view would run what its file says.
        if kind != ("table",):
            raise NotIsso(table)
        found = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
        if not columns <= found:
            raise NotIsso(table)


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(seconds), UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return None
