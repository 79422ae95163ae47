"""Which pages anybody may keep for a moment, and when a kept one is still true."""

from functools import wraps

from django.http import HttpRequest, HttpResponse


def public_page(view):
    """Mark a page that is the same for all signed-out readers (OP-52)."""

    @wraps(view)
    def marked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        request.is_public_page = True
        return view(request, *args, **kwargs)

    return marked
