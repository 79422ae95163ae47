"""The newest rows of many sources without reading each source, as SQL.

A source is a followed person, tag or series; its rows lie in an index by date. Reading the newest
26 of a thousand people, to throw away nearly all, costs 26,000 rows. Here each source is asked for
its newest row alone; whatever the best 26 of these leave out cannot be on the page, and only those
26 are read on, down to the oldest of their newest. A silent source costs one look into the index.
Of fewer than 26 sources each is asked for a few rows, so that there are 26 again.

It is text, because the ORM knows no LATERAL and would take longer to put the statement together
than the database to answer it. SQLite, which has no LATERAL either, gets the same in subqueries.
Parameters are named: user, now, moment, pk, end.
"""

# ruff: noqa: S608 what people typed enters as parameters only

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from config.pagination import Position

EVER = datetime(1, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Walk:
    """Which rows of a list are wanted: ``limit`` of them, ahead of ``position``."""

    position: Position
    limit: int

    @property
    def way(self) -> str:
        return "ASC" if self.position.is_newer else "DESC"

    def params(self) -> dict[str, Any]:
        moment = self.position.moment or EVER
        return {
            "moment": connection.ops.adapt_datetimefield_value(moment),
            "pk": self.position.pk,
            "end": connection.ops.adapt_datetimefield_value(
                NEVER if self.position.is_newer else EVER
            ),
        }

    def order(self, moment: str = "published_at", key: str = "id") -> str:
        return f"ORDER BY {moment} {self.way}, {key} {self.way}"

    def first(self, moment: str, key: str, limit: int) -> str:
        """Return the end of a SELECT of the first ``limit`` rows by two columns.

        Source of the condition: config.pagination.Position.cut.
        """
        ahead, passed = (">=", "<=") if self.position.is_newer else ("<=", ">=")
        cut = f"{moment} IS NOT NULL"
        if self.position.moment is not None:
            cut = (
                f"{moment} {ahead} %(moment)s"
                f" AND NOT ({moment} = %(moment)s AND {key} {passed} %(pk)s)"
            )
        return f"AND {cut} {self.order(moment, key)} LIMIT {limit}"

    def not_behind(self, moment: str, firsts: str) -> str:
        """Return the condition that leaves out what lies behind as many ``firsts`` as are wanted.

        ``firsts`` is a table of (published_at, post_id).
        """
        ahead, last = ("<=", "max") if self.position.is_newer else (">=", "min")
        return (
            f"AND {moment} {ahead} (SELECT CASE WHEN count(*) < {self.limit} THEN %(end)s"
            f" ELSE {last}(published_at) END FROM (SELECT DISTINCT published_at, post_id"
            f" FROM {firsts} {self.order(key='post_id')} LIMIT {self.limit}) AS firsts)"
        )


@dataclass(frozen=True)
class Rows:
    """The posts of one source, which ``where`` calls ``source.id``; ``key`` leads to the post."""

    where: str
    moment: str = "post.published_at"
    key: str = "post.id"

    def of_each(self, sources: str, ending: str) -> str:
        """Return what to select from: each row of the table ``sources`` with its rows as ``found``.

        ``ending`` may limit them, which then holds for each source.
        """
        if connection.vendor == "postgresql":
            return (
                f"{sources} AS source CROSS JOIN LATERAL (SELECT {self.moment}, {self.key}"
                f" {self.where} {ending}) AS found (published_at, id)"
            )
        # CROSS JOIN keeps SQLite from beginning at the posts.
        return (
            f"{sources} AS source CROSS JOIN blog_post AS found"
            f" ON found.id IN (SELECT {self.key} {self.where} {ending})"
        )


def first_of_sources(
    name: str,
    sources: str,
    rows: Rows,
    walk: Walk,
    *,
    number: int,
    accepted: str = "1 = 1",
    is_shared: bool = False,
) -> str:
    """Return the tables (of WITH) that end in ``name``: the first rows of all ``sources`` together.

    ``sources`` is a SELECT of one column, of about ``number`` rows: a wrong number costs time and
    nothing else. ``accepted`` is a condition on ``source_id`` that is too dear to ask of every
    source: it is asked of the best, one by one, until there are enough.
    ``is_shared``: a post may lie in several sources; then many may begin with one and the same
    post, so that no number of the best is enough, and all are read on.
    """
    best = f"{name}_best"
    found_order = walk.order("found.published_at", "found.id")
    enough = 2 * walk.limit if is_shared else walk.limit
    each = min(walk.limit, -(-enough // max(number, 1)))
    first = rows.of_each(f"{name}_sources", walk.first(rows.moment, rows.key, each))
    more = rows.of_each(
        f"(SELECT DISTINCT id FROM {best})",
        f"{walk.not_behind(rows.moment, best)} {walk.first(rows.moment, rows.key, walk.limit)}",
    )
    return (
        f"{name}_sources (id) AS ({sources}),"
        f" {name}_firsts (source_id, published_at, post_id) AS"
        f" (SELECT source.id, found.published_at, found.id FROM {first} {found_order}),"
        f" {best} (id, published_at, post_id) AS (SELECT source_id, published_at, post_id"
        f" FROM {name}_firsts WHERE {accepted} {walk.order(key='post_id')}"
        f"{'' if is_shared else f' LIMIT {walk.limit}'}),"
        f" {name} (published_at, id) AS (SELECT DISTINCT found.published_at, found.id"
        f" FROM {more} {found_order} LIMIT {walk.limit})"
    )


def first_of_recent(
    name: str, sources: str, posts: list[str], walk: Walk, *, accepted: str, size: int
) -> str:
    """Return the tables that end in ``name``: what ``sources`` have among the first ``size`` posts.

    For a great many sources, most of which need not be looked at then. ``posts`` are conditions,
    each with an index by date, that together hold every post that may count.
    """
    ending = walk.first("post.published_at", "post.id", size)
    parts = " UNION ALL ".join(
        "SELECT * FROM (SELECT post.published_at, post.id, post.author_id FROM blog_post AS post"
        f" WHERE {where} {ending}) AS part{number}"
        for number, where in enumerate(posts)
    )
    return (
        f"{name}_recent (published_at, post_id, source_id) AS"
        f" (SELECT * FROM ({parts}) AS parts ORDER BY 1 {walk.way}, 2 {walk.way} LIMIT {size}),"
        f" {name} (published_at, id) AS (SELECT published_at, post_id FROM {name}_recent"
        # Most are by others, and CASE asks no more about those; IN, not joined here, goes by hash.
        f" WHERE CASE WHEN source_id IN ({sources}) THEN {accepted} ELSE 1 = 0 END"
        f" {walk.order(key='post_id')} LIMIT {walk.limit})"
    )
