"""Reads that are not one queryset."""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils import timezone

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from blog.models import (
    OldPath,
    Post,
    PostTag,
    PreviewLink,
    Series,
    SeriesFollow,
    Tag,
    TagFollow,
    TrendingPost,
)
from blog.policies import can_meet_series
from config.text import nfc
from social.selectors import across_block, ids_followed_by

COUNTED_SECONDS = 60
COUNTED_ANEW_BELOW = 1_000


def home_feed(user: User) -> QuerySet:
    """Return the timeline of ``user``, said plainly: what blog.timeline finds by a shorter way.

    Posts of the people ``user`` follows and ``user``'s own, public ones with a tag, and those of
    a series that ``user`` follows; each once.
    """
    tags = TagFollow.objects.filter(person=user, tag__is_banned=False).values("tag")
    tagged = PostTag.objects.filter(post=OuterRef("pk"), tag__in=tags)
    return Post.objects.listed_to(user).filter(
        Q(author=user)
        | Q(author__in=ids_followed_by(user))
        | Q(Exists(tagged), visibility="public")
        | Q(series__in=SeriesFollow.objects.filter(person=user).values("series"))
    )


def trending_posts(user: User | AnonymousUser) -> QuerySet:
    """Return the public posts that are talked about now, the most first (BL-35)."""
    # By their keys, of which there are few: planners like to walk all posts and look for each.
    talked_about = TrendingPost.objects.values("pk")
    posts = Post.objects.public().listed_to(user).filter(pk__in=talked_about)
    return posts.order_by("-trending__score", "-pk")


def likes_shown_to(user: User | AnonymousUser, likes: QuerySet) -> QuerySet:
    """Return ``likes`` with their people: nobody across a block, nobody whose account is shut."""
    likes = likes.exclude(person__state__in=HIDDEN_STATES)
    return likes.exclude(across_block(user, "person")).select_related("person")


def open_preview_link_of(post: Post) -> PreviewLink | None:
    """Return the secret address of ``post`` if it has one that is still open."""
    return PreviewLink.objects.filter(post=post, expires_at__gt=timezone.now()).first()


@dataclass(frozen=True)
class SeriesPlace:
    """Where a post stands in its series, counting only what the reader may see."""

    title: str
    url: str
    place: int
    total: int
    previous: Post | None
    next: Post | None


def place_of(post: Post, user: User | AnonymousUser) -> SeriesPlace | None:
    """Return the place of ``post`` in its series; hidden posts leave no gap for others.

    None of a series that moderators hide from ``user``.
    """
    if post.series is None or not can_meet_series(user, post.series):
        return None
    posts = list(series_posts(post.series, user).only("pk", "title", "slug", "kind", "author"))
    index = next((place for place, held in enumerate(posts) if held.pk == post.pk), None)
    if index is None:
        return None
    for held in posts:
        held.author = post.author
    return SeriesPlace(
        title=post.series.title,
        url=post.series.get_absolute_url(),
        place=index + 1,
        total=len(posts),
        previous=posts[index - 1] if index else None,
        next=posts[index + 1] if index + 1 < len(posts) else None,
    )


def pinned_posts(person: User, user: User | AnonymousUser) -> QuerySet:
    """Return what ``person`` pinned and ``user`` may meet in lists, latest pin first."""
    posts = Post.objects.listed_to(user, with_muted=True).by(person).exclude(pinned_at=None)
    return posts.order_by("-pinned_at", "-pk")


def series_posts(series: Series, user: User | AnonymousUser) -> QuerySet:
    """Return the posts of ``series`` that ``user`` meets, in the author's order."""
    posts = Post.objects.listed_to(user, with_muted=True).filter(series=series)
    return posts.order_by("series_position", "pk")


@dataclass(frozen=True)
class ArchiveMonth:
    year: int
    month: int
    post_count: int


def archive_months(author: User, user: User | AnonymousUser) -> dict[int, list[ArchiveMonth]]:
    """Return {year: months with posts}, newest first, in the reader's time zone."""
    rows = (
        Post.objects.listed_to(user, with_muted=True)
        .by(author)
        .order_by()
        .annotate(
            year=ExtractYear("published_at", tzinfo=timezone.get_current_timezone()),
            month=ExtractMonth("published_at", tzinfo=timezone.get_current_timezone()),
        )
        .values("year", "month")
        .annotate(number=Count("pk"))
        .order_by("-year", "-month")
    )
    years: dict[int, list[ArchiveMonth]] = defaultdict(list)
    for row in rows:
        years[row["year"]].append(ArchiveMonth(row["year"], row["month"], row["number"]))
    return dict(years)


def post_at_old_path(path: str) -> Post | None:
    """Return the public post that lived at ``path`` of a former blog, in any spelling of it."""
    path = nfc(unquote(path))
    spellings = {path}
    if "?" not in path:
        spellings |= {path.rstrip("/") or "/", f"{path.rstrip('/')}/"}
    found = (
        OldPath.objects.filter(path__in=spellings).select_related("post", "post__author").first()
    )
    if found is None:
        return None
    is_open = found.post.is_published and found.post.visibility in {"public", "unlisted"}
    return found.post if is_open and found.post.author.is_active else None


def tags_in_korean_order(limit: int) -> list[Tag]:
    """Return used tags in 가나다 order: Hangul first, then other scripts by code point."""
    tags = list(Tag.objects.used().popular_first()[:limit])
    return sorted(tags, key=lambda tag: (not "가" <= tag.key[:1] <= "힣", tag.key))


@dataclass(frozen=True)
class CappedCount:
    """A number of rows, counted to ``limit`` and no further."""

    number: int
    is_exact: bool


def count_up_to(queryset: QuerySet, limit: int = 10_000) -> CappedCount:
    """Return the number of rows, reading at most ``limit`` + 1 of an index."""
    number = queryset.order_by()[: limit + 1].count()
    return CappedCount(min(number, limit), number <= limit)


def count_for_a_while(rows: Callable[[], QuerySet], *, key: str) -> CappedCount:
    """Return the number of ``rows()``; a large one as it was up to COUNTED_SECONDS ago for ``key``."""
    place = f"count:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}"
    held = cache.get(place)
    if held is None:
        held = count_up_to(rows())
        if held.number >= COUNTED_ANEW_BELOW:
            cache.set(place, held, COUNTED_SECONDS)
    return held
