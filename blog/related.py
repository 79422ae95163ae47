"""What to read next: posts near one post.

Of each tag, of the series and of the topic only the newest posts are looked at, along an index: a page
costs the same in a topic of ten posts and in one of fifty thousand.
"""

from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import User
from blog.models import Post, PostTag
from blog.ready import named, posts_for_lines
from config.prepared import Prepared

SHOWN = 4
CANDIDATES = 40
LOOKED_AT = 8
"""So many of the nearest are loaded, in case that a reader may not see some."""

NEAR_SECONDS = 600
NEWEST_OF_EACH = 150
"""So many posts of each place are looked at; what is older is not found by that place."""


def related_posts(post: Post, user: User | AnonymousUser) -> list[Post]:
    """Return up to four posts near ``post``: shared series and tags, newest of equals first.

    Never ``post`` itself, and not only its own author's if others wrote nearby (BL-40). What is near
    is found once in NEAR_SECONDS; who may see it is asked each time.
    """
    near = _near_to(post)
    by_others = [one for one in near if one.author_id != post.author_id]
    keys = [one.pk for one in dict.fromkeys((*near[:LOOKED_AT], *by_others[:SHOWN]))]
    met = posts_for_lines(keys, user)
    others = [one for one in met if one.author_id != post.author_id]
    if len(met) < SHOWN or (by_others and not others):
        # This reader may not see some of them.
        met += posts_for_lines([one.pk for one in near if one.pk not in keys], user)
        places = {one.pk: place for place, one in enumerate(near)}
        met.sort(key=lambda one: places[one.pk])
        others = [one for one in met if one.author_id != post.author_id]
    chosen = met[:SHOWN]
    if others and not any(one.author_id != post.author_id for one in chosen):
        chosen[-1] = others[0]
    return chosen


class Near(NamedTuple):
    """A post near another one, and whose it is."""

    pk: int
    author_id: int


def _near_to(post: Post) -> list[Near]:
    """Return public posts near ``post``, the nearest first."""
    tag_ids = [row.tag_id for row in post.posttag_set.all()]
    values = named("tag", tag_ids) | {"post": post.pk}
    if post.series_id:
        values["series"] = post.series_id
    if post.topic_id:
        values["topic"] = post.topic_id
    if len(values) == 1:
        return []
    place = "near:" + "-".join(f"{name}{value}" for name, value in values.items())
    held = cache.get(place)
    if held is None:
        shape = _Shape(len(tag_ids), bool(post.series_id), bool(post.topic_id))
        rows = NEAR.rows(shape, **values)
        rows.sort(
            key=lambda row: (
                row.shared * 2 + (3 if post.series_id and row.series_id == post.series_id else 0)
            ),
            reverse=True,
        )
        held = [(row.pk, row.author_id) for row in rows]
        cache.set(place, held, NEAR_SECONDS)
    return [Near(*one) for one in held]


class _Shape(NamedTuple):
    """How the statement of what is near looks."""

    tags: int
    has_series: bool
    has_topic: bool


def _near(_shape: _Shape, *, post: int, series: int = 0, topic: int = 0, **tags: int) -> QuerySet:
    """Return (pk, author_id, series_id, shared) of posts near ``post``, most shared tags first."""
    return (
        Post.objects.public()
        .articles()
        .filter(pk__in=_union(_places_of(list(tags.values()), series, topic)))
        .exclude(pk=post)
        .values("pk", "author_id", "series_id", "published_at")
        .annotate(shared=Count("posttag", filter=Q(posttag__tag__in=list(tags.values()))))
        .order_by("-shared", "-published_at", "-pk")
        .values_list("pk", "author_id", "series_id", "shared", named=True)[:CANDIDATES]
    )


NEAR = Prepared(_near)


def _places_of(tag_ids: list[int], series: int, topic: int) -> list[QuerySet]:
    """Return the keys of the newest public posts of each place."""
    newest = ("-published_at", "-pk")
    public = Post.objects.filter(status=Post.Status.PUBLISHED, visibility=Post.Visibility.PUBLIC)
    places = [
        PostTag.objects.filter(tag=tag, published_at__isnull=False)
        .order_by("-published_at", "-post")
        .values("post")
        for tag in tag_ids
    ]
    if series:
        places.append(public.filter(series=series).order_by(*newest).values("pk"))
    if topic:
        places.append(public.filter(topic=topic).order_by(*newest).values("pk"))
    return [place[:NEWEST_OF_EACH] for place in places]


def _union(places: list[QuerySet]) -> RawSQL:
    """Return the keys of all ``places`` as one subquery; SQLite wants each limit in its own."""
    parts, values = [], []
    for number, place in enumerate(places):
        sql, params = place.query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS place_{number}")  # noqa: S608 no value is in it
        values += params
    return RawSQL(" UNION ALL ".join(parts), values)  # noqa: S611 neither is here
