"""SQLite's FTS5: newest first by nature, and quick enough to rank what many posts say.

What few entries say is ranked as a whole. What very many say is ranked among the newest of them
and the newest whose title says it: FTS5 keeps a word's entries in the order of publication.
"""

# ruff: noqa: S608 names are ours, what people typed enters as parameters

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cached_property

from django.db import DatabaseError, connection

from search.engines.base import LIKES, NEWEST, Criteria, EngineDown
from search.engines.entries import Asked, DatabaseEngine, in_title, rights_of
from search.generations import document_model, table_of
from search.plan import Alternative, Group
from search.schema.sqlite import first_place, fts_of, last_place, places_of, size_of, unit_of

SECONDS = 2.0
STEPS = 5_000
"""SQLite's steps between two looks at the clock: well under a millisecond."""

RANKED_WHOLE = 3_000
"""What so many entries say is ranked as a whole (about 10 ms)."""

RANKED_NEWEST, RANKED_TITLES = 1_000, 300
MORE = 50
"""So many more of the newest are read, to be sure of their order."""

MERGED_AT_ONCE = 500  # pages of the index
WEIGHTS = "5.0, 1.0, 3.0, 2.0"  # title, body, tags, author


class SqliteEngine(DatabaseEngine):
    """Words in FTS5, rights in the entries, both asked by one statement."""

    name = "sqlite"

    def search_of(self, slot: str, criteria: Criteria, asked: Asked) -> "_Search":
        return _Search(slot, criteria, asked)

    def in_time(self) -> AbstractContextManager[None]:
        return in_time()

    def finish(self, slot: str) -> None:
        """Merge the parts of the index into one, in steps between which others can write."""
        with connection.cursor() as cursor:
            merge = "INSERT INTO {0} ({0}, rank) VALUES ('merge', %s)".format(fts_of(slot))
            # A negative number begins, positive ones go on until next to nothing is left to do.
            cursor.execute(merge, [-MERGED_AT_ONCE])
            changes = 2
            while changes >= 2:
                before = connection.connection.total_changes
                cursor.execute(merge, [MERGED_AT_ONCE])
                changes = connection.connection.total_changes - before
            cursor.execute(f"ANALYZE {table_of(document_model(slot))}")

    def status(self) -> dict[str, object]:
        """Return version and size. Raises EngineDown."""
        from search.generations import live_slot

        slot = live_slot()
        with in_time():
            return {
                "version": f"SQLite {sqlite3.sqlite_version} FTS5",
                "rows": document_model(slot).objects.count(),
                "bytes": size_of(connection, slot),
            }


@contextmanager
def in_time(seconds: float = SECONDS) -> Iterator[None]:
    """Stop statements when ``seconds`` are over; whatever the database refuses is EngineDown."""
    connection.ensure_connection()
    driver, ends = connection.connection, time.monotonic() + seconds
    driver.set_progress_handler(lambda: int(time.monotonic() > ends), STEPS)
    try:
        yield
    except (DatabaseError, OverflowError) as error:
        raise EngineDown(f"SQLite: {error}") from error
    finally:
        driver.set_progress_handler(None, 0)


