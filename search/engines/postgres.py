"""PostgreSQL's tsvector: few hits are ranked as a whole, of very many the newest and those by title.

A tsvector knows no rarity and no length of its neighbours; ranking reads it from beside the table.
So what more than RANKED_WHOLE posts say is ranked among few candidates only, or, where the
extension RUM is there, in the order of its index.
"""

# ruff: noqa: S608 names are ours, what people typed enters as parameters

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from search import schema
from search.engines.base import COUNTED, DEEPEST, LIKES, NEWEST, RELEVANCE, Criteria, EngineDown
from search.engines.entries import Asked, asked_of, condition_of, entries_for, in_order, in_title
from search.generations import document_model, table_of
from search.models import Document
from search.plan import MEANT, Alternative, Group
from search.schema.postgres import KIND_SIGN, LONGEST_KEY, size_of, words_index_of

MILLISECONDS = 2_000
RANKED_WHOLE = 2_000
"""What so many posts say is ranked as a whole (about 12 ms)."""

RANKED_NEWEST, RANKED_TITLES = 300, 300
RANKED_BY_RUM = 200
WEIGHTS = "{0.1,0.2,0.6,1}"  # body, nothing, tags and author, title
BY_LENGTH = 1  # divide by 1 + the logarithm of the number of words
NEWEST_FIRST = "published_at DESC, object_id DESC"
MEANT_BOOST = 0.5


class PostgresEngine:
    """Words in a column of the entries, rights in others, all asked by one statement."""

    name = "postgres"

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
            if sort != RELEVANCE:
                return search.sorted(sort, limit)
            if search.is_rare:
                return search.ranked(limit)
            if search.has_rum():
                return search.ranked_by_rum(limit)
            return search.ranked_in_two_stages(limit)

    def count(self, slot: str, criteria: Criteria, *, limit: int = COUNTED + 1) -> int:
        """Return how many match, stopping at ``limit``. Raises EngineDown."""
        with _in_time():
            try:
                return _Search(slot, criteria, asked_of(criteria)).count(limit)
            except EmptyResultSet:
                return 0

    def write(self, slot: str, documents: Sequence[Document]) -> None:
        """Do nothing: the table makes the words of a row itself."""

    def delete(self, slot: str, keys: Iterable[tuple[str, int, int]]) -> None:
        """Do nothing: the words went with the rows."""

    def clear(self, slot: str) -> None:
        """Empty the entries of ``slot``."""
        schema.empty(slot)

    def finish(self, slot: str) -> None:
        """Sort in what waits in the index, and let the planner know the words."""
        with connection.cursor() as cursor:
            if not _uses_rum(slot):
                cursor.execute(
                    "SELECT gin_clean_pending_list(%s::regclass)", [words_index_of(slot)]
                )
            cursor.execute(f"ANALYZE {table_of(document_model(slot))}")

    def swap(self, slot: str) -> None:
        """Do nothing: each search names its slot."""

    def versions(self, slot: str, kind: str, ids: Sequence[int]) -> dict[int, int] | None:
        """Return None: the rows are the index."""
        return None

    def status(self) -> dict[str, object]:
        """Return version, index and size. Raises EngineDown."""
        from search.generations import live_slot

        slot = live_slot()
        with _in_time(), connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0].split()[0]
            return {
                "version": f"PostgreSQL {version} {'RUM' if _uses_rum(slot) else 'GIN'}",
                "rows": document_model(slot).objects.count(),
                "bytes": size_of(connection, slot),
            }


