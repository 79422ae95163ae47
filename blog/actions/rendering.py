"""Rendering again what is stored, after the renderer changed."""

from collections.abc import Iterable, Iterator

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from blog.markdown import RENDERER_VERSION, render_comment
from blog.models import Comment, Post
from blog.rendering import apply_rendering, mention_resolver

DERIVED = ["html", "toc", "summary", "reading_minutes", "renderer_version", "language"]


def rebuild_html(*, every: bool = False) -> Iterator[int]:
    """Render stale posts again (or ``every`` one), yielding each primary key as it is done.

    The source, the dates and the slug stay. Safe to stop and to start again.
    """
    stale = Post.objects.all() if every else Post.objects.exclude(renderer_version=RENDERER_VERSION)
    for pk in list(stale.order_by("pk").values_list("pk", flat=True)):
        _render(pk)
        yield pk


def rebuild_comment_html(*, every: bool = False) -> Iterator[int]:
    """Render stale comments again (or ``every`` one), yielding each primary key as it is done.

    Tells nobody anything. Safe to stop and to start again.
    """
    held = Comment.objects.exclude(status=Comment.Status.DELETED)
    stale = held if every else held.exclude(renderer_version=RENDERER_VERSION)
    for pk in list(stale.order_by("pk").values_list("pk", flat=True)):
        _render_comment(pk)
        yield pk


def render_posts(ids: Iterable[int]) -> None:
    """Render posts again because something that they show has changed. Idempotent."""
    for pk in ids:
        _render(pk)


@transaction.atomic
def _render(pk: int) -> None:
    post = Post.objects.select_for_update().filter(pk=pk).first()
    if post is None:  # erased in the meantime
        return
    rendering = apply_rendering(post)
    post.save(update_fields=DERIVED)
    post.images.set(rendering.image_ids)


@transaction.atomic
def _render_comment(pk: int) -> None:
    held = Comment.objects.select_for_update(of=("self",)).select_related("author")
    comment = held.filter(pk=pk).exclude(status=Comment.Status.DELETED).first()
    if comment is None:  # deleted in the meantime
        return
    writer = comment.author or AnonymousUser()
    rendered = render_comment(comment.source, resolve_mention=mention_resolver(writer))
    comment.html, comment.renderer_version = rendered.html, RENDERER_VERSION
    comment.save(update_fields=["html", "renderer_version"])
