"""What the index is made from: the texts of posts, comments, people, tags and series, read now."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from blog.models import Comment, Post, PostTag, Series, Tag
from search.models import Document

Kind = Document.Kind
KINDS: tuple[str, ...] = (Kind.POST, Kind.SERIES, Kind.TAG, Kind.PERSON, Kind.COMMENT)
"""In the order in which an index is built: what is searched most comes first."""

MODELS: dict[str, type[models.Model]] = {
    Kind.POST: Post,
    Kind.COMMENT: Comment,
    Kind.PERSON: User,
    Kind.TAG: Tag,
    Kind.SERIES: Series,
}
DIGEST_HALF = 32  # hexadecimal digits
PREFIX = "of_"


@dataclass(frozen=True)
class Rights:
    """Who may find something, by what it is filtered and sorted, and whether it teaches words."""

    status: str = "published"
    visibility: str = "public"
    author_id: int | None = None
    language: str = ""
    form: str = ""
    topic_id: int | None = None
    published_at: datetime | None = None
    like_count: int = 0
    is_counted: bool = False


RIGHTS = tuple(one.name for one in fields(Rights))


@dataclass(frozen=True)
class Source:
    """One thing as it is now. ``html`` is stored, clean HTML; other texts are plain.

    ``tags`` are (name, key), ``author`` is (name, handle key). ``key``: the handle or key of what
    has one, which suggestions also look at.
    """

    kind: str
    object_id: int
    rights: Rights
    title: str = ""
    html: str = ""
    text: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    author: tuple[str, str] | None = None
    key: str = ""

    def digest(self, analyzer: str) -> str:
        """Return two hashes in one text: of title and body, and of tags and author."""
        words = (analyzer, self.title, self.html, self.text)
        return _hash(words) + _hash((analyzer, self.tags, self.author, self.key))


def _hash(parts: Iterable[object]) -> str:
    joined = "\x1f".join(map(repr, parts))
    return hashlib.sha256(joined.encode()).hexdigest()[:DIGEST_HALF]


def load(kind: str, ids: Collection[int]) -> dict[int, Source]:
    """Return those of ``ids`` that belong in the index, with their texts; at most three queries."""
    return _LOADERS[kind](ids)


def load_rights(kind: str, ids: Collection[int]) -> dict[int, Rights]:
    """Return those of ``ids`` that belong in the index, without texts; one query."""
    return _rights_of(with_rights(kind).filter(pk__in=ids).values("pk", *_named(kind)))


def present(kind: str) -> models.QuerySet:
    """Everything of ``kind`` that belongs in the index, whoever may see it."""
    return _PRESENT[kind]()


def with_rights(kind: str) -> models.QuerySet:
    """The same, annotated with what the columns of Rights must be, each named ``of_`` and column."""
    columns = {PREFIX + name: one for name, one in _COLUMNS[kind].items()}
    return present(kind).annotate(**columns)


def columns_read(kind: str) -> tuple[str, ...]:
    """Return the columns of Rights that ``kind`` has something to say about."""
    return tuple(_COLUMNS[kind])


def _named(kind: str) -> list[str]:
    return [PREFIX + name for name in _COLUMNS[kind]]


def _rights_of(rows: Iterable[dict[str, Any]]) -> dict[int, Rights]:
    return {
        row["pk"]: Rights(
            **{
                name.removeprefix(PREFIX): value
                for name, value in row.items()
                if name.startswith(PREFIX)
            }
        )
        for row in rows
    }


# What belongs in the index --------------------------------------------------------------------


def _posts() -> models.QuerySet:
    return Post.objects.written().filter(status="published")


def _comments() -> models.QuerySet:
    # What is said under pages of other sites is looked for there.
    return Comment.objects.filter(status="published").exclude(post__kind="thread")


def _people() -> models.QuerySet:
    return User.objects.exclude(state=User.State.ERASED)


_PRESENT: dict[str, Callable[[], models.QuerySet]] = {
    Kind.POST: _posts,
    Kind.COMMENT: _comments,
    Kind.PERSON: _people,
    Kind.TAG: Tag.objects.used,
    Kind.SERIES: Series.objects.all,
}

# Columns --------------------------------------------------------------------------------------


def _if(condition: models.Q) -> models.Case:
    return models.Case(
        models.When(condition, then=models.Value(True)),
        default=models.Value(False),
        output_field=models.BooleanField(),
    )


_OPEN_AUTHOR = ~models.Q(author__state__in=HIDDEN_STATES)
_PUBLIC_POSTS = Exists(
    Post.objects.filter(series=OuterRef("pk"), status="published", visibility="public").order_by()
)
_COLUMNS: dict[str, dict[str, Any]] = {
    Kind.POST: {
        "status": F("status"),
        "visibility": F("visibility"),
        "author_id": F("author_id"),
        "language": F("language"),
        "form": F("kind"),
        "topic_id": F("topic_id"),
        "published_at": F("published_at"),
        "like_count": F("like_count"),
        "is_counted": _if(models.Q(visibility="public") & _OPEN_AUTHOR),
    },
    Kind.COMMENT: {
        "author_id": F("author_id"),
        "language": F("language"),
        "published_at": F("created_at"),
    },
    Kind.PERSON: {
        "published_at": F("joined_at"),
        "is_counted": _if(~models.Q(state__in=HIDDEN_STATES)),
    },
    Kind.TAG: {
        "published_at": F("created_at"),
        "is_counted": models.Value(True, output_field=models.BooleanField()),
    },
    Kind.SERIES: {
        "author_id": F("author_id"),
        "published_at": F("created_at"),
        "is_counted": _if(models.Q(_PUBLIC_POSTS) & _OPEN_AUTHOR & models.Q(is_held=False)),
    },
}

# Texts ----------------------------------------------------------------------------------------


def _load_posts(ids: Collection[int]) -> dict[int, Source]:
    tags: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = PostTag.objects.filter(post__in=ids).order_by("post", "position", "pk")
    for post_id, name, key in rows.values_list("post_id", "tag__name", "tag__key"):
        tags[post_id].append((name, key))
    return _sources(
        Kind.POST,
        ids,
        ("title", "html", *_AUTHOR),
        lambda row: {
            "title": row["title"],
            "html": row["html"],
            "tags": tuple(tags[row["pk"]]),
            "author": _author(row),
        },
    )


def _load_comments(ids: Collection[int]) -> dict[int, Source]:
    return _sources(
        Kind.COMMENT,
        ids,
        ("html", *_AUTHOR),
        lambda row: {"html": row["html"], "author": _author(row)},
    )


def _load_people(ids: Collection[int]) -> dict[int, Source]:
    def texts(row: dict[str, Any]) -> dict[str, Any]:
        names = dict.fromkeys(one for one in (row["display_name"], row["handle"]) if one)
        return {"title": " ".join(names), "text": row["bio"], "key": row["handle_key"]}

    return _sources(Kind.PERSON, ids, ("display_name", "handle", "handle_key", "bio"), texts)


def _load_tags(ids: Collection[int]) -> dict[int, Source]:
    return _sources(
        Kind.TAG, ids, ("name", "key"), lambda row: {"title": row["name"], "key": row["key"]}
    )


def _load_series(ids: Collection[int]) -> dict[int, Source]:
    return _sources(
        Kind.SERIES,
        ids,
        ("title", "description", *_AUTHOR),
        lambda row: {
            "title": row["title"],
            "text": row["description"],
            "author": _author(row),
        },
    )


_AUTHOR = ("author__display_name", "author__handle", "author__handle_key")


def _author(row: dict[str, Any]) -> tuple[str, str] | None:
    """Return how an author is called and the handle's key; None for guests and who left."""
    if not row["author__handle_key"]:
        return None
    return row["author__display_name"] or row["author__handle"], row["author__handle_key"]


def _sources(
    kind: str,
    ids: Collection[int],
    columns: tuple[str, ...],
    texts: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[int, Source]:
    rows = list(with_rights(kind).filter(pk__in=ids).values("pk", *_named(kind), *columns))
    rights = _rights_of(rows)
    return {row["pk"]: Source(kind, row["pk"], rights[row["pk"]], **texts(row)) for row in rows}


_LOADERS: dict[str, Callable[[Collection[int]], dict[int, Source]]] = {
    Kind.POST: _load_posts,
    Kind.COMMENT: _load_comments,
    Kind.PERSON: _load_people,
    Kind.TAG: _load_tags,
    Kind.SERIES: _load_series,
}
