"""Old addresses of imported blogs."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from blog.selectors import post_at_old_path


class OldPathMiddleware:
    """Where nothing is found, ask whether an imported post used to live there: 301."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in {"GET", "HEAD"}:
            return response
        try:
            post = post_at_old_path(request.path_info)
        except DatabaseError:
            return response  # a page that is not found needs no database
        return HttpResponsePermanentRedirect(post.get_absolute_url()) if post else response
