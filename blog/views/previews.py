"""Drafts for whoever has their secret link."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from blog.cards import cover_of
from blog.models import Image, Post, PreviewLink
from blog.rendering import preview_of
from blog.working_copy import working_copy

IMAGE_ADDRESS = re.compile(r"(/images/[0-9a-f]{32}/\d+\.webp)")
COVER_WIDTH = 960  # pixels


@require_safe
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """Whoever has the link, while it is open: the draft as it would be published.

    Of a post that moderators hold its author and staff alone.
    """
    link = PreviewLink.objects.select_related("post", "post__author").filter(key=key).first()
    if link is None or not link.is_open:
        raise Http404
    post = link.post
    is_closed = post.is_held and not _may_see_held(request, post)
    if is_closed or post.status == "deleted" or not post.author.is_active:
        raise Http404
    copy = working_copy(post)
    shown = preview_of(post, copy)
    cover_key = copy.details.get("cover")
    covers = Image.objects.filter(owner=post.author, key=cover_key, is_held=False)
    cover = covers.first() if cover_key else None
    context = {
        "link": link,
        "post": shown,
        "author": post.author,
        "html": mark_safe(_with_key(shown.html, key)),  # noqa: S308 sanitised by the renderer
        "cover": cover_of(cover, COVER_WIDTH) if cover else None,
        "cover_key": key,
    }
    response = render(request, "blog/preview.html", context)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _may_see_held(request: HttpRequest, post: Post) -> bool:
    return Post.objects.visible_to(request.user).filter(pk=post.pk).exists()


def _with_key(html: str, key: str) -> str:
    """Let the pictures of the draft be seen by whoever holds the link."""
    return IMAGE_ADDRESS.sub(rf"\1?draft={key}", html)
