"""What is talked about now (BL-35)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.utils import timezone

from accounts.querysets import HIDDEN_STATES
from blog.models import Bookmark, Comment, Post, PostDay, PostLike, TrendingPost

WINDOW = timedelta(days=14)
HALF_LIFE = timedelta(hours=24)
LIKE_WEIGHT, COMMENT_WEIGHT, BOOKMARK_WEIGHT, VIEW_WEIGHT = 1.0, 2.0, 2.0, 0.05
NEW_PERSON_SHARE = 0.25
NEW_PERSON_TIME = timedelta(days=3)
NEW_PERSON_POSTS = 3
KEPT_POSTS = 300
AT_A_TIME = 500


class Act(NamedTuple):
    """Something that one person did to a post; ``joined_at`` and the counts tell who is new."""

    post_id: int
    moment: datetime
    joined_at: datetime
    note_count: int
    article_count: int


def refresh_trending(now: datetime | None = None) -> int:
    """Compute which posts are talked about, and forget older views by day; return how many.

    Likes, comments and bookmarks of the last WINDOW, once per kind and person and none of the
    author's own, and views; each act is worth half as much every HALF_LIFE. Guests do not count:
    they could be one person many times.
    """
    now = now or timezone.now()
    scores: dict[int, float] = defaultdict(float)
    for weight, rows in (
        (LIKE_WEIGHT, _acts(PostLike.objects.all(), "person", now)),
        (BOOKMARK_WEIGHT, _acts(Bookmark.objects.all(), "person", now)),
        (COMMENT_WEIGHT, _comments(now)),
    ):
        for act in rows:
            scores[act.post_id] += weight * _share_of(act, now) * _decay(now - act.moment)
    for post_id, day, views in _views(now):
        scores[post_id] += VIEW_WEIGHT * views * _decay(now - _end_of(day))
    best = _best_public(scores)
    with transaction.atomic():
        # Held in the order of their keys: none goes meanwhile, and two runs do not wait in a circle.
        held = Post.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        there = set(held.filter(pk__in=[pk for pk, _score in best]).values_list("pk", flat=True))
        best = sorted(one for one in best if one[0] in there)
        PostDay.objects.filter(day__lt=_first_day(now)).delete()
        TrendingPost.objects.exclude(post__in=[post_id for post_id, _score in best]).delete()
        TrendingPost.objects.bulk_create(
            [TrendingPost(post_id=pk, score=score, computed_at=now) for pk, score in best],
            update_conflicts=True,
            unique_fields=["post"],
            update_fields=["score", "computed_at"],
        )
    return len(best)


def _acts(rows: QuerySet, person: str, now: datetime) -> Iterator[Act]:
    rows = rows.filter(created_at__gt=now - WINDOW, created_at__lte=now)
    return map(Act._make, _by_others(rows, person, F("created_at")).iterator())


def _comments(now: datetime) -> Iterator[Act]:
    """Yield the first comment of each person under each post: saying more adds nothing."""
    rows = Comment.objects.filter(
        created_at__gt=now - WINDOW,
        created_at__lte=now,
        status="published",
        is_hidden=False,
        author__isnull=False,
    )
    rows = rows.order_by().values("post_id", "author_id")
    return map(Act._make, _by_others(rows, "author", Min("created_at")).iterator())


def _by_others(rows: QuerySet, person: str, moment: F | Min) -> QuerySet:
    return (
        rows.exclude(**{person: F("post__author")})
        .exclude(**{f"{person}__state__in": HIDDEN_STATES})
        .annotate(moment=moment)
        .values_list(
            "post_id",
            "moment",
            f"{person}__joined_at",
            f"{person}__note_count",
            f"{person}__article_count",
        )
    )


def _views(now: datetime) -> Iterator[tuple[int, datetime, int]]:
    rows = PostDay.objects.filter(day__gte=_first_day(now), day__lte=now.astimezone(UTC).date())
    return rows.values_list("post_id", "day", "views").iterator()


def _first_day(now: datetime):
    return (now - WINDOW).astimezone(UTC).date()


def _end_of(day) -> datetime:
    """Return when a day was over: views are counted by day, and were all there by then."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)


def _share_of(act: Act, now: datetime) -> float:
    """Return what an act counts: less if the account was made a moment ago or wrote nothing yet."""
    is_known = (
        now - act.joined_at >= NEW_PERSON_TIME
        and act.note_count + act.article_count >= NEW_PERSON_POSTS
    )
    return 1.0 if is_known else NEW_PERSON_SHARE


def _decay(age: timedelta) -> float:
    return 0.5 ** (max(age, timedelta()) / HALF_LIFE)


def _best_public(scores: dict[int, float]) -> list[tuple[int, float]]:
    """Return the best KEPT_POSTS of what everybody may read, asking for a few at a time."""
    ranked = sorted(scores.items(), key=lambda row: (-row[1], -row[0]))
    best: list[tuple[int, float]] = []
    for start in range(0, len(ranked), AT_A_TIME):
        some = ranked[start : start + AT_A_TIME]
        public = set(
            Post.objects.public()
            .filter(pk__in=[post_id for post_id, _score in some])
            .values_list("pk", flat=True)
        )
        best += [row for row in some if row[0] in public]
        if len(best) >= KEPT_POSTS:
            break
    return best[:KEPT_POSTS]
