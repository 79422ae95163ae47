"""A series as its author sees it: every article in it, drafts too, and where each could go."""

from dataclasses import dataclass

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from blog.models import Post, Series

CANDIDATES_SHOWN = 300
FIELDS = (
    "pk", "kind", "status", "slug", "title", "language", "visibility", "series_position",
    "scheduled_at", "author__handle", "draft__title", "draft__is_changed",
)  # fmt: skip


@dataclass(frozen=True)
class SeriesRow:
    """One article of a series. The last four: behind which post each button puts it (0: first)."""

    id: int
    number: int
    title: str
    url: str
    edit_url: str
    status: str
    status_name: str
    visibility: str
    is_first: bool
    is_last: bool
    to_first: int
    to_up: int
    to_down: int
    to_last: int


def own_articles(author: User):
    """Return the articles of ``author`` that are not deleted, with what a choice shows."""
    return (
        Post.objects.by(author)
        .articles()
        .exclude(status="deleted")
        .select_related("author", "draft")
        .only(*FIELDS)
    )


def title_of(post: Post) -> str:
    """Return the title that the author knows ``post`` by: that of the draft while it is one."""
    draft = getattr(post, "draft", None)
    if not post.is_published and draft is not None and draft.is_changed:
        return draft.title
    return post.title


def series_rows(series: Series) -> list[SeriesRow]:
    """Return the articles of ``series`` in its order."""
    posts = list(
        own_articles(series.author).filter(series=series).order_by("series_position", "pk")
    )
    ids = [post.pk for post in posts]
    rows = []
    for index, post in enumerate(posts):
        is_first, is_last = index == 0, index == len(posts) - 1
        rows.append(
            SeriesRow(
                id=post.pk,
                number=index + 1,
                title=title_of(post),
                url=post.get_absolute_url(),
                edit_url=reverse("blog:edit", args=[post.pk]),
                status=post.status,
                status_name=post.get_status_display(),
                visibility=post.visibility,
                is_first=is_first,
                is_last=is_last,
                to_first=0,
                to_up=ids[index - 2] if index > 1 else 0,
                # "Behind itself" leaves it where it is.
                to_down=post.pk if is_last else ids[index + 1],
                to_last=post.pk if is_last else ids[-1],
            )
        )
    return rows


@dataclass(frozen=True)
class Choice:
    """An own article to pick from a list."""

    id: int
    title: str
    status: str
    status_name: str
    note: str = ""


def articles_on_their_way(series: Series) -> list[Choice]:
    """Return own articles that come into ``series`` when their draft is published."""
    posts = (
        own_articles(series.author)
        .filter(draft__is_changed=True, draft__details__series=series.pk)
        .filter(~Q(series=series) | Q(series=None))
        .order_by("-pk")
    )
    return [
        Choice(post.pk, title_of(post), post.status, post.get_status_display()) for post in posts
    ]


def articles_to_add(series: Series) -> list[Choice]:
    """Return own articles that are not in ``series``, those in no series first, then newest."""
    posts = (
        own_articles(series.author)
        .filter(~Q(series=series) | Q(series=None))
        .select_related("author", "draft", "series")
        .only(*FIELDS, "series__title")
        .annotate(age=Coalesce("published_at", "created_at"))
        .order_by(F("series").asc(nulls_first=True), "-age", "-pk")
    )
    return [
        Choice(
            post.pk,
            title_of(post),
            post.status,
            post.get_status_display(),
            post.series.title if post.series else "",
        )
        for post in posts[:CANDIDATES_SHOWN]
    ]
