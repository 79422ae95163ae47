"""The rows that programs ask for all day, by statements that are prepared once."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from blog.api.rows import post_rows
from blog.models import Post
from config.api import Place
from config.prepared import Prepared
from social.selectors import muted_term_rows

Viewer = User | AnonymousUser


class Reader(NamedTuple):
    """What of a reader, beside the key, decides how a statement looks."""

    is_member: bool = False
    is_staff: bool = False
    is_superuser: bool = False
    state: str = ""

    def person(self, pk: int | None) -> Viewer:
        """Return such a reader with the key ``pk``."""
        if not self.is_member:
            return AnonymousUser()
        return User(pk=pk, is_staff=self.is_staff, is_superuser=self.is_superuser, state=self.state)


def reader_of(viewer: Viewer) -> Reader:
    """Return what decides how statements for ``viewer`` look."""
    if not viewer.is_authenticated:
        return Reader()
    return Reader(True, viewer.is_staff, viewer.is_superuser, viewer.state)


def _own_key(viewer: Viewer) -> dict[str, int]:
    return {"viewer": viewer.pk} if viewer.is_authenticated else {}


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


def _muted_words(shape: Reader, *, viewer: int) -> Any:
    return muted_term_rows(shape.person(viewer)).order_by().values_list("pk", named=True)[:1]


POST, OWN_POST, POSTS = Prepared(_one), Prepared(_own), Prepared(_list)
MUTED_WORDS = Prepared(_muted_words)


def post_row(pk: int, viewer: Viewer) -> Any | None:
    """Return the row of one post that ``viewer`` may open; None if there is none for them."""
    rows = POST.rows(OneShape(reader_of(viewer)), pk=pk, **_own_key(viewer))
    return rows[0] if rows else None


def own_post_row(pk: int, author: User) -> Any | None:
    """Return the row of a post of ``author``, whatever its state; None if there is none."""
    rows = OWN_POST.rows(reader_of(author), pk=pk, viewer=author.pk)
    return rows[0] if rows else None


def reader_of_posts(
    viewer: Viewer, *, author: User | None = None, with_text: bool = True
) -> Callable[[Place, int], Sequence[Any]] | None:
    """Return a reader of public posts, or of what ``author`` shows to ``viewer``, newest first.

    None for those who mute words: what they would rather not read looks different for each.
    """
    reader = reader_of(viewer)
    if author is None and reader.is_member and MUTED_WORDS.rows(reader, viewer=viewer.pk):
        return None

    def read(place: Place, limit: int) -> Sequence[Any]:
        values = _own_key(viewer)
        if author is not None:
            values["author"] = author.pk
        if not place.is_start:
            values |= {"moment": place.value, "pk": place.pk}
        shape = ListShape(
            reader, author is not None, with_text, place.is_start, place.is_back, limit
        )
        return POSTS.rows(shape, **values)

    return read
