"""The timeline: the posts that ``blog.selectors.home_feed`` says plainly, at a steady price.

The conditions below repeat what ``listed_to`` says, for speed. Two things hold the two together:
a test compares them on thousands of pages, and the rows are loaded through ``visible_to``, so that
a slip here could leave a post out but never show one.
"""

# ruff: noqa: S608, S611 what people typed enters as parameters only

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from blog.models import Post
from blog.querysets.posts import says_any
from blog.ready import posts_for_cards
from blog.timeline.sql import Rows, Walk, first_of_recent, first_of_sources
from config.pagination import Page, Position, paginate_rows
from social.models import MutedTerm

MANY_FOLLOWS = 1000
"""Who follows so many people probably finds a page among the newest posts of all."""

RECENT_POSTS = 1000
"""How many those are: few enough that looking in vain costs less than asking all these people."""

MANY_SOURCES = 100
"""Above this the number of sources makes no difference to the statement."""

PUBLIC = "post.status = 'published' AND post.visibility = 'public'"
FOR_FOLLOWERS = "post.status = 'published' AND post.visibility = 'followers'"
LISTABLE = "post.status = 'published' AND post.visibility IN ('public', 'followers')"
"""What followers meet in lists: these three are word for word what indexes hold."""


def timeline_page(user: User, params: QueryDict) -> Page:
    """Return the page of ``user``'s timeline that ``params["cursor"]`` names, ready for cards.

    Four queries, or five for who follows MANY_FOLLOWS people in vain: what the reader follows and
    mutes, keys, posts, tags.
    """

    def rows_ahead(position: Position, limit: int) -> list[Post]:
        return posts_for_cards(ids_ahead(user, position, limit), user)

    return paginate_rows(rows_ahead, params, page_size=settings.POSTS_PER_PAGE)


def count_newer(user: User, position: Position, limit: int) -> int:
    """Return how many posts of ``user``'s timeline are newer than ``position``, up to ``limit``."""
    return len(ids_ahead(user, Position(True, position.moment, position.pk), limit))


def ids_ahead(user: User, position: Position, limit: int) -> list[int]:
    """Return the keys of the first ``limit`` posts of ``user``'s timeline ahead of ``position``."""
    walk = Walk(position, limit)
    reader = reader_of(user)
    if user.following_count >= MANY_FOLLOWS:
        rows = _fetch(*statement(reader, walk, is_recent=True))
        # With fewer by followed people than a page takes, older ones of theirs could belong to it.
        if rows and rows[0][1] == limit:
            return [pk for pk, _number in rows]
    return [pk for pk, _number in _fetch(*statement(reader, walk))]


