"""Reads that are not one queryset: threads by their keys, counts, comments as a flat list, pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from accounts.models import User
from blog.models import Comment, Post, PostLike
from blog.policies import can_host_comments
from blog.querysets import CommentQuerySet
from embed.exceptions import KeyRefused
from embed.keys import clean_key
from embed.models import EmbedSite, EmbedThread, GuestReaction, PageEntry, ThreadAlias
from search.analysis import fold

Viewer = User | AnonymousUser


@dataclass(frozen=True)
class Counts:
    """What the numbers under a page say."""

    comments: int = 0
    reactions: int = 0


def thread_at(site: EmbedSite, key: str) -> EmbedThread | None:
    """Return the thread of a clean ``key``: the one that stands there, else one that did once."""
    threads = EmbedThread.objects.with_post()
    return (
        threads.filter(site=site, key=key).first()
        or threads.filter(aliases__site=site, aliases__key=key).first()
    )


def thread_of_post(pk: int) -> EmbedThread | None:
    """Return the thread that hangs on the post ``pk``, of a site whose owner's account is open."""
    threads = EmbedThread.objects.with_post().filter(site__in=EmbedSite.objects.open())
    return threads.filter(post=pk).first()


def is_thread_seen(thread: EmbedThread, viewer: Viewer) -> bool:
    """Return whether ``viewer`` may open ``thread``: across no block, and not while it is held."""
    seen = Post.objects.visible_to(viewer).filter(pk=thread.post_id, status="published")
    return seen.exists()


def counts_of(site: EmbedSite, keys: Iterable[str]) -> dict[str, Counts]:
    """Return {key as asked: numbers}; three queries however many keys."""
    clean: dict[str, str] = {}
    for asked in keys:
        try:
            clean[asked] = clean_key(asked)
        except KeyRefused:
            continue
    wanted = set(clean.values())
    aliases = ThreadAlias.objects.filter(site=site, key__in=wanted)
    places = dict(aliases.values_list("key", "thread_id"))
    threads = EmbedThread.objects.called(site, wanted).standing().select_related("post")
    by_pk = {thread.pk: thread for thread in threads.only(*COUNTED)}
    places |= {thread.key: thread.pk for thread in by_pk.values() if thread.key in wanted}
    found = {}
    for asked, key in clean.items():
        thread = by_pk.get(places.get(key, 0))
        found[asked] = counts_in(thread) if thread else Counts()
    return found


COUNTED = ("key", "guest_reaction_count", "post__comment_count", "post__like_count")


def counts_in(thread: EmbedThread) -> Counts:
    """Return the numbers of one thread, loaded with its post."""
    post = thread.post
    return Counts(post.comment_count, post.like_count + thread.guest_reaction_count)


def has_reacted(thread: EmbedThread | None, viewer: Viewer, *, day: date, visitor: str) -> bool:
    """Return whether a member likes the page, or a visitor did so on ``day``."""
    if thread is None:
        return False
    if viewer.is_authenticated:
        return PostLike.objects.filter(post=thread.post_id, person=viewer).exists()
    rows = GuestReaction.objects.filter(thread=thread, day=day, visitor=visitor)
    return rows.exists()


# Comments -----------------------------------------------------------------------------------------


def comments_in(post: Post, viewer: Viewer) -> QuerySet:
    """Return what ``viewer`` reads in a thread, and the empty places of what was answered.

    Annotated with ``is_seen`` and ``is_liked``. Only the owner of the site sees there what is
    hidden or waits: staff look on our own pages, whose scripts nobody else wrote.
    """
    seen = _seen_by(post, viewer)
    in_thread = Comment.objects.filter(seen, root=OuterRef("pk"))
    below = Comment.objects.filter(parent=OuterRef("pk"))
    answered = Q(Exists(in_thread), root=None) | Q(Exists(below), root__isnull=False)
    rows = Comment.objects.filter(post=post).filter(seen | answered)
    return _loaded(rows, seen, viewer)


def comment_in(site: EmbedSite, pk: int, viewer: Viewer) -> Comment | None:
    """Return one comment under a page of ``site`` that ``viewer`` reads."""
    held = (
        Comment.objects.filter(pk=pk, post__embed_thread__site=site)
        .filter(post__in=Post.objects.visible_to(viewer).filter(status="published").order_by())
        .select_related("post", "post__author")
        .first()
    )
    if held is None:
        return None
    seen = _seen_by(held.post, viewer)
    found = _loaded(Comment.objects.filter(seen, pk=pk), seen, viewer).first()
    if found is not None:
        found.post = held.post
    return found


def guest_comment_in(site: EmbedSite, pk: int) -> Comment | None:
    """Return what a guest said under a page of ``site``, for whoever proves to be that guest."""
    comments = Comment.objects.filter(pk=pk, author=None, post__embed_thread__site=site)
    return comments.exclude(guest_name="").select_related("post", "post__author").first()


def _seen_by(post: Post, viewer: Viewer) -> Q:
    seen = CommentQuerySet.said_to(viewer)
    if viewer.is_authenticated:
        seen &= CommentQuerySet.unmuted_for(viewer)
        if not can_host_comments(viewer, post):
            seen &= Q(status="published", is_hidden=False) | Q(author=viewer)
    return seen


def _loaded(rows: QuerySet, seen: Q, viewer: Viewer) -> QuerySet:
    return (
        rows.select_related("author")
        .defer("author__bio", "author__links", "author__password")
        .annotate(is_seen=ExpressionWrapper(seen, output_field=BooleanField()))
        .with_viewer_state(viewer)
    )


# Pages of the index file --------------------------------------------------------------------------

WORDS_MOST = 12


def words_in(query: str) -> list[str]:
    """Return the words that are looked for among listed pages."""
    return list(dict.fromkeys(fold(query).split()))[:WORDS_MOST]


def pages_with(site: EmbedSite, words: list[str]) -> QuerySet:
    """Return the listed pages that say every one of ``words``, newest first."""
    pages = PageEntry.objects.filter(site=site)
    for word in words:
        pages = pages.filter(folded__contains=word)
    return pages.order_by("-published_at", "pk")
