"""Old addresses of imported blogs."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from blog.models import Post
from blog.selectors import post_at_old_path

NUMBERS = ("p", "page_id")
"""How WordPress names a post before it has a nicer address: ``/?p=123``."""


class OldPathMiddleware:
    """Where nothing is found, ask whether an imported post used to live there: 301.

    ``/?p=123`` is asked for before: the home page answers any query.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        number = numbered_path(request)
        if number and request.path_info in {"/", "/index.php"}:
            if post := _find(number):
                return HttpResponsePermanentRedirect(post.get_absolute_url())
        response = self.get_response(request)
        if response.status_code != 404:
            return response
        post = _find(request.path_info) or (_find(number) if number else None)
        return HttpResponsePermanentRedirect(post.get_absolute_url()) if post else response


def numbered_path(request: HttpRequest) -> str:
    """Return path and number of ``/?p=123``; empty if the address is another."""
    if len(request.GET) != 1:
        return ""
    name, value = next(iter(request.GET.items()))
    if name not in NUMBERS or not value.isdecimal() or len(value) > 18:
        return ""
    return f"{request.path_info.removesuffix('index.php')}?{name}={int(value)}"


def _find(path: str) -> Post | None:
    try:
        return post_at_old_path(path)
    except DatabaseError:
        return None  # a page that is not found needs no database
