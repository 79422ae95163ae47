"""Articles and series as files: what pages and API answer when somebody takes one along."""

import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO
from urllib.parse import quote

from django.contrib.auth.models import AnonymousUser
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import User
from blog import limits
from blog.exceptions import NotTheAuthor
from blog.models import Post, Series
from blog.policies import can_take_out, can_take_source
from blog.selectors import series_posts
from blog.takeout import (
    TakenText,
    article_book,
    markdown_file,
    series_book,
    taken_text,
    write_book,
    write_page,
    write_zip,
)

TYPES = {
    "md": "text/markdown; charset=utf-8",
    "zip": "application/zip",
    "html": "text/html; charset=utf-8",
    "epub": "application/epub+zip",
}
SOURCES = frozenset({"md", "zip"})
PUBLIC_SECONDS = 60
CHAPTERS_MAX = 300
CHAPTERS_AT_A_TIME = 20
MEMORY_BYTES = 1024 * 1024
"""What a file may have before it goes to disk while it is made."""


def article_download(
    request: HttpRequest, post: Post, form: str, *, reader: User | AnonymousUser
) -> HttpResponse:
    """Return ``post`` as a file: ``html`` and ``epub`` to who reads it, ``md`` and ``zip`` to its author.

    A draft is its author's in every form. Raises Http404 for what is no article or no such form,
    NotTheAuthor, TooManyRequests.
    """
    if form not in TYPES or post.kind != Post.Kind.ARTICLE:
        raise Http404
    may = can_take_source if form in SOURCES else can_take_out
    if not may(reader, post):
        raise NotTheAuthor(_("Only its author can take this along."))
    is_open = post.is_published and post.visibility == "public" and form not in SOURCES
    text = taken_text(post, reader=reader)

    def write(file: BinaryIO) -> None:
        if form == "md":
            file.write(markdown_file(text))
        elif form == "zip":
            write_zip(file, text)
        elif form == "html":
            write_page(file, text)
        else:
            write_book(file, article_book(text), [text])

    return _answer(request, f"{text.file_stem}.{form}", form, write, is_open=is_open)


def series_download(
    request: HttpRequest, series: Series, *, reader: User | AnonymousUser
) -> HttpResponse:
    """Return a book of the articles in ``series`` that ``reader`` may read.

    Raises Http404 if there are none, TooManyRequests.
    """
    posts = series_posts(series, reader).articles()
    chapters = list(
        posts.select_related("author").only(
            "kind", "slug", "language", "updated_at", "visibility", "author__handle"
        )[:CHAPTERS_MAX]
    )
    if not chapters:
        raise Http404
    book = series_book(
        series, [(post.get_absolute_url(), post.language, post.updated_at) for post in chapters]
    )

    def write(file: BinaryIO) -> None:
        write_book(file, book, _chapters([post.pk for post in chapters], reader))

    is_open = all(post.visibility == "public" for post in chapters)
    return _answer(request, f"{series.slug}.epub", "epub", write, is_open=is_open)


def _chapters(ids: list[int], reader: User | AnonymousUser) -> Iterator[TakenText]:
    """Yield the articles in the order of ``ids``, a few at a time: some are very long.

    What ``reader`` meets no more, because it was hidden a moment ago, is left out.
    """
    for start in range(0, len(ids), CHAPTERS_AT_A_TIME):
        some = ids[start : start + CHAPTERS_AT_A_TIME]
        held = Post.objects.listed_to(reader, with_muted=True).for_detail().in_bulk(some)
        for pk in some:
            if pk in held:
                yield taken_text(held.pop(pk), reader=reader)


def _answer(
    request: HttpRequest,
    name: str,
    form: str,
    write: Callable[[BinaryIO], None],
    *,
    is_open: bool,
) -> HttpResponse:
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        who = request.user.pk or request.META.get("REMOTE_ADDR", "")
        limits.count_take_out(who)
        file = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115 the response closes it
        try:
            write(file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        response = FileResponse(file)
    response.headers["Content-Type"] = TYPES[form]
    response.headers["Content-Disposition"] = _attachment(name, form)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = (
        f"public, max-age={PUBLIC_SECONDS}"
        if is_open and not request.user.is_authenticated
        else "private, no-store"
    )
    return response


def _attachment(name: str, form: str) -> str:
    """Return Content-Disposition for a name in any script (RFC 6266, 4.3 and appendix D)."""
    if name.isascii():
        return f'attachment; filename="{name}"'
    return f"attachment; filename=\"article.{form}\"; filename*=UTF-8''{quote(name, safe='')}"
