"""The rows that programs ask for all day, by statements that are prepared once."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from accounts.models import User
from blog.api.rows import post_rows
from blog.models import Post, Tag
from blog.ready import (
    PUBLIC,
    WITH_TAG,
    Reader,
    Viewer,
    mutes_words,
    named,
    own_key,
    padded,
    reader_of,
    walk,
)
from config.api import Place
from config.pagination import Position
from config.prepared import Prepared


class OneShape(NamedTuple):
    """How the statement of one post looks."""

    reader: Reader


class ListShape(NamedTuple):
    """How the statement of a page of posts looks."""

    reader: Reader
    is_by_one: bool
    with_text: bool
    is_start: bool
    is_back: bool
    limit: int


def _one(shape: OneShape, *, pk: int, viewer: int | None = None) -> Any:
    person = shape.reader.person(viewer)
    posts = Post.objects.visible_to(person).written().filter(pk=pk)
    return post_rows(posts, person, is_listed=False)


def _own(shape: Reader, *, pk: int, viewer: int) -> Any:
    person = shape.person(viewer)
    return post_rows(Post.objects.by(person).filter(pk=pk), person, is_listed=False)


def _list(
    shape: ListShape,
    *,
    viewer: int | None = None,
    author: int | None = None,
    moment: Any = None,
    pk: int = 0,
) -> Any:
    person = shape.reader.person(viewer)
    if shape.is_by_one:
        posts = Post.objects.listed_to(person, with_muted=True).filter(author=author)
    else:
        posts = Post.objects.public().listed_to(person, terms=())
    place = Place(shape.is_back, moment, pk)
    rows = post_rows(posts.filter(place.cut("published_at")), person, with_text=shape.with_text)
    return rows.order_by(*place.order("published_at"))[: shape.limit]


class KeyedShape(NamedTuple):
    """How the statement of so many public posts looks."""

    reader: Reader
    with_text: bool
    number: int


def _keyed(shape: KeyedShape, *, viewer: int | None = None, **keys: int) -> Any:
    person = shape.reader.person(viewer)
    posts = Post.objects.public().listed_to(person, terms=()).filter(pk__in=list(keys.values()))
    return post_rows(posts, person, with_text=shape.with_text)


POST, OWN_POST, POSTS = Prepared(_one), Prepared(_own), Prepared(_list)
KEYED = Prepared(_keyed)


def post_row(pk: int, viewer: Viewer) -> Any | None:
    """Return the row of one post that ``viewer`` may open; None if there is none for them."""
    rows = POST.rows(OneShape(reader_of(viewer)), pk=pk, **own_key(viewer))
    return rows[0] if rows else None


def own_post_row(pk: int, author: User) -> Any | None:
    """Return the row of a post of ``author``, whatever its state; None if there is none."""
    rows = OWN_POST.rows(reader_of(author), pk=pk, viewer=author.pk)
    return rows[0] if rows else None


def reader_of_posts(
    viewer: Viewer, *, author: User | None = None, tag: Tag | None = None, with_text: bool = True
) -> Callable[[Place, int], Sequence[Any]]:
    """Return a reader of public posts, or of what ``author`` shows to ``viewer``, newest first.

    Of public posts those with ``tag``, if one is given.
    """
    reader = reader_of(viewer)
    list_name, of = (WITH_TAG, tag.pk) if tag else (PUBLIC, 0)

    def load(keys: list[int], mutes: bool) -> list[Any]:
        asked = padded(keys)
        if mutes:
            posts = Post.objects.public().listed_to(viewer).filter(pk__in=keys)
            rows = list(post_rows(posts, viewer, with_text=with_text))
        else:
            shape = KeyedShape(reader, with_text, len(asked))
            rows = KEYED.rows(shape, **named("key", asked), **own_key(viewer))
        found = {row.pk: row for row in rows}
        return [found[key] for key in keys if key in found]

    def read(place: Place, limit: int) -> Sequence[Any]:
        rows: list[Any] = []
        position: Position | None = place.position
        if author is None:
            rows, position = walk(list_name, viewer, place.position, limit, load, of=of)
            if position is not None and (tag or mutes_words(viewer)):
                posts = Post.objects.public().listed_to(viewer).filter(position.cut())
                posts = posts.tagged(tag) if tag else posts
                rest = post_rows(posts, viewer, with_text=with_text).order_by(*position.order())
                return rows + list(rest[: limit - len(rows)])
        if position is None:
            return rows
        values = own_key(viewer)
        if author is not None:
            values["author"] = author.pk
        if position.moment is not None:
            values |= {"moment": position.moment, "pk": position.pk}
        shape = ListShape(
            reader,
            author is not None,
            with_text,
            position.moment is None,
            position.is_newer,
            limit - len(rows),
        )
        return rows + POSTS.rows(shape, **values)

    return read
