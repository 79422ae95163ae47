"""What one engine keeps, in the form in which Django keeps it in the other one."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, date, time
from typing import Any

from config.care.row_hashes import moment

Convert = Callable[[Any], Any]


def _to_sqlite_moment(value: Any) -> str:
    return str(moment(value).astimezone(UTC).replace(tzinfo=None))


def _to_sqlite_json(value: str) -> str:
    # PostgreSQL writes Hangul as it is, Django escapes it: comparisons in SQLite are of texts.
    return json.dumps(json.loads(value))


TO_SQLITE: dict[str, Convert] = {
    "bool": int,
    "datetime": _to_sqlite_moment,
    "date": str,
    "time": str,
    "decimal": str,
    "uuid": lambda value: str(value).replace("-", ""),
    "json": _to_sqlite_json,
    "binary": bytes,
}
TO_POSTGRES: dict[str, Convert] = {
    "bool": bool,
    "datetime": moment,
    "date": lambda value: value if isinstance(value, date) else date.fromisoformat(value),
    "time": lambda value: value if isinstance(value, time) else time.fromisoformat(value),
    "uuid": lambda value: str(uuid.UUID(str(value))),
    "binary": bytes,
}


def converters(kinds: list[str], vendor: str) -> list[Convert | None]:
    """Return for each column what makes a value of the other engine one of ``vendor``."""
    known = TO_SQLITE if vendor == "sqlite" else TO_POSTGRES
    return [known.get(kind) for kind in kinds]


def converted(row: tuple, by: list[Convert | None]) -> tuple:
    """Return a row in the form of the other engine."""
    return tuple(
        value if convert is None or value is None else convert(value)
        for value, convert in zip(row, by, strict=True)
    )


def holds_nul(row: tuple) -> bool:
    """Return whether a text has the one character that PostgreSQL cannot keep."""
    return any(isinstance(value, str) and ("\0" in value or "\\u0000" in value) for value in row)
