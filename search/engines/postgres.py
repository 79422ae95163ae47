"""PostgreSQL: words by an index of tsvectors, ranks by the tokens of the few that are ranked.

The index alone holds the words; no row keeps them twice. What more than RANKED_WHOLE posts say is
ranked among the newest of them and the newest by title, or, where the extension RUM is there, in
the order of its index. Of what very many say, the newest are found by reading posts backwards.
"""

# ruff: noqa: S608 names are ours, what people typed enters as parameters

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property

from django.db import DatabaseError, connection, transaction

from search.engines.base import LIKES, NEWEST, Criteria, EngineDown
from search.engines.entries import Asked, DatabaseEngine, rights_of
from search.engines.texts import USUAL_LENGTH, says_all, score_of
from search.engines.tsquery import query_of, quoted, some_of
from search.generations import document_model, table_of
from search.schema.postgres import KIND_SIGN, WORDS_OF_ROW, size_of, words_index_of

MILLISECONDS = 2_000
RANKED_WHOLE = 2_000
"""What so many posts say is ranked as a whole, by what lies in the rows themselves."""

TEXTS_READ = 250
"""Of so many, the best by title, labels and length, the texts are read to rank them."""

RANKED_NEWEST, RANKED_TITLES = 500, 300
TITLES_READ = 5_000
"""So many of the newest posts' titles are read where reading posts finds enough."""

RANKED_BY_RUM = 200
READ_BACKWARDS = 2_500
"""Posts that say it × their share of all: from here on, the newest are read until enough say it."""

READ_AT_MOST = 20_000
"""After so many without enough of them, those that the index names are read."""

FEW = ("person", "tag", "series")
"""Kinds whose entries rarely say what is looked for: that is asked before whose rights they are."""

_CANDIDATE = "id, object_id, published_at, title_tokens, tag_tokens, author_tokens, token_count"
"""What lies in the row itself: enough to rank an entry without its text."""

NEWEST_FIRST = "published_at DESC, object_id DESC"


class PostgresEngine(DatabaseEngine):
    """Words in a column of the entries, rights in others, all asked by one statement."""

    name = "postgres"

    def search_of(self, slot: str, criteria: Criteria, asked: Asked) -> "_Search":
        return _Search(slot, criteria, asked)

    def in_time(self) -> AbstractContextManager[None]:
        return in_time()

    def finish(self, slot: str) -> None:
        """Sort in what waits in the index, and let the planner know the words."""
        with connection.cursor() as cursor:
            if not _uses_rum(slot):
                cursor.execute(
                    "SELECT gin_clean_pending_list(%s::regclass)", [words_index_of(slot)]
                )
            cursor.execute(f"ANALYZE {table_of(document_model(slot))}")

    def status(self) -> dict[str, object]:
        """Return version, index and size. Raises EngineDown."""
        from search.generations import live_slot

        slot = live_slot()
        with in_time(), connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0].split()[0]
            return {
                "version": f"PostgreSQL {version} {'RUM' if _uses_rum(slot) else 'GIN'}",
                "rows": document_model(slot).objects.count(),
                "bytes": size_of(connection, slot),
            }


@contextmanager
def in_time(milliseconds: int = MILLISECONDS) -> Iterator[None]:
    """Stop statements after ``milliseconds``; whatever the database refuses is EngineDown.

    Nothing is written: rolling back takes the limit away again.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL jit = off;"
                    # A coarser map of hits would have to compute the words of rows again.
                    " SET LOCAL work_mem = '64MB'"
                )
            yield
            transaction.set_rollback(True)
    except DatabaseError as error:
        raise EngineDown(f"PostgreSQL: {error}") from error


def _read_in_order() -> None:
    """Let the newest be read from an index, until ``in_time`` ends: the planner takes few for fewer."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")


def _uses_rum(slot: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_class JOIN pg_am ON pg_am.oid = relam"
            " WHERE pg_class.oid = to_regclass(%s) AND amname = 'rum')",
            [words_index_of(slot)],
        )
        return cursor.fetchone()[0]