def _fetch(sql: str, params: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


@dataclass(frozen=True)
class Reader:
    """What decides how the statement for one person looks.

    The numbers of followed people, tags and series end at MANY_SOURCES.
    """

    pk: int
    now: Any
    people: int
    tags: int
    series: int
    terms: list[MutedTerm]

    @property
    def params(self) -> dict[str, Any]:
        return {"user": self.pk, "now": self.now}


def reader_of(user: User) -> Reader:
    """Return what ``user`` follows and mutes, by one query.

    Planning a part of the statement that would find nothing costs more than to know of it.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    parts = " UNION ALL ".join(
        f"SELECT '', '{name}', (SELECT count(*) FROM (SELECT 1 FROM {table}"
        f" WHERE {column} = %(user)s LIMIT {MANY_SOURCES}) AS held)"
        for name, table, column in SOURCES
    )
    rows = _fetch(
        "SELECT kind, key, 0 FROM social_mutedterm WHERE person_id = %(user)s"
        f" AND {STILL} UNION ALL {parts}",
        {"user": user.pk, "now": now},
    )
    numbers = {key: number for kind, key, number in rows if not kind}
    terms = [MutedTerm(kind=kind, key=key) for kind, key, _number in rows if kind]
    return Reader(pk=user.pk, now=now, terms=terms, **numbers)


def statement(reader: Reader, walk: Walk, *, is_recent: bool = False) -> tuple[str, dict[str, Any]]:
    """Return SELECT (key of a post, how many posts by followed people were found) and parameters.

    ``is_recent`` looks for those among the newest RECENT_POSTS of everybody alone; then the answer
    is true only if the number is ``walk.limit``.
    """
    says_nothing, values = _says_nothing(reader.terms, "post.id")
    own = walk.first("post.published_at", "post.id", walk.limit)
    tables = {
        "own": "own (published_at, id) AS (SELECT post.published_at, post.id FROM blog_post AS post"
        " WHERE post.status = 'published' AND post.author_id = %(user)s"
        f" AND post.kind <> 'thread' {own})"
    }
    if reader.people:
        tables["by_people"] = (
            _by_recent_people(reader, walk) if is_recent else _by_people(reader, walk, says_nothing)
        )
    if reader.tags:
        tables["tagged"] = _tagged(reader, walk, says_nothing)
    if reader.series:
        tables["in_series"] = _in_series(reader, walk, says_nothing)
    every = " UNION ".join(f"SELECT published_at, id FROM {name}" for name in tables)
    number = "(SELECT count(*) FROM by_people)" if reader.people else "0"
    sql = (
        f"WITH {', '.join((UNWANTED, *tables.values()))} SELECT id, {number}"
        f" FROM ({every}) AS every {walk.order()} LIMIT {walk.limit}"
    )
    return sql, walk.params() | reader.params | values


SOURCES = (
    ("people", "social_follow", "follower_id"),
    ("tags", "blog_tagfollow", "person_id"),
    ("series", "blog_seriesfollow", "person_id"),
)
STILL = "(until IS NULL OR until > %(now)s)"
UNWANTED = (
    "unwanted (id) AS (SELECT muted_id FROM social_mute WHERE muter_id = %(user)s"
    f" AND {STILL} UNION ALL SELECT blocked_id FROM social_block WHERE blocker_id = %(user)s"
    " UNION ALL SELECT blocker_id FROM social_block WHERE blocked_id = %(user)s)"
)
"""Whom the reader mutes or has a block with: looked up once, asked for by hash."""

PEOPLE = (
    "SELECT followed_id FROM social_follow WHERE follower_id = %(user)s"
    " AND followed_id NOT IN (SELECT id FROM unwanted)"
)


def _by_people(reader: Reader, walk: Walk, says_nothing: str) -> str:
    """Return the tables of what followed people wrote: each of them is asked."""
    return first_of_sources(
        "by_people",
        PEOPLE,
        Rows(
            "FROM blog_post AS post"
            f" WHERE {LISTABLE} AND post.author_id = source.id AND {says_nothing}"
        ),
        walk,
        number=reader.people,
        accepted=_is_present("source_id"),
    )


def _by_recent_people(reader: Reader, walk: Walk) -> str:
    """Return the tables of what followed people wrote among the newest RECENT_POSTS."""
    says_nothing, _params = _says_nothing(reader.terms, "post_id")
    return first_of_recent(
        "by_people",
        PEOPLE,
        [PUBLIC, FOR_FOLLOWERS],
        walk,
        accepted=f"{_is_present('source_id')} AND {says_nothing}",
        size=RECENT_POSTS,
    )


def _tagged(reader: Reader, walk: Walk, says_nothing: str) -> str:
    """Return the tables of what has a followed tag."""
    return first_of_sources(
        "tagged",
        "SELECT tag_id FROM blog_tagfollow JOIN blog_tag ON blog_tag.id = tag_id"
        " WHERE person_id = %(user)s AND NOT is_banned",
        # One value instead of EXISTS: a question about one post, never a join with all.
        Rows(
            "FROM blog_posttag AS mark WHERE mark.tag_id = source.id AND (SELECT post.id"
            f" FROM blog_post AS post WHERE post.id = mark.post_id AND {PUBLIC}"
            " AND post.author_id NOT IN (SELECT id FROM unwanted)"
            f" AND {_is_present('post.author_id')} AND {says_nothing}) IS NOT NULL",
            moment="mark.published_at",
            key="mark.post_id",
        ),
        walk,
        number=reader.tags,
        is_shared=True,
    )


def _in_series(reader: Reader, walk: Walk, says_nothing: str) -> str:
    """Return the tables of what is in a followed series, which holds posts of its author alone."""
    return first_of_sources(
        "in_series",
        "SELECT series_id FROM blog_seriesfollow JOIN blog_series ON blog_series.id = series_id"
        " WHERE person_id = %(user)s AND author_id NOT IN (SELECT id FROM unwanted)"
        f" AND {_is_present('author_id')}",
        Rows(
            f"FROM blog_post AS post WHERE post.series_id = source.id AND {PUBLIC}"
            f" AND {says_nothing}"
        ),
        walk,
        number=reader.series,
    )


def _is_present(person: str) -> str:
    """Return the condition that the account of ``person`` is open to others.

    One value instead of EXISTS or a join: a question about one person, never a look at all.
    """
    states = ", ".join(f"'{state}'" for state in HIDDEN_STATES)
    return f"(SELECT state FROM accounts_user WHERE accounts_user.id = {person}) NOT IN ({states})"


def _says_nothing(terms: list[MutedTerm], post: str) -> tuple[str, dict[str, Any]]:
    """Return the condition that the post whose key is ``post`` says none of ``terms``.

    And its parameters.
    """
    if not terms:
        return "1 = 1", {}
    said = Post.objects.filter(says_any(terms), pk=RawSQL(post, ())).values("pk")
    text, values = said.query.sql_with_params()
    names = [f"term{number}" for number in range(len(values))]
    text %= tuple(f"%({name})s" for name in names)
    return f"({text}) IS NULL", dict(zip(names, values, strict=True))
