"""The timeline: the posts that ``blog.selectors.home_feed`` says plainly, at a steady price.

The conditions below repeat what ``listed_to`` says, for speed. Two things hold the two together:
a test compares them on thousands of pages, and the rows are loaded through ``visible_to``, so that
a slip here could leave a post out but never show one.
"""

# ruff: noqa: S608, S611 what people typed enters as parameters only

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
from blog.timeline.sql import Rows, Walk, first_of_recent, first_of_sources
from config.pagination import Page, Position, paginate_rows
from social.models import MutedTerm
from social.selectors import muted_terms_of

MANY_FOLLOWS = 5000
"""Who follows more people than this probably finds a page among the newest posts of all."""

RECENT_POSTS = 2000

PUBLIC = "post.status = 'published' AND post.visibility = 'public'"
FOR_FOLLOWERS = "post.status = 'published' AND post.visibility = 'followers'"
LISTABLE = "post.status = 'published' AND post.visibility IN ('public', 'followers')"
"""What followers meet in lists: these three are word for word what indexes hold."""


def timeline_page(user: User, params: QueryDict) -> Page:
    """Return the page of ``user``'s timeline that ``params["cursor"]`` names, ready for cards.

    Four queries, or five for who follows more than MANY_FOLLOWS people: muted words, keys, posts,
    tags.
    """

    def rows_ahead(position: Position, limit: int) -> list[Post]:
        ids = ids_ahead(user, position, limit)
        posts = Post.objects.visible_to(user).filter(pk__in=ids).with_viewer_state(user)
        found = posts.for_card().in_bulk()
        return [found[pk] for pk in ids if pk in found]

    return paginate_rows(rows_ahead, params, page_size=settings.POSTS_PER_PAGE)


def count_newer(user: User, position: Position, limit: int) -> int:
    """Return how many posts of ``user``'s timeline are newer than ``position``, up to ``limit``."""
    return len(ids_ahead(user, Position(True, position.moment, position.pk), limit))


def ids_ahead(user: User, position: Position, limit: int) -> list[int]:
    """Return the keys of the first ``limit`` posts of ``user``'s timeline ahead of ``position``."""
    walk = Walk(position, limit)
    terms = muted_terms_of(user)
    if user.following_count > MANY_FOLLOWS:
        rows = _fetch(*statement(user, walk, terms, is_recent=True))
        # With fewer by followed people than a page takes, older ones of theirs could belong to it.
        if rows and rows[0][1] == limit:
            return [pk for pk, _number in rows]
    return [pk for pk, _number in _fetch(*statement(user, walk, terms))]


def _fetch(sql: str, params: dict[str, Any]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def statement(
    user: User, walk: Walk, terms: list[MutedTerm], *, is_recent: bool = False
) -> tuple[str, dict[str, Any]]:
    """Return SELECT (key of a post, how many posts by followed people were found) and parameters.

    ``is_recent`` looks for those among the newest RECENT_POSTS of everybody alone; then the answer
    is true only if the number is ``walk.limit``.
    """
    params = walk.params() | {
        "user": user.pk,
        "now": connection.ops.adapt_datetimefield_value(timezone.now()),
    }
    says_nothing, more = _says_nothing(terms, "post.id")
    params |= more
    public = (
        f"{PUBLIC} AND {_is_wanted('post.author_id')} AND {_is_present('post.author_id')}"
        f" AND {says_nothing}"
    )
    own = walk.first("post.published_at", "post.id", walk.limit)
    tables = [
        _by_recent_people(walk, terms) if is_recent else _by_people(walk, says_nothing),
        "own (published_at, id) AS (SELECT post.published_at, post.id FROM blog_post AS post"
        f" WHERE post.status = 'published' AND post.author_id = %(user)s {own})",
        first_of_sources(
            "tagged",
            "SELECT tag_id FROM blog_tagfollow JOIN blog_tag ON blog_tag.id = tag_id"
            " WHERE person_id = %(user)s AND NOT is_banned",
            # One value instead of EXISTS: a question about one post, never a join with all.
            Rows(
                "FROM blog_posttag AS mark WHERE mark.tag_id = source.id AND (SELECT post.id"
                f" FROM blog_post AS post WHERE post.id = mark.post_id AND {public}) IS NOT NULL",
                moment="mark.published_at",
                key="mark.post_id",
            ),
            walk,
            is_shared=True,
        ),
        first_of_sources(
            "in_series",
            "SELECT series_id FROM blog_seriesfollow WHERE person_id = %(user)s",
            Rows(f"FROM blog_post AS post WHERE post.series_id = source.id AND {public}"),
            walk,
        ),
    ]
    every = " UNION ".join(
        f"SELECT published_at, id FROM {name}"
        for name in ("by_people", "own", "tagged", "in_series")
    )
    sql = (
        f"WITH {', '.join(tables)} SELECT id, (SELECT count(*) FROM by_people)"
        f" FROM ({every}) AS every {walk.order()} LIMIT {walk.limit}"
    )
    return sql, params


PEOPLE = "SELECT followed_id FROM social_follow WHERE follower_id = %(user)s AND "


def _by_people(walk: Walk, says_nothing: str) -> str:
    """Return the tables of what followed people wrote: each of them is asked."""
    return first_of_sources(
        "by_people",
        PEOPLE + _is_wanted("followed_id"),
        Rows(
            "FROM blog_post AS post"
            f" WHERE {LISTABLE} AND post.author_id = source.id AND {says_nothing}"
        ),
        walk,
        accepted=_is_present("source_id"),
    )


def _by_recent_people(walk: Walk, terms: list[MutedTerm]) -> str:
    """Return the tables of what followed people wrote among the newest RECENT_POSTS."""
    says_nothing, _params = _says_nothing(terms, "post_id")
    return first_of_recent(
        "by_people",
        PEOPLE + _is_wanted("followed_id"),
        [PUBLIC, FOR_FOLLOWERS],
        walk,
        accepted=f"{_is_present('source_id')} AND {says_nothing}",
        size=RECENT_POSTS,
    )


def _is_wanted(person: str) -> str:
    """Return the condition that the reader neither muted ``person`` nor has a block with them."""
    return (
        f"{person} NOT IN (SELECT muted_id FROM social_mute WHERE muter_id = %(user)s"
        " AND (until IS NULL OR until > %(now)s))"
        f" AND {person} NOT IN (SELECT blocked_id FROM social_block WHERE blocker_id = %(user)s)"
        f" AND {person} NOT IN (SELECT blocker_id FROM social_block WHERE blocked_id = %(user)s)"
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