class _Search:
    """The statements of one search. They raise EmptyResultSet where rights leave nothing."""

    def __init__(self, slot: str, criteria: Criteria, asked: Asked):
        self.slot, self.table = slot, f'"{table_of(document_model(slot))}"'
        self.criteria, self.kind, self.asked = criteria, criteria.kind, asked
        self.has_filters = bool(
            criteria.languages
            or criteria.after
            or criteria.before
            or criteria.form
            or criteria.topic_id
            or criteria.phrases
            or criteria.only_ids is not None
        )
        self.query = query_of(asked, self.kind)

    @cached_property
    def rights(self) -> tuple[str, list]:
        """The condition of what may be found, and its parameters: the dearest part to make."""
        where, params = rights_of(self.slot, self.criteria)
        if self.asked.narrows or not self.asked.excluded:
            return where, params
        where += (
            f" AND NOT ({self.table}.id IN (SELECT id FROM {self.table} AS other"
            f" WHERE {WORDS_OF_ROW} @@ %s::tsquery))"
        )
        excluded = f"{quoted(KIND_SIGN + self.kind)} & {some_of(self.asked.excluded)}"
        return where, [*params, excluded]

    def found(self, sort: str, limit: int) -> list[int]:
        """Return up to ``limit`` ids in the order of ``sort``."""
        if not self.asked.narrows:
            return self.listed(sort, limit)
        if self.kind in FEW and not self.is_said():
            return []
        if sort == LIKES:
            return self.liked(limit)
        if sort == NEWEST:
            return self.newest(limit)
        if self.is_rare:
            return self.ranked(limit)
        if self.has_rum():
            return self.ranked_by_rum(limit)
        return self.ranked_in_two_stages(limit)

    def is_said(self) -> bool:
        """Whether any entry says it, whoever may see it."""
        said = f"SELECT 1 FROM {self.table} WHERE {WORDS_OF_ROW} @@ %s::tsquery"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS ({said})", [self.query])
            return cursor.fetchone()[0]

    @property
    def is_rare(self) -> bool:
        """Whether few entries match; comments teach the vocabulary nothing, so that nobody knows."""
        if self.kind != "post":
            return True
        if self.asked.some and not self.asked.every:
            return sum(group.df for group in self.asked.some) <= RANKED_WHOLE
        return min(group.df for group in self.asked.every) <= RANKED_WHOLE

    @cached_property
    def is_everywhere(self) -> bool:
        """Whether so many posts say it that reading the newest soon meets enough of them.

        By how many say each word; words that avoid one another make it a mistake, and then those
        that the index names are read after all.
        """
        words = (*self.asked.every, *self.asked.some)
        is_plain = not (self.asked.excluded or self.has_filters)
        if self.kind != "post" or not is_plain or any(group.is_filter for group in words):
            return False
        shares = [1 / max(math.expm1(group.idf), 1.0) for group in words]
        posts = max(group.df / share for group, share in zip(words, shares, strict=True))
        share = math.prod(shares)
        if self.asked.some:
            share = 1 - math.prod(1 - one for one in shares)
        return posts * share**2 > READ_BACKWARDS

    def has_rum(self) -> bool:
        return _uses_rum(self.slot)

    def listed(self, sort: str, limit: int) -> list[int]:
        """Return what filters alone leave."""
        return self._ids(
            f"SELECT object_id FROM {self.table} WHERE {self.rights[0]} ORDER BY {_order(sort)} LIMIT %s",
            [*self.rights[1], limit],
        )

    def liked(self, limit: int) -> list[int]:
        return self._ids(
            f"WITH hit AS MATERIALIZED ({self._hits('object_id, published_at, like_count')})"
            f" SELECT object_id FROM hit ORDER BY {_order(LIKES)} LIMIT %s",
            [self.query, *self.rights[1], limit],
        )

    def newest(self, limit: int) -> list[int]:
        if self.is_everywhere:
            _read_in_order()
            sql, params = self._read_backwards(limit)
            ids = self._ids(f"SELECT object_id FROM ({sql}) AS newest", params)
            if len(ids) == limit:
                return ids
        return self._ids(
            f"WITH hit AS MATERIALIZED ({self._hits('object_id, published_at')})"
            f" SELECT object_id FROM hit ORDER BY {NEWEST_FIRST} LIMIT %s",
            [self.query, *self.rights[1], limit],
        )

    def ranked(self, limit: int) -> list[int]:
        # Of comments there may be very many: the newest are ranked.
        newest = f"SELECT * FROM hit ORDER BY {NEWEST_FIRST} LIMIT {2 * RANKED_WHOLE}"
        return self._best_of_hits(newest, [], limit)

    def ranked_in_two_stages(self, limit: int) -> list[int]:
        """Return the best of the newest and of the newest by title, then the next newest.

        As many candidates whatever ``limit`` is: hits must not move between pages.
        """
        wanted = limit if limit <= TEXTS_READ else RANKED_NEWEST + RANKED_TITLES
        best = self._best_read_backwards(wanted) if self.is_everywhere else None
        if best is None:
            condition, tokens = says_all(self.asked)
            newest = f"SELECT * FROM hit ORDER BY {NEWEST_FIRST} LIMIT {RANKED_NEWEST}"
            best = self._best_of_hits(_both(newest, "TABLE hit", condition), tokens, wanted)
        if limit <= len(best) or len(best) < RANKED_NEWEST:
            return best[:limit]
        seen = set(best)
        return (best + [pk for pk in self.newest(limit) if pk not in seen])[:limit]

    def ranked_by_rum(self, limit: int) -> list[int]:
        # Without the sign of the kind, a list as long as the table that it would read as well.
        query = query_of(self.asked, "")
        return self._best(
            f"SELECT {_CANDIDATE} FROM {self.table}"
            f" WHERE {WORDS_OF_ROW} @@ %s::tsquery AND {self.rights[0]}"
            f" ORDER BY {WORDS_OF_ROW} <=> %s::tsquery LIMIT {max(limit, RANKED_BY_RUM)}",
            [query, *self.rights[1], query],
            limit,
        )

    def count(self, limit: int) -> int:
        if (total := self.criteria.made.get(f"total of {self.slot}")) is not None:
            return min(total, limit)
        inner = f"SELECT 1 FROM {self.table} WHERE {self.rights[0]}"
        params = [*self.rights[1], limit]
        if self.asked.narrows:
            inner, params = self._hits("1"), [self.query, *params]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({inner} LIMIT %s) AS hit", params)
            return cursor.fetchone()[0]

    def _hits(self, columns: str) -> str:
        return (
            f"SELECT {columns} FROM {self.table} WHERE {WORDS_OF_ROW} @@ %s::tsquery"
            f" AND {self.rights[0]}"
        )

    def _read_backwards(self, limit: int) -> tuple[str, list]:
        """Return the statement that reads the newest until ``limit`` say it, READ_AT_MOST of them."""
        condition, tokens = says_all(self.asked)
        return (
            f"SELECT {_CANDIDATE} FROM (SELECT * FROM {self.table} WHERE {self.rights[0]}"
            f" ORDER BY {NEWEST_FIRST} LIMIT {READ_AT_MOST}) AS post CROSS JOIN LATERAL"
            " (SELECT ' ' || title_tokens || ' ' || body_tokens || ' ' || tag_tokens || ' '"
            " || author_tokens || ' ' AS said OFFSET 0) AS entry"
            f" WHERE {condition} ORDER BY {NEWEST_FIRST} LIMIT %s",
            [*self.rights[1], *tokens, limit],
        )

    def _best_read_backwards(self, limit: int) -> list[int] | None:
        """Return the best of the newest; None where reading them did not meet enough."""
        _read_in_order()
        newest, params = self._read_backwards(RANKED_NEWEST)
        condition, tokens = says_all(self.asked)
        rows = (
            f"SELECT {_CANDIDATE} FROM {self.table} WHERE {self.rights[0]}"
            f" ORDER BY {NEWEST_FIRST} LIMIT {TITLES_READ}"
        )
        best = self._best_rows(
            _both(newest, rows, condition),
            [*params, *self.rights[1], *tokens],
            limit,
            total="(SELECT count(*) FROM candidate)",
        )
        return [row[0] for row in best] if best and best[0][1] >= RANKED_NEWEST else None

    def _best_of_hits(self, candidates: str, params: list, limit: int) -> list[int]:
        """Return the best of ``candidates``, chosen from the table ``hit``; remember the total."""
        rows = self._best_rows(
            candidates,
            [self.query, *self.rights[1], *params],
            limit,
            hits=f"hit AS MATERIALIZED ({self._hits(_CANDIDATE)}), ",
            total="(SELECT count(*) FROM hit)",
        )
        self.criteria.made[f"total of {self.slot}"] = rows[0][1] if rows else 0
        return [row[0] for row in rows]

    def _best(self, candidates: str, params: list, limit: int) -> list[int]:
        return [row[0] for row in self._best_rows(candidates, params, limit)]

    def _best_rows(
        self, candidates: str, params: list, limit: int, *, hits: str = "", total: str = "NULL"
    ) -> list[tuple]:
        """Return the best of candidates by how often they say what is asked, and where."""
        outside, outside_values = score_of(self.asked, has_body=False)
        score, values = score_of(self.asked)
        return self._rows(
            f"WITH {hits}candidate AS MATERIALIZED ({candidates}), labelled AS MATERIALIZED ("
            "SELECT id, object_id, published_at, ' ' || title_tokens || ' ' AS title,"
            " ' ' || tag_tokens || ' ' || author_tokens || ' ' AS labels,"
            f" 0.5 + 0.5 * token_count::float8 / {USUAL_LENGTH} AS length FROM candidate"
            f"), placed AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY {outside} DESC,"
            f" {NEWEST_FIRST}) AS place FROM labelled"
            "), told AS MATERIALIZED (SELECT placed.*, CASE WHEN"
            f" place <= {TEXTS_READ} THEN ' ' || body_tokens || ' ' END AS body"
            f" FROM placed JOIN {self.table} AS entry USING (id) WHERE place <= %s)"
            f" SELECT object_id, {total} FROM told"
            f" ORDER BY CASE WHEN body IS NULL THEN 0 ELSE 1 + {score} END DESC, place LIMIT %s",
            [*params, *outside_values, max(limit, TEXTS_READ), *values, limit],
        )

    def _ids(self, sql: str, params: list) -> list[int]:
        return [row[0] for row in self._rows(sql, params)]

    def _rows(self, sql: str, params: list) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()


def _both(newest: str, rows: str, is_in_title: str) -> str:
    """Return the statement of ``newest``, and of the newest of ``rows`` whose title says it."""
    titled = (
        f"SELECT {_CANDIDATE} FROM (SELECT *, ' ' || title_tokens || ' ' AS said FROM ({rows}) AS row)"
        f" AS titled WHERE {is_in_title} ORDER BY {NEWEST_FIRST} LIMIT {RANKED_TITLES}"
    )
    return f"SELECT * FROM ({newest}) AS one UNION SELECT * FROM ({titled}) AS other"


def _order(sort: str) -> str:
    return f"like_count DESC, {NEWEST_FIRST}" if sort == LIKES else NEWEST_FIRST