@contextmanager
def _in_time(milliseconds: int = MILLISECONDS) -> Iterator[None]:
    """Stop statements after ``milliseconds``; whatever the database refuses is EngineDown.

    Nothing is written: rolling back takes the limit away again.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL jit = off")
            yield
            transaction.set_rollback(True)
    except DatabaseError as error:
        raise EngineDown(f"PostgreSQL: {error}") from error


def _uses_rum(slot: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_class JOIN pg_am ON pg_am.oid = relam"
            " WHERE pg_class.oid = to_regclass(%s) AND amname = 'rum')",
            [words_index_of(slot)],
        )
        return cursor.fetchone()[0]


class _Search:
    """The statements of one search. Raises EmptyResultSet where rights leave nothing."""

    def __init__(self, slot: str, criteria: Criteria, asked: Asked):
        self.slot, self.table = slot, f'"{table_of(document_model(slot))}"'
        self.kind, self.asked = criteria.kind, asked
        self.entries: QuerySet = entries_for(slot, criteria)
        self.query = _query(asked, self.kind)
        if not asked.narrows and asked.excluded:
            self.entries = self.entries.extra(  # noqa: S610 names are ours
                where=[f"NOT ({self.table}.tsv @@ %s::tsquery)"], params=[_some(asked.excluded)]
            )
        self.where, self.params = condition_of(self.entries)

    @property
    def is_rare(self) -> bool:
        """Whether few entries match; comments teach the vocabulary nothing, so that nobody knows."""
        if self.kind != "post":
            return True
        if self.asked.some and not self.asked.every:
            return sum(group.df for group in self.asked.some) <= RANKED_WHOLE
        return min(group.df for group in self.asked.every) <= RANKED_WHOLE

    def has_rum(self) -> bool:
        return _uses_rum(self.slot)

    def listed(self, sort: str, limit: int) -> list[int]:
        """Return what filters alone leave."""
        rows = in_order(self.entries, sort).values_list("object_id", flat=True)
        return list(rows[:limit])

    def sorted(self, sort: str, limit: int) -> list[int]:
        order = f"like_count DESC, {NEWEST_FIRST}" if sort == LIKES else NEWEST_FIRST
        return self._ids(
            f"{self._hits('object_id, published_at, like_count')}"
            f" SELECT object_id FROM hit ORDER BY {order} LIMIT %s",
            [self.query, *self.params, limit],
        )

    def ranked(self, limit: int) -> list[int]:
        score, values = _score(self.asked)
        # Of comments there may be very many: the newest are ranked.
        return self._ids(
            f"{self._hits('object_id, published_at, tsv')},"
            f" newest AS (SELECT * FROM hit ORDER BY {NEWEST_FIRST} LIMIT {2 * RANKED_WHOLE})"
            f" SELECT object_id FROM newest ORDER BY {score} DESC, {NEWEST_FIRST} LIMIT %s",
            [self.query, *self.params, *values, limit],
        )

    def ranked_in_two_stages(self, limit: int) -> list[int]:
        """Return the best of the newest and of the newest by title, then the next newest.

        As many candidates whatever ``limit`` is: hits must not move between pages.
        """
        score, values = _score(self.asked)
        columns = "object_id, published_at, tsv"
        best = self._ids(
            f"WITH newest AS MATERIALIZED ({self._newest(columns)} LIMIT {RANKED_NEWEST}),"
            f" titled AS MATERIALIZED ({self._newest(columns)} LIMIT {RANKED_TITLES}),"
            " candidate AS (SELECT * FROM newest UNION ALL SELECT * FROM titled"
            " WHERE object_id NOT IN (SELECT object_id FROM newest))"
            f" SELECT object_id FROM candidate ORDER BY {score} DESC, {NEWEST_FIRST}",
            [
                *[self.query, *self.params],
                *[_query(self.asked, self.kind, is_in_title=True), *self.params],
                *values,
            ],
        )
        if limit <= len(best) or len(best) < RANKED_NEWEST:
            return best[:limit]
        seen = set(best)
        more = self._ids(f"{self._newest('object_id')} LIMIT %s", [self.query, *self.params, limit])
        return (best + [pk for pk in more if pk not in seen])[:limit]

    def ranked_by_rum(self, limit: int) -> list[int]:
        score, values = _score(self.asked)
        candidates = max(limit, RANKED_BY_RUM)
        # Without the sign of the kind, a list as long as the table that it would read as well.
        query = _query(self.asked, "")
        return self._ids(
            f"WITH near AS MATERIALIZED (SELECT object_id, published_at, tsv FROM {self.table}"
            f" WHERE tsv @@ %s::tsquery AND {self.where} ORDER BY tsv <=> %s::tsquery"
            f" LIMIT {candidates})"
            f" SELECT object_id FROM near ORDER BY {score} DESC, {NEWEST_FIRST} LIMIT %s",
            [query, *self.params, query, *values, limit],
        )

    def count(self, limit: int) -> int:
        if not self.asked.narrows:
            return self.entries.order_by()[:limit].count()
        sql = (
            f"SELECT count(*) FROM (SELECT 1 FROM {self.table}"
            f" WHERE tsv @@ %s::tsquery AND {self.where} LIMIT %s) AS hit"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.query, *self.params, limit])
            return cursor.fetchone()[0]

    def _hits(self, columns: str) -> str:
        """Return the beginning of a statement that reads hits from ``hit``.

        Of few hits all are read by the index of words: the planner takes a rare word for more
        common than it is, and would look for it among all posts from the newest on.
        """
        kept = "MATERIALIZED" if self.is_rare else "NOT MATERIALIZED"
        return (
            f"WITH hit AS {kept} (SELECT {columns} FROM {self.table}"
            f" WHERE tsv @@ %s::tsquery AND {self.where})"
        )

    def _newest(self, columns: str) -> str:
        return (
            f"SELECT {columns} FROM {self.table} WHERE tsv @@ %s::tsquery AND {self.where}"
            f" ORDER BY {NEWEST_FIRST}"
        )

    def _ids(self, sql: str, params: list) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return [row[0] for row in cursor.fetchall()]


# Queries in the database's language -----------------------------------------------------------------


def _score(asked: Asked) -> tuple[str, list]:
    """Return an expression of the rank and its parameters: one look at the words for each group."""
    parts, values = [], []
    for group in asked.scored:
        for weight, query in _tiers(group):
            parts.append(f"%s * ts_rank('{WEIGHTS}', tsv, %s::tsquery, {BY_LENGTH})")
            values += [weight * max(group.idf, 0.01), query]
    return f"({' + '.join(parts)})", values


def _tiers(group: Group) -> Iterator[tuple[float, str]]:
    typed = [one for one in group.alternatives if one.tier != MEANT]
    meant = [one for one in group.alternatives if one.tier == MEANT]
    if typed:
        yield 1.0, _either(typed)
    if meant:
        yield MEANT_BOOST, _either(meant)


def _query(asked: Asked, kind: str, *, is_in_title: bool = False) -> str:
    def one(group: Group) -> str:
        return _any(in_title(group) if is_in_title and not group.is_filter else group)

    parts = [_quoted(KIND_SIGN + kind)] if kind else []
    parts += [one(group) for group in asked.every]
    if asked.some:
        parts.append(f"({' | '.join(one(group) for group in asked.some)})")
    if asked.excluded:
        parts.append(f"!{_some(asked.excluded)}")
    return " & ".join(parts)


def _some(groups: Sequence[Group]) -> str:
    return f"({' | '.join(_any(group) for group in groups)})"


def _any(group: Group) -> str:
    return _either(group.alternatives)


def _either(alternatives: Sequence[Alternative]) -> str:
    return f"({' | '.join(_all(one) for one in alternatives if one.tokens) or _NOTHING})"


def _all(alternative: Alternative) -> str:
    tokens = [_quoted(token) for token in alternative.tokens]
    return tokens[0] if len(tokens) == 1 else f"({' & '.join(tokens)})"


_NOTHING = "'^'"
"""A word that no entry has."""


def _quoted(token: str) -> str:
    """Return ``token`` as a word of a tsquery, whatever signs are in it."""
    plain = token.replace("\0", "")
    if not plain or len(plain.encode()) > LONGEST_KEY:
        return _NOTHING
    return "'" + plain.replace("\\", "\\\\").replace("'", "''") + "'"
