"""Rendering again what is stored, after the renderer changed."""

from collections.abc import Iterator

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
        with transaction.atomic():
            post = Post.objects.select_for_update().get(pk=pk)
            rendering = apply_rendering(post)
            post.save(update_fields=DERIVED)
            post.images.set(rendering.image_ids)
        yield pk
