"""Which pages anybody may keep for a moment, and when a kept one is still true."""

from functools import partial, wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config import replica


def public_page(view):
    """Mark a page that is the same for all signed-out readers (OP-52) and may be seconds old."""

    @wraps(view)
    def marked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        request.is_public_page = True
        respond = partial(view, request, *args, **kwargs)
        who = replica.reader_of(request) if settings.READS_FROM_REPLICA else None
        return respond() if who is None else replica.answer(request, who, respond)

    return marked


def is_for_everybody(request: HttpRequest) -> bool:
    """Return whether whoever asks is known by nothing that a page could show."""
    return settings.SESSION_COOKIE_NAME not in request.COOKIES and "messages" not in request.COOKIES
