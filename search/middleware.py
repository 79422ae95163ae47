"""Letting a worker know that something waits to be indexed."""

from django.http import HttpRequest, HttpResponse

from search.tasks import wake_worker

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class WakeIndexMiddleware:
    """Wake the indexing worker after requests that may have changed what can be found.

    One small query, asked when all is committed; reading costs nothing.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE_METHODS:
            wake_worker()
        return response
