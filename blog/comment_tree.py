"""What is said under a post, as its page shows it: threads of one page, prepared in Python.

Two or three queries whatever the number of comments: the page's threads, their answers, and the
pinned thread where it lies on another page. What the reader does not see but what was answered
stays as an empty place, without text or name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from blog.comment_pages import (
    AT,
    OLD,
    ORDERS,
    PARAMETER,
    SORT,
    CommentPage,
    encode_cursor,
    page_of,
    sort_of,
)
from blog.models import Comment, Post
from blog.policies import can_approve_comments, can_host_comments
from blog.querysets import CommentQuerySet
from blog.ready import Reader, mutes_words, named, own_key, padded, reader_of
from config import clock
from config.addresses import address_of
from config.prepared import Prepared

THREADS_PER_PAGE = 50
ANSWERS_PER_THREAD = 100
DEEPEST_LEVEL = 4
AVATAR_SIZE = 36  # pixels
SHOWN = "shown"
LONGEST_KEY = 18  # digits

Viewer = User | AnonymousUser


@dataclass
class ShownComment:
    """One comment on a page. ``is_seen`` is false for an empty place, which holds nothing else.

    ``answers_name`` is whom it answers, where it stands beside that comment and not below it.
    """

    pk: int
    is_seen: bool
    level: int = 0
    url: str = ""
    html: str | SafeString = ""
    lang: str = ""
    author_name: str = ""
    author_handle: str = ""
    author_url: str = ""
    author_avatar: str = ""
    is_guest: bool = False
    is_by_host: bool = False
    is_own: bool = False
    iso: str = ""
    exact: str = ""
    relative: str = ""
    is_edited: bool = False
    is_waiting: bool = False
    is_held: bool = False
    is_hidden: bool = False
    is_pinned: bool = False
    like_count: int = 0
    is_liked: bool = False
    can_like: bool = False
    can_edit: bool = False
    can_hide: bool = False
    can_pin: bool = False
    can_approve: bool = False
    answer_url: str = ""
    answers_name: str = ""
    more_url: str = ""
    answers: list["ShownComment"] = field(default_factory=list)


@dataclass(frozen=True)
class Talk:
    """The comments of one page of a post."""

    threads: list[ShownComment]
    page: CommentPage
    sort: str
    can_host: bool

    @property
    def has_threads(self) -> bool:
        return bool(self.threads)


def comments_under(post: Post, viewer: Viewer, params: QueryDict) -> Talk:
    """Return the page of comments of ``post``, which ``viewer`` sees, that ``params`` name."""
    reading = _Reading(post, viewer, _asked_for(params))
    if not (post.comment_count or viewer.is_authenticated):
        return Talk([], CommentPage([], True, None, None, None, None), OLD, False)
    page = page_of(reading.threads, params, page_size=THREADS_PER_PAGE, first=reading.first_threads)
    roots = _pinned_first(page, reading)
    return Talk(
        threads=reading.shown(roots, reading.first_answers(roots)),
        page=page,
        sort=sort_of(params),
        can_host=reading.is_host,
    )


def _pinned_first(page: CommentPage, reading: "_Reading") -> list[Comment]:
    """Return the rows of ``page``; the pinned one leads the first page and stands nowhere else."""
    rows = [row for row in page.rows if row.pinned_at is None]
    if not page.is_first:
        return rows
    pinned = [row for row in page.rows if row.pinned_at is not None]
    if not pinned and page.next_query:
        pinned = list(reading.threads().exclude(pinned_at=None)[:1])
    return pinned + rows


def thread_of(root: Comment, viewer: Viewer, params: QueryDict) -> Talk | None:
    """Return one whole thread, a page of its answers; None if ``viewer`` sees nothing of it."""
    reading = _Reading(root.post, viewer, _asked_for(params))
    held = reading.threads().filter(pk=root.pk).first()
    if held is None:
        return None
    params = params.copy()
    params.pop(SORT, None)
    page = page_of(partial(reading.answers, [held.pk]), params, page_size=ANSWERS_PER_THREAD)
    threads = reading.shown([held], page.rows, reading.names_beside(page.rows, held))
    return Talk(threads, page, OLD, reading.is_host)


def shown_thread(
    root_pk: int, post: Post, viewer: Viewer, shown_pk: int | None = None
) -> ShownComment | None:
    """Return one thread as the page of ``post`` shows it; None if nothing of it is seen.

    ``shown_pk``: the comment in it that is seen even if ``viewer`` mutes it.
    """
    reading = _Reading(post, viewer, shown_pk)
    roots = list(reading.threads().filter(pk=root_pk))
    return next(iter(reading.shown(roots, reading.first_answers(roots))), None)


def shown_comment(comment: Comment, viewer: Viewer) -> ShownComment:
    """Return one comment that ``viewer`` sees, muted or not, without its answers.

    Raises Comment.DoesNotExist.
    """
    reading = _Reading(comment.post, viewer, comment.pk)
    held = reading.loaded(Comment.objects.filter(pk=comment.pk)).get()
    shown = reading.one(held, min(held.depth, DEEPEST_LEVEL))
    if held.depth > DEEPEST_LEVEL:
        shown.answers_name = reading.names_of([held.parent_id]).get(held.parent_id, "")
    return shown


def address_on_page(comment: Comment, viewer: Viewer) -> str:
    """Return the address of the page of the post, or of the thread, that shows ``comment``.

    The page of somebody who mutes who or what says it is told to show it all the same.
    """
    reading = _Reading(comment.post, viewer, comment.pk)
    root = comment.root or comment
    address = comment.post.get_absolute_url()
    query: dict[str, str] = {}
    if reading.mutes(comment):
        query[SHOWN] = str(comment.pk)
    if comment.root_id and _is_beyond(reading.answers([root.pk]), comment, ANSWERS_PER_THREAD):
        address = address_of("blog:comment_thread", root.pk)
        query[PARAMETER] = encode_cursor(AT, comment, OLD)
    elif root.pinned_at is None and _is_beyond(reading.threads(), root, THREADS_PER_PAGE):
        query[PARAMETER] = encode_cursor(AT, root, OLD)
    return f"{address}{'?' if query else ''}{urlencode(query)}#comment-{comment.pk}"


def _asked_for(params: QueryDict) -> int | None:
    """Return the key of the comment that ``params`` want to be shown in spite of mutes."""
    value = params.get(SHOWN, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= LONGEST_KEY else None


def _is_beyond(rows: QuerySet, comment: Comment, number: int) -> bool:
    """Return whether at least ``number`` of ``rows`` stand before ``comment``; reads no more."""
    moment = comment.created_at
    before = rows.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=comment.pk)
    return before.order_by()[:number].count() >= number


class _Reading:
    """One reader at one post: what is seen there, and what may be done with it."""

    def __init__(self, post: Post, viewer: Viewer, shown_pk: int | None = None):
        """``shown_pk``: the comment that is seen even if the reader mutes it."""
        self.post = post
        self.viewer = viewer
        self.is_host = can_host_comments(viewer, post)
        self.may_approve = can_approve_comments(viewer, post)
        self.shown_pk = shown_pk
        self.home = address_of("home").rstrip("/")

    @cached_property
    def is_plain(self) -> bool:
        """Whether what is seen depends on nothing but who reads: statements can be prepared."""
        return not self.shown_pk and not mutes_words(self.viewer)

    @cached_property
    def unmuted(self) -> Q:
        return CommentQuerySet.unmuted_for(self.viewer)

    @cached_property
    def seen(self) -> Q:
        # An empty condition is true of all; joined to another by "or" it would vanish.
        is_told = self.shown_pk and self.unmuted
        heard = self.unmuted | Q(pk=self.shown_pk) if is_told else self.unmuted
        return CommentQuerySet.said_to(self.viewer) & heard

    def first_threads(self, sort: str, number: int) -> list[Comment] | None:
        """Return the first ``number`` of ``threads`` in this order; None: they are not prepared."""
        if not self.is_plain:
            return None
        shape = (reader_of(self.viewer), sort, number)
        return THREADS.objects(shape, post=self.post.pk, **own_key(self.viewer))

    def mutes(self, comment: Comment) -> bool:
        """Return whether the reader mutes who says ``comment`` or a word in it."""
        if not self.unmuted:
            return False
        return not Comment.objects.filter(self.unmuted, pk=comment.pk).exists()

    def threads(self) -> QuerySet:
        """Return the first comments of threads in which something is seen."""
        answers = Comment.objects.filter(self.seen, root=OuterRef("pk"))
        rows = Comment.objects.filter(post=self.post).threads()
        return self.loaded(rows.filter(self.seen | Q(Exists(answers))))

    def answers(self, root_ids: Iterable[int]) -> QuerySet:
        """Return the answers in threads that are seen or were answered themselves."""
        return self.loaded(self._candidates(root_ids))

    def first_answers(self, roots: list[Comment]) -> list[Comment]:
        """Return the first answers of each thread, one more than is shown, in one query."""
        if not roots:
            return []
        keys = [root.pk for root in roots]
        if not self.is_plain:
            return list(self.first_answers_of(keys))
        asked = padded(keys)
        shape = (reader_of(self.viewer), len(asked), ANSWERS_PER_THREAD)
        return ANSWERS.objects(shape, **named("root", asked), **own_key(self.viewer))

    def first_answers_of(self, root_ids: list[int]) -> QuerySet:
        numbered = self._candidates(root_ids).annotate(
            place=Window(RowNumber(), partition_by="root", order_by=["created_at", "pk"])
        )
        wanted = numbered.filter(place__lte=ANSWERS_PER_THREAD + 1).values("pk")
        return self.loaded(Comment.objects.filter(pk__in=wanted)).order_by("created_at", "pk")

    def _candidates(self, root_ids: Iterable[int]) -> QuerySet:
        below = Comment.objects.filter(parent=OuterRef("pk"))
        return Comment.objects.filter(root__in=list(root_ids)).filter(self.seen | Q(Exists(below)))

    def loaded(self, rows: QuerySet) -> QuerySet:
        """Load what one comment on a page touches, nothing for each row."""
        return (
            rows.select_related("author")
            .defer("source", "author__bio", "author__links", "author__password")
            .annotate(is_seen=ExpressionWrapper(self.seen, output_field=BooleanField()))
            .with_viewer_state(self.viewer)
        )

    def names_beside(self, rows: list[Comment], root: Comment) -> dict[int | None, str]:
        """Return the names of those whom ``rows`` answer on another page of the thread."""
        here = {root.pk, *(row.pk for row in rows)}
        return self.names_of({row.parent_id for row in rows} - here)

    def names_of(self, keys: Iterable[int | None]) -> dict[int | None, str]:
        """Return {comment's key: its author's name} of those that are seen."""
        wanted = [key for key in keys if key is not None]
        if not wanted:
            return {}
        rows = self.loaded(Comment.objects.filter(self.seen, pk__in=wanted))
        return {row.pk: row.author.name if row.author else row.guest_name for row in rows}

    def shown(
        self,
        roots: list[Comment],
        answers: list[Comment],
        beside: dict[int | None, str] | None = None,
    ) -> list[ShownComment]:
        """Return ``roots`` with ``answers`` (in order of time) below whom they answer.

        ``beside``: names of those who are answered but not among them.
        """
        nodes = {root.pk: self.one(root, 0) for root in roots}
        holders: dict[int, int] = {}
        numbers = dict.fromkeys(nodes, 0)
        parents: list[tuple[int, int]] = []
        for row in answers:
            numbers[row.root_id] += 1
            if numbers[row.root_id] > ANSWERS_PER_THREAD:
                nodes[row.root_id].more_url = f"{self.home}/comments/{row.root_id}/thread/"
                continue
            is_alone = row.parent_id not in nodes
            parent = nodes[row.root_id if is_alone else row.parent_id]
            is_flat = parent.level == DEEPEST_LEVEL
            holder = holders[parent.pk] if is_flat else parent.pk
            node = self.one(row, nodes[holder].level + 1)
            if node.is_seen and (is_alone or is_flat):
                outside = (beside or {}).get(row.parent_id, "")
                node.answers_name = outside if is_alone else parent.author_name
            nodes[node.pk], holders[node.pk] = node, holder
            parents.append((node.pk, parent.pk))
        kept = {pk for pk, node in nodes.items() if node.is_seen}
        for pk, parent_pk in reversed(parents):
            if pk in kept:
                kept.add(parent_pk)
        for pk, _parent_pk in parents:
            if pk in kept:
                nodes[holders[pk]].answers.append(nodes[pk])
        return [nodes[root.pk] for root in roots if root.pk in kept or nodes[root.pk].more_url]

    def one(self, row: Comment, level: int) -> ShownComment:
        """Return ``row`` alone; of what is not seen nothing but its place."""
        if not row.is_seen:
            return ShownComment(pk=row.pk, is_seen=False, level=level)
        post, author = self.post, row.author
        is_standing = row.is_published and not row.is_hidden
        is_own = row.author_id is not None and row.author_id == self.viewer.pk
        address = f"{self.home}/comments/{row.pk}/"
        return ShownComment(
            pk=row.pk,
            is_seen=True,
            level=level,
            url=address,
            html=mark_safe(row.html),  # noqa: S308 cleaned when it was stored
            lang=row.language,
            **_named(author, row.guest_name, self.home),
            is_by_host=row.author_id == post.author_id,
            is_own=is_own,
            iso=clock.iso(row.created_at),
            exact=clock.exact(row.created_at),
            relative=clock.relative(row.created_at),
            is_edited=row.is_edited,
            is_waiting=row.status == Comment.Status.WAITING,
            is_held=row.status == Comment.Status.HELD,
            is_hidden=row.is_hidden,
            is_pinned=row.pinned_at is not None,
            like_count=row.like_count,
            is_liked=row.is_liked,
            can_like=self.viewer.is_authenticated and row.is_published,
            can_edit=is_own and row.is_published,
            can_hide=self.is_host and row.is_published,
            can_pin=self.is_host and is_standing and row.root_id is None,
            can_approve=self.may_approve and row.status == Comment.Status.WAITING,
            answer_url=f"{self.home}/posts/{post.pk}/comments/?parent={row.pk}"
            if is_standing and post.is_published and post.is_open_to_comments
            else "",
        )


def _named(author: User | None, guest_name: str, home: str) -> dict[str, Any]:
    """Return how a page calls ``author``; nameless is who left."""
    if author is None:
        return {"author_name": guest_name, "is_guest": bool(guest_name)}
    return {
        "author_name": author.name,
        "author_handle": author.handle,
        "author_url": f"{home}/@{quote(author.handle)}/",
        "author_avatar": author.avatar_url(AVATAR_SIZE),
    }


def _threads(shape: tuple[Reader, str, int], *, post: int, viewer: int | None = None) -> QuerySet:
    reader, sort, number = shape
    rows = _Reading(Post(pk=post), reader.person(viewer)).threads()
    return rows.order_by(*ORDERS[sort])[:number]


def _answers(
    shape: tuple[Reader, int, int], *, viewer: int | None = None, **roots: int
) -> QuerySet:
    reading = _Reading(Post(), shape[0].person(viewer))
    return reading.first_answers_of(list(roots.values()))


THREADS, ANSWERS = Prepared(_threads), Prepared(_answers)
