"""What the things of a list are called, in one query for each kind."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from accounts.models import User
from blog.models import Comment, Image, Post, Series
from moderation.desk.texts import excerpt
from moderation.targets import load_subject
from social.models import Message

Key = tuple[str, int]
LENGTH = 140
READ = 600  # characters of a text that are looked at for its first words


class Headline(NamedTuple):
    """How a thing begins; ``is_hidden`` from readers, ``is_gone`` for good."""

    words: str
    is_hidden: bool = False
    is_gone: bool = False


GONE = Headline("", is_gone=True)


def headlines(keys: Iterable[Key]) -> dict[Key, Headline]:
    """Return how each of these things begins."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, pk in keys:
        by_kind[kind].add(pk)
    found: dict[Key, Headline] = {}
    for kind, ids in by_kind.items():
        rows = READERS[kind](ids) if kind in READERS else _one_by_one(kind, ids)
        for pk in ids:
            found[kind, pk] = rows.get(pk, GONE)
    return found


def _posts(ids: set[int]) -> dict[int, Headline]:
    rows = Post.objects.filter(pk__in=ids, status__in=("published", "held"))
    return {
        pk: Headline(excerpt(title or source[:READ], LENGTH), status == "held")
        for pk, title, source, status in rows.values_list("pk", "title", "source", "status")
    }


def _comments(ids: set[int]) -> dict[int, Headline]:
    rows = Comment.objects.filter(pk__in=ids).exclude(status="deleted")
    return {
        pk: Headline(excerpt(source[:READ], LENGTH), status == "held")
        for pk, source, status in rows.values_list("pk", "source", "status")
    }


def _messages(ids: set[int]) -> dict[int, Headline]:
    """Return that they are there: what they say is private, and reading it is noted."""
    rows = Message.objects.filter(pk__in=ids).values_list("pk", "is_held")
    return {pk: Headline("", is_held) for pk, is_held in rows}


def _people(ids: set[int]) -> dict[int, Headline]:
    rows = User.objects.filter(pk__in=ids).exclude(state=User.State.ERASED)
    return {
        one.pk: Headline(excerpt(f"@{one.handle} {one.display_name} {one.bio}", LENGTH))
        for one in rows.only("pk", "handle", "display_name", "bio", "state")
    }


def _series(ids: set[int]) -> dict[int, Headline]:
    rows = Series.objects.filter(pk__in=ids).values_list("pk", "title", "is_held")
    return {pk: Headline(excerpt(title, LENGTH), is_held) for pk, title, is_held in rows}


def _images(ids: set[int]) -> dict[int, Headline]:
    rows = Image.objects.filter(pk__in=ids).values_list("pk", "alt", "original_name", "is_held")
    return {pk: Headline(excerpt(alt or name, LENGTH), is_held) for pk, alt, name, is_held in rows}


def _one_by_one(kind: str, ids: set[int]) -> dict[int, Headline]:
    """Return what a kind that is not known here says of itself."""
    subjects = ((pk, load_subject(kind, pk)) for pk in ids)
    return {pk: Headline(one.title, one.is_hidden) for pk, one in subjects if one is not None}


READERS: dict[str, Callable[[set[int]], dict[int, Headline]]] = {
    "post": _posts,
    "comment": _comments,
    "message": _messages,
    "person": _people,
    "series": _series,
    "image": _images,
}
