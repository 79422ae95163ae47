"""SQLite's FTS5: newest first by nature, and quick enough to rank what many posts say.

What few entries say is ranked as a whole. What very many say is ranked among the newest of them
and the newest whose title says it: FTS5 keeps a word's entries in the order of publication.
"""

# ruff: noqa: S608 names are ours, what people typed enters as parameters

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from search import schema
from search.engines.base import COUNTED, DEEPEST, LIKES, NEWEST, RELEVANCE, Criteria, EngineDown
from search.engines.entries import Asked, asked_of, condition_of, entries_for, in_order, in_title
from search.generations import document_model, table_of
from search.models import Document
from search.plan import Alternative, Group
from search.schema.sqlite import OBJECT_MASK, fts_of, number_range, rights_of, size_of

SECONDS = 2.0
STEPS = 5_000
"""SQLite's steps between two looks at the clock: well under a millisecond."""

RANKED_WHOLE = 5_000
"""What so many entries say is ranked as a whole (about 20 ms)."""

RANKED_NEWEST, RANKED_TITLES = 1_000, 300
WEIGHTS = "5.0, 1.0, 3.0, 2.0"  # title, body, tags, author


class SqliteEngine:
    """Words in FTS5, rights in the entries, both asked by one statement."""

    name = "sqlite"

    def find(
        self, slot: str, criteria: Criteria, *, sort: str = RELEVANCE, limit: int = DEEPEST
    ) -> list[int]:
        """Return up to ``limit`` ids, best first. Raises EngineDown."""
        asked = asked_of(criteria)
        if sort == RELEVANCE and not asked.ranks:
            sort = NEWEST
        with _in_time():
            try:
                search = _Search(slot, criteria, asked)
            except EmptyResultSet:
                return []
            if not asked.narrows:
                return search.listed(sort, limit)
            if sort == NEWEST:
                return search.newest(limit)
            if sort == LIKES:
                return search.liked(limit)
            if search.is_rare():
                return search.ranked(limit)
            return search.ranked_in_two_stages(limit)

    def count(self, slot: str, criteria: Criteria, *, limit: int = COUNTED + 1) -> int:
        """Return how many match, stopping at ``limit``. Raises EngineDown."""
        asked = asked_of(criteria)
        with _in_time():
            try:
                search = _Search(slot, criteria, asked)
            except EmptyResultSet:
                return 0
            return search.count(limit)

    def write(self, slot: str, documents: Sequence[Document]) -> None:
        """Do nothing: triggers wrote the words with the rows."""

    def delete(self, slot: str, keys: Iterable[tuple[str, int, int]]) -> None:
        """Do nothing: triggers forgot the words with the rows."""

    def clear(self, slot: str) -> None:
        """Empty the entries of ``slot``."""
        schema.empty(slot)

    def finish(self, slot: str) -> None:
        """Merge the parts of the index into one."""
        fts = fts_of(slot)
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {fts} ({fts}) VALUES ('optimize')")
            cursor.execute(f"ANALYZE {table_of(document_model(slot))}")

    def swap(self, slot: str) -> None:
        """Do nothing: each search names its slot."""

    def versions(self, slot: str, kind: str, ids: Sequence[int]) -> dict[int, int] | None:
        """Return None: the rows are the index."""
        return None

    def status(self) -> dict[str, object]:
        """Return version and size. Raises EngineDown."""
        from search.generations import live_slot

        slot = live_slot()
        with _in_time():
            return {
                "version": f"SQLite {sqlite3.sqlite_version} FTS5",
                "rows": document_model(slot).objects.count(),
                "bytes": size_of(connection, slot),
            }


@contextmanager
def _in_time(seconds: float = SECONDS) -> Iterator[None]:
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
    """The statements of one search. Raises EmptyResultSet where rights leave nothing."""

    def __init__(self, slot: str, criteria: Criteria, asked: Asked):
        self.fts, self.table = fts_of(slot), f'"{table_of(document_model(slot))}"'
        self.kind, self.asked, self.rights = criteria.kind, asked, rights_of(slot)
        self.range = _range(criteria)
        entries: QuerySet = entries_for(slot, criteria)
        self.match = _expression(asked)
        if not asked.narrows and asked.excluded:
            entries = entries.extra(  # noqa: S610 names are ours
                where=[
                    f"NOT (object_id IN (SELECT rowid & {OBJECT_MASK} FROM {self.fts}"
                    f" WHERE {self.fts} MATCH %s AND rowid BETWEEN %s AND %s))"
                ],
                params=[_some(asked.excluded), *number_range(self.kind)],
            )
        self.entries = entries
        self.where, self.params = condition_of(entries)

    def listed(self, sort: str, limit: int) -> list[int]:
        """Return what filters alone leave."""
        rows = in_order(self.entries, sort).values_list("object_id", flat=True)
        return list(rows[:limit])

    def newest(self, limit: int) -> list[int]:
        inner = self._hits("object_id, published_at", limit)
        return self._ids(
            f"SELECT object_id FROM ({inner}) AS hit ORDER BY published_at DESC, object_id DESC",
            [*self._asked_params(), limit],
        )

    def liked(self, limit: int) -> list[int]:
        return self._ids(
            f"SELECT object_id FROM {self._joined()}"
            " ORDER BY like_count DESC, published_at DESC, object_id DESC LIMIT %s",
            [*self._asked_params(), limit],
        )

    def is_rare(self) -> bool:
        """Tell whether few enough entries say it, whoever may see them."""
        sql = (
            f"SELECT count(*) FROM (SELECT 1 FROM {self.fts} WHERE {self.fts} MATCH %s"
            f" AND rowid BETWEEN %s AND %s LIMIT {RANKED_WHOLE + 1}) AS hit"
        )
        return self._value(sql, [self.match, *self.range]) <= RANKED_WHOLE

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
                RANKED_NEWEST,
                *self._asked_params(_in_titles(self.asked)),
                RANKED_TITLES,
                limit,
            ],
        )

    def count(self, limit: int) -> int:
        if not self.asked.narrows:
            return self.entries.order_by()[:limit].count()
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {self._joined()} LIMIT %s) AS hit"
        return self._value(sql, [*self._asked_params(), limit])

    def _joined(self) -> str:
        # CROSS JOIN: the words decide what is looked at, in the order of their list.
        return (
            f"{self.fts} CROSS JOIN {self.table} INDEXED BY {self.rights} ON kind = '{self.kind}'"
            f" AND object_id = ({self.fts}.rowid & {OBJECT_MASK})"
            f" WHERE {self.fts} MATCH %s AND {self.fts}.rowid BETWEEN %s AND %s"
            f" AND {self.where}"
        )

    def _hits(self, columns: str, limit: int) -> str:
        return f"SELECT {columns} FROM {self._joined()} ORDER BY {self.fts}.rowid DESC LIMIT %s"

    def _asked_params(self, match: str = "") -> list:
        return [match or self.match, *self.range, *self.params]

    def _ids(self, sql: str, params: list) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return [row[0] for row in cursor.fetchall()]

    def _value(self, sql: str, params: list) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchone()[0]


def _range(criteria: Criteria) -> tuple[int, int]:
    """Return the numbers between which the hits are; the entries are asked exactly."""
    options = {}
    if criteria.after:
        options["after"] = int(criteria.after.timestamp()) - 1
    if criteria.before:
        options["before"] = int(criteria.before.timestamp()) + 1
    return number_range(criteria.kind, **options)


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
