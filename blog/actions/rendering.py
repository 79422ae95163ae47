"""Rendering again what is stored, after the renderer changed."""

from collections.abc import Iterable, Iterator

from django.db import transaction

from blog.markdown import RENDERER_VERSION
from blog.models import Post
from blog.rendering import apply_rendering

DERIVED = ["html", "toc", "summary", "reading_minutes", "renderer_version", "language"]


def rebuild_html(*, every: bool = False) -> Iterator[int]:
    """Render stale posts again (or ``every`` one), yielding each primary key as it is done.

    The source, the dates and the slug stay. Safe to stop and to start again.
    """
    stale = Post.objects.all() if every else Post.objects.exclude(renderer_version=RENDERER_VERSION)
    for pk in list(stale.order_by("pk").values_list("pk", flat=True)):
        _render(pk)
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
