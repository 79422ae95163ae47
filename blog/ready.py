"""The posts that pages show all day, by statements that are prepared once (config.prepared)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, QuerySet, Value
from django.http import QueryDict

from accounts.models import User
from blog.models import Post, PostTag
from config.pagination import Page, Position, paginate_rows
from config.prepared import Prepared
from social.models import MutedTerm
from social.selectors import muted_term_rows, muted_terms_of

Viewer = User | AnonymousUser
T = TypeVar("T")


# Who reads ----------------------------------------------------------------------------------------


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


def own_key(viewer: Viewer) -> dict[str, int]:
    """Return the value that statements for ``viewer`` take beside others."""
    return {"viewer": viewer.pk} if viewer.is_authenticated else {}


def _muted_words(reader: Reader, *, viewer: int) -> QuerySet:
    return muted_term_rows(reader.person(viewer)).order_by().values_list("pk", named=True)[:1]


MUTED_WORDS = Prepared(_muted_words)


def mutes_words(viewer: Viewer) -> bool:
    """Return whether ``viewer`` mutes any word or tag: what they read looks different for each."""
    reader = reader_of(viewer)
    return reader.is_member and bool(MUTED_WORDS.rows(reader, viewer=viewer.pk))


# Tags of posts ------------------------------------------------------------------------------------


def _tags(_number: int, **posts: int) -> QuerySet:
    rows = PostTag.objects.filter(post__in=list(posts.values())).select_related("tag")
    return rows.order_by("position")


TAGS = Prepared(_tags)
SIZES = (1, 5, 12, 26, 51, 101)


def with_tags(posts: list[Post]) -> list[Post]:
    """Load the tags of ``posts`` in their order, as ``for_card()`` does."""
    if not posts:
        return posts
    found: dict[int, list[PostTag]] = {post.pk: [] for post in posts}
    keys = padded(list(found))
    for row in TAGS.objects(len(keys), **named("post", keys)):
        found[row.post_id].append(row)
    for post in posts:
        rows = PostTag.objects.all()
        rows._result_cache, rows._prefetch_done = found[post.pk], True
        post._prefetched_objects_cache = {"posttag_set": rows}
    return posts


def padded(keys: list[int]) -> list[int]:
    """Return ``keys``, the last one several times: few numbers of keys mean few statements."""
    size = next((size for size in SIZES if size >= len(keys)), len(keys))
    return keys + keys[-1:] * (size - len(keys))


def named(name: str, values: list[int]) -> dict[str, int]:
    """Return ``values`` by names, as a statement takes several of them."""
    return {f"{name}{number}": value for number, value in enumerate(values)}


# One post -----------------------------------------------------------------------------------------


def _article(reader: Reader, *, handle_key: str, slug: str, viewer: int | None = None) -> QuerySet:
    person = reader.person(viewer)
    posts = Post.objects.visible_to(person).for_detail().with_viewer_state(person).articles()
    posts = posts.prefetch_related(None)
    return posts.filter(author__handle_key=handle_key, slug=slug).order_by("pk")[:1]


ARTICLE = Prepared(_article)


def article_at(handle_key: str, slug: str, viewer: Viewer) -> Post | None:
    """Return the article of that very address for its page, if ``viewer`` may open it."""
    values = {"handle_key": handle_key, "slug": slug} | own_key(viewer)
    found = with_tags(ARTICLE.objects(reader_of(viewer), **values))
    return found[0] if found else None


# Posts by their keys ------------------------------------------------------------------------------


class KeysShape(NamedTuple):
    """How the statement of so many posts looks (0: as many as are asked for).

    ``is_listed``: only what belongs in lists. ``is_line``: without what the reader did with them.
    """

    number: int
    reader: Reader
    is_listed: bool = False
    is_line: bool = False


def _by_keys(shape: KeysShape, *, viewer: int | None = None, **keys: int) -> QuerySet:
    return _loaded(shape, shape.reader.person(viewer), list(keys.values()), ())


def _loaded(
    shape: KeysShape, viewer: Viewer, keys: list[int], terms: Iterable[MutedTerm]
) -> QuerySet:
    if shape.is_listed:
        posts = Post.objects.public().listed_to(viewer, terms=terms)
    else:
        posts = Post.objects.visible_to(viewer)
    if not shape.is_line:
        posts = posts.with_viewer_state(viewer)
    return posts.filter(pk__in=keys).for_line()


BY_KEYS = Prepared(_by_keys)


def posts_for_cards(keys: list[int], viewer: Viewer) -> list[Post]:
    """Return those of the posts ``keys`` that ``viewer`` may open, in this order, ready for cards."""
    return with_tags(_found(KeysShape(0, reader_of(viewer)), keys, viewer))


def posts_for_lines(keys: list[int], viewer: Viewer) -> list[Post]:
    """Return the public ones of ``keys`` that ``viewer`` meets in lists, ready for lines."""
    shape = KeysShape(0, reader_of(viewer), is_listed=True, is_line=True)
    return _found(shape, keys, viewer, mutes=bool(keys) and mutes_words(viewer))


def _found(shape: KeysShape, keys: list[int], viewer: Viewer, *, mutes: bool = False) -> list[Post]:
    if not keys:
        return []
    if mutes:
        rows = list(_loaded(shape, viewer, keys, muted_terms_of(viewer)))
    else:
        asked = padded(keys)
        shape = shape._replace(number=len(asked))
        rows = BY_KEYS.objects(shape, **named("key", asked), **own_key(viewer))
    return _in_order(keys, rows)


def _in_order(keys: list[int], posts: Iterable[Post]) -> list[Post]:
    found = {post.pk: post for post in posts}
    return [found[key] for key in keys if key in found]


# Lists of many people's posts ---------------------------------------------------------------------


class Mark(NamedTuple):
    """Where a list is, and what its list is of: a tag, a topic; 0: everything."""

    name: str
    reader: Reader
    is_start: bool
    is_newer: bool
    limit: int


PUBLIC, WITH_TAG, ON_TOPIC = "public", "tag", "topic"


def _marks(
    shape: Mark,
    *,
    of: int = 0,
    viewer: int | None = None,
    moment: datetime | None = None,
    pk: int = 0,
) -> QuerySet:
    """Return (moment, key, whether the reader mutes words) of public posts in the order of an index.

    Who meets them is asked of those few: as a part of this statement it would make the planner
    guess, and read thousands where it guesses wrong.
    """
    position = Position(shape.is_newer, moment, pk)
    if shape.name == WITH_TAG:
        field, rows = "post_id", PostTag.objects.filter(tag=of, published_at__isnull=False)
    else:
        field, rows = "id", Post.objects.counted()
        if shape.name == ON_TOPIC:
            rows = rows.filter(topic=of)
    order = position.order(pk_field=field)
    rows = rows.filter(position.cut(pk_field=field)).order_by(*order)
    mutes: Exists | Value = Value(False)
    if shape.reader.is_member:
        # Of nothing in the row: asked once, and one statement less.
        mutes = Exists(muted_term_rows(shape.reader.person(viewer)).order_by())
    rows = rows.annotate(mutes=mutes)
    return rows.values_list("published_at", field, "mutes", named=True)[: shape.limit]


MARKS = Prepared(_marks)
WALKS_AT_MOST = 20
"""So many times the next few are looked at, for who meets hardly anything of a list."""


def page_of(name: str, viewer: Viewer, params: QueryDict, *, page_size: int, of: int = 0) -> Page:
    """Return the page of a list that ``params["cursor"]`` names, newest first, ready for cards."""

    def rows_ahead(position: Position, limit: int) -> list[Post]:
        shape = KeysShape(0, reader_of(viewer), is_listed=True)

        def load(keys: list[int], mutes: bool) -> list[Post]:
            return _found(shape, keys, viewer, mutes=mutes)

        found, rest = walk(name, viewer, position, limit, load, of=of)
        if rest is not None:
            found += _rest(name, viewer, of, rest, limit - len(found))
        return with_tags(found)

    return paginate_rows(rows_ahead, params, page_size=page_size)


def walk(
    name: str,
    viewer: Viewer,
    position: Position,
    limit: int,
    load: Callable[[list[int], bool], list[T]],
    *,
    of: int = 0,
) -> tuple[list[T], Position | None]:
    """Return up to ``limit`` of what ``load`` returns of the keys of a list, ahead of ``position``.

    And where it gave up, if it found too little in WALKS_AT_MOST times. ``load`` is told, too, whether
    ``viewer`` mutes words.
    """
    found: list[T] = []
    for _time in range(WALKS_AT_MOST):
        shape = Mark(name, reader_of(viewer), position.moment is None, position.is_newer, limit)
        values: dict[str, int | datetime] = {**own_key(viewer)}
        if of:
            values["of"] = of
        if position.moment is not None:
            values |= {"moment": position.moment, "pk": position.pk}
        marks = MARKS.rows(shape, **values)
        if marks:
            found += load([mark[1] for mark in marks], bool(marks[0].mutes))
        if len(found) >= limit or len(marks) < limit:
            return found[:limit], None
        position = Position(position.is_newer, marks[-1][0], marks[-1][1])
    return found, position


def _rest(name: str, viewer: Viewer, of: int, position: Position, limit: int) -> list[Post]:
    """Return what comes next in one statement, however long the database looks for it."""
    posts = Post.objects.public().listed_to(viewer)
    if name == WITH_TAG:
        posts = posts.tagged(of)
    elif name == ON_TOPIC:
        posts = posts.filter(topic=of)
    rows = posts.filter(position.cut()).order_by(*position.order())
    return list(rows.for_line().with_viewer_state(viewer)[:limit])


# Lists of one person's posts ------------------------------------------------------------------------


class ListShape(NamedTuple):
    """How the statement of a page of posts looks. ``without``: so many posts are left out."""

    kind: str
    reader: Reader
    without: int
    is_start: bool
    is_newer: bool
    limit: int


def _by_person(
    shape: ListShape,
    *,
    author: int,
    viewer: int | None = None,
    moment: datetime | None = None,
    pk: int = 0,
    **without: int,
) -> QuerySet:
    person, position = shape.reader.person(viewer), Position(shape.is_newer, moment, pk)
    posts = Post.objects.listed_to(person, with_muted=True)
    posts = posts.filter(author=author, kind=shape.kind).exclude(pk__in=list(without.values()))
    rows = posts.for_line().with_viewer_state(person).filter(position.cut())
    return rows.order_by(*position.order())[: shape.limit]


BY_PERSON = Prepared(_by_person)


def page_of_person(
    person: User,
    kind: str,
    viewer: Viewer,
    params: QueryDict,
    *,
    page_size: int,
    without: Iterable[int] = (),
) -> Page:
    """Return a page of what ``person`` wrote and ``viewer`` meets, newest first, ready for cards.

    ``without`` are keys of posts that stand elsewhere on it.
    """
    left_out = list(without)

    def rows_ahead(position: Position, limit: int) -> list[Post]:
        values = own_key(viewer) | named("without", left_out) | {"author": person.pk}
        if position.moment is not None:
            values |= {"moment": position.moment, "pk": position.pk}
        shape = ListShape(
            kind,
            reader_of(viewer),
            len(left_out),
            position.moment is None,
            position.is_newer,
            limit,
        )
        return with_tags(BY_PERSON.objects(shape, **values))

    return paginate_rows(rows_ahead, params, page_size=page_size)
