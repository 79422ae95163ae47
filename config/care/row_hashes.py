"""A hash of all rows of a table, equal on both engines when the rows are.

Every value is brought to one form of bytes: booleans, moments as microseconds of UTC, numbers of
JSON by their worth and its keys in order, UUIDs as hexadecimal digits. Texts stay what they are. Rows follow
their key, so that a hash is of the rows and not of where they lie. Nothing but one handful of rows is in memory.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import MAX_PREC, Context, Decimal
from typing import Any, NamedTuple

from django.apps import apps

from config.care.databases import Database

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EXACT = Context(prec=MAX_PREC)

STATE_OF_MIGRATIONS = "django_migrations"


def derived_tables() -> dict[str, str]:
    """Return {table: why it has no hash}: what is there can be made again from other tables.

    Each app names its own in its ``AppConfig``.
    """
    found = {STATE_OF_MIGRATIONS: "what was applied stands in the manifest, by name"}
    for app in apps.get_app_configs():
        found |= getattr(app, "derived_tables", {})
    return found


class TableHash(NamedTuple):
    """What a table held: how many rows, their hash, and the columns that went into it."""

    rows: int
    sha256: str
    columns: dict[str, str]


Encoder = Callable[[Any], bytes]


class RowHasher:
    """Takes rows one by one and has their hash."""

    def __init__(self, columns: Mapping[str, str]):
        self.columns = dict(columns)
        self.rows = 0
        self._encoders: list[Encoder] = [ENCODERS[kind] for kind in columns.values()]
        self._digest = hashlib.sha256(json.dumps(list(self.columns)).encode())

    def add(self, row: Iterable[Any]) -> None:
        """Take the next row: values in the order of ``columns``."""
        parts = []
        for encode, value in zip(self._encoders, row, strict=True):
            if value is None:
                parts.append(b"-;")
            else:
                said = encode(value)
                parts.append(b"%d:%b;" % (len(said), said))
        parts.append(b"\n")
        self._digest.update(b"".join(parts))
        self.rows += 1

    def result(self) -> TableHash:
        """Return the hash of what was taken so far."""
        return TableHash(self.rows, self._digest.hexdigest(), self.columns)


def hash_table(
    database: Database, table: str, columns: Mapping[str, str] | None = None
) -> TableHash:
    """Return the hash of all rows; ``columns`` as an earlier hash named them, else all."""
    hasher = RowHasher(columns if columns is not None else database.columns(table))
    for row in database.rows(table, hasher.columns):
        hasher.add(row)
    return hasher.result()


def hashed_tables(database: Database) -> list[str]:
    """Return the tables whose rows count."""
    derived = derived_tables()
    return [name for name in database.tables() if name not in derived]


def hash_tables(database: Database) -> dict[str, TableHash]:
    """Return the hashes of all tables that count; the database should hold one moment."""
    return {table: hash_table(database, table) for table in hashed_tables(database)}


class Difference(NamedTuple):
    """A table that is not what it was."""

    table: str
    what: str

    def __str__(self) -> str:
        return f"{self.table}: {self.what}"


def compare(database: Database, wanted: Mapping[str, TableHash]) -> list[Difference]:
    """Hash each table of ``wanted`` by the same columns and return those that differ."""
    found, there = [], set(database.tables())
    for table, was in wanted.items():
        if table not in there:
            found.append(Difference(table, "is not there"))
            continue
        if lost := was.columns.keys() - database.columns(table).keys():
            found.append(Difference(table, f"lacks {', '.join(sorted(lost))}"))
            continue
        is_now = hash_table(database, table, was.columns)
        if is_now.rows != was.rows:
            found.append(Difference(table, f"{is_now.rows} rows instead of {was.rows}"))
        elif is_now.sha256 != was.sha256:
            found.append(Difference(table, "as many rows, but others"))
    return found


# One form for each kind ---------------------------------------------------------------------------


def moment(value: str | datetime) -> datetime:
    """Return a moment in UTC; SQLite keeps it as a text without a zone."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _number(value: Decimal) -> bytes:
    return b"0" if value == 0 else str(EXACT.normalize(value)).encode()


def _json(value: str) -> bytes:
    held = json.loads(value, parse_float=_said_number, parse_int=_said_number)
    return json.dumps(held, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def _said_number(text: str) -> dict[str, str]:
    # PostgreSQL writes 1e2 as 100, and Python would round what is long.
    return {"\0": _number(Decimal(text)).decode()}


def _text(value: Any) -> bytes:
    said = value if isinstance(value, str) else str(value)
    return said.encode("utf-8", "surrogatepass")


ENCODERS: dict[str, Encoder] = {
    "bool": lambda value: b"1" if value else b"0",
    "int": lambda value: b"%d" % value,
    "float": lambda value: repr(float(value)).encode(),
    "decimal": lambda value: _number(Decimal(str(value))),
    "datetime": lambda value: b"%d" % ((moment(value) - EPOCH) // MICROSECOND),
    "date": lambda value: (value.isoformat() if isinstance(value, date) else value).encode(),
    "time": lambda value: (
        (value if isinstance(value, time) else time.fromisoformat(value))
        .isoformat(timespec="microseconds")
        .encode()
    ),
    "json": _json,
    "uuid": lambda value: str(value).replace("-", "").lower().encode(),
    "binary": bytes,
    "inet": _text,
    "text": _text,
    "other": _text,
}