class _Search:
    """The statements of one search. All but ``said`` raise EmptyResultSet if rights leave nothing."""

    def __init__(self, slot: str, criteria: Criteria, asked: Asked):
        self.slot, self.criteria, self.asked = slot, criteria, asked
        self.fts, self.places = fts_of(slot), places_of(slot)
        # Places repeat what the rights of entries ask, under the same names.
        self.table = f'"{table_of(document_model(slot))}"'
        self.first, self.range = first_place(criteria.kind), _range(criteria)
        self.match = _expression(asked)

    @cached_property
    def rights(self) -> tuple[str, list]:
        """The condition of what may be found, and its parameters: the dearest part to make."""
        where, params = rights_of(self.slot, self.criteria)
        if self.asked.narrows or not self.asked.excluded:
            return where, params
        where += (
            f" AND NOT ({self.table}.place IN (SELECT rowid FROM {self.fts}"
            f" WHERE {self.fts} MATCH %s AND rowid BETWEEN %s AND %s))"
        )
        return where, [*params, _some(self.asked.excluded), *self.range]

    def found(self, sort: str, limit: int) -> list[int]:
        """Return up to ``limit`` ids in the order of ``sort``."""
        if sort == NEWEST:
            return self.newest(limit)
        if sort == LIKES:
            return self.liked(limit)
        said = self.said()
        if not said:
            return []
        if said <= RANKED_WHOLE:
            return self.ranked(limit)
        return self.ranked_in_two_stages(limit)

    def newest(self, limit: int) -> list[int]:
        """Return the newest exactly: what had to take a later place is put where it belongs."""
        number = limit + MORE
        while True:
            rows = self._rows(self._hits("object_id, published_at, place", number))
            last = rows[-1][2] - self.first if len(rows) == number else -1
            # Nothing stands before its time, so what comes after the last is older than these.
            settled = [row for row in rows if _unit(row[1]) >= last]
            if last < 0 or len(settled) >= limit:
                settled.sort(key=lambda row: (row[1] or "", row[0]), reverse=True)
                return [row[0] for row in settled[:limit]]
            number *= 2

    def liked(self, limit: int) -> list[int]:
        return self._ids(
            f"SELECT object_id FROM {self._joined()}"
            " ORDER BY like_count DESC, published_at DESC, object_id DESC LIMIT %s",
            [*self._asked_params(), limit],
        )

    def said(self) -> int:
        """Return how many entries say it, whoever may see them, counted to RANKED_WHOLE + 1."""
        sql = (
            f"SELECT count(*) FROM (SELECT 1 FROM {self.fts} WHERE {self.fts} MATCH %s"
            f" AND rowid BETWEEN %s AND %s LIMIT {max(RANKED_WHOLE, 0) + 1}) AS hit"
        )
        return self._value(sql, [self.match, *self.range])

    def ranked(self, limit: int) -> list[int]:
        return self._ids(
            f"SELECT object_id FROM {self._joined()}"
            f" ORDER BY bm25({self.fts}, {WEIGHTS}), published_at DESC,"
            " object_id DESC LIMIT %s",
            [*self._asked_params(), limit],
        )

    def ranked_in_two_stages(self, limit: int) -> list[int]:
        """Return the best of the newest, and of the newest whose title says all of it."""
        columns = f"object_id, published_at, bm25({self.fts}, {WEIGHTS}) AS score"
        newest = self._hits(columns, RANKED_NEWEST)
        titles = self._hits(columns, RANKED_TITLES)
        return self._ids(
            f"SELECT object_id FROM (SELECT * FROM ({newest}) AS one"
            f" UNION ALL SELECT * FROM ({titles}) AS other) AS hit"
            " GROUP BY object_id, published_at"
            " ORDER BY min(score), published_at DESC, object_id DESC LIMIT %s",
            [
                *self._asked_params(),
                *self._asked_params(_in_titles(self.asked)),
                limit,
            ],
        )

    def count(self, limit: int) -> int:
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {self._joined()} LIMIT %s) AS hit"
        return self._value(sql, [*self._asked_params(), limit])

    def _joined(self) -> str:
        if not self.asked.narrows:
            return (
                f"{self.places} AS {self.table} WHERE place BETWEEN %s AND %s AND {self.rights[0]}"
            )
        # CROSS JOIN: the words decide what is looked at, in the order of their list.
        return (
            f"{self.fts} CROSS JOIN {self.places} AS {self.table} ON place = {self.fts}.rowid"
            f" WHERE {self.fts} MATCH %s AND {self.fts}.rowid BETWEEN %s AND %s"
            f" AND {self.rights[0]}"
        )

    def _hits(self, columns: str, limit: int) -> str:
        order = f"{self.fts}.rowid" if self.asked.narrows else "place"
        return f"SELECT {columns} FROM {self._joined()} ORDER BY {order} DESC LIMIT {limit}"

    def _asked_params(self, match: str = "") -> list:
        words = [match or self.match] if self.asked.narrows else []
        return [*words, *self.range, *self.rights[1]]

    def _ids(self, sql: str, params: list) -> list[int]:
        return [row[0] for row in self._rows(sql, params)]

    def _rows(self, sql: str, params: list | None = None) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql, self._asked_params() if params is None else params)
            return cursor.fetchall()

    def _value(self, sql: str, params: list) -> int:
        return self._rows(sql, params)[0][0]


def _range(criteria: Criteria) -> tuple[int, int]:
    """Return the places between which the hits are; their rights ask for the dates exactly."""
    after = int(criteria.after.timestamp()) if criteria.after else 0
    return first_place(criteria.kind, after), last_place(criteria.kind)


def _unit(moment: str | None) -> int:
    """Return the unit of time of a moment as SQLite keeps it; -1 for none."""
    if not moment:
        return -1
    return unit_of(int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()))


# Expressions of FTS5 --------------------------------------------------------------------------------


def _expression(asked: Asked) -> str:
    parts = [_any(group) for group in asked.every]
    if asked.some:
        parts.append(_some(asked.some))
    if not parts:
        return ""
    if extra := [group for group in asked.extra if group not in asked.some]:
        # Something that is always there, or more: what is there counts for the rank.
        parts.append(f"({parts[-1]} OR {_some(tuple(extra))})")
    expression = " AND ".join(parts)
    if asked.excluded:
        return f"({expression}) NOT {_some(asked.excluded)}"
    return expression


def _in_titles(asked: Asked) -> str:
    """Return the expression of what is asked, where titles say all words."""
    words = [in_title(group) for group in (*asked.every, *asked.some) if not group.is_filter]
    titles = " AND ".join(_any(group) for group in words) or '""'
    if asked.some:
        titles = f"({' OR '.join(_any(group) for group in words)})"
    return f"({titles}) AND ({_expression(asked)})"


def _some(groups: Sequence[Group]) -> str:
    return f"({' OR '.join(_any(group) for group in groups)})"


def _any(group: Group) -> str:
    return f"({' OR '.join(_all(one) for one in group.alternatives if one.tokens) or _NOTHING})"


def _all(alternative: Alternative) -> str:
    tokens = [_quoted(token) for token in alternative.tokens]
    return tokens[0] if len(tokens) == 1 else f"({' AND '.join(tokens)})"


_NOTHING = '"^"'
"""A word that no entry has."""


def _quoted(token: str) -> str:
    return '"' + token.replace('"', '""').replace("\0", "") + '"'
