"""Keeping the window for signing in connected to the page that opened it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

OPENER_POLICY = "unsafe-none"
COOKIE = "madang_window"
COOKIE_SECONDS = 15 * 60


def keep_opener(response: HttpResponse) -> HttpResponse:
    """Let the pages of signing in keep their opener, too, for a quarter of an hour."""
    response.headers["Cross-Origin-Opener-Policy"] = OPENER_POLICY
    response.set_cookie(
        COOKIE,
        "1",
        max_age=COOKIE_SECONDS,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


class EmbedWindowMiddleware:
    """Send ``unsafe-none`` with the pages of signing in while the window of a site is open.

    ``same-origin`` would cut the window from its opener at the first of them, and the key could not
    be handed over. Who did not come from such a window gets what everybody gets.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if COOKIE in request.COOKIES and request.path.startswith(_entrance()):
            response.headers["Cross-Origin-Opener-Policy"] = OPENER_POLICY
        return response


def _entrance() -> str:
    """Return where the pages of signing in are: ``/auth/``."""
    return reverse("account_login").removesuffix("login/")
