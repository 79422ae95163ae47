"""Taking one article, or a series, along."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from blog.downloads import article_download, series_download
from blog.shortcuts import get_post_by_permalink, get_series_for_reading


@require_safe
def article(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Whoever may read the article: ``html`` and ``epub``; its author alone: ``md`` and ``zip``.

    A draft is its author's in every form. Others: 404 if they may not see it, else 403.
    """
    post = get_post_by_permalink(pk, request.user)
    return article_download(request, post, form, reader=request.user)


@require_safe
def series(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Anyone who may see the series: a book of the articles in it that they may read."""
    found = get_series_for_reading(handle, slug, request.user)
    return series_download(request, found, reader=request.user)
