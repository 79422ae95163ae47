"""Which pages of other origins may read what programs get."""

from corsheaders.middleware import CorsMiddleware as BaseMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

EMBED_PATH = "/api/v1/embed/"


def origin_of_request(request: HttpRequest) -> str:
    """Return the origin of the page that asks; empty without one.

    Source: a page of our own host sends no Origin when it only reads (Fetch standard, 3.2). It says
    so in Sec-Fetch-Site, which no page can forge.
    """
    if origin := request.headers.get("Origin", ""):
        return origin
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        return f"{request.scheme}://{request.get_host()}"
    return ""


class CorsMiddleware(BaseMiddleware):
    """django-cors-headers, with 204 for a preflight: it has no content (RFC 9110, 15.3.5)."""

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the headers; sites that embed us have a list of their own, and no other (EM-03)."""
        if request.path_info.startswith(EMBED_PATH) and not self.check_signal(request):
            patch_vary_headers(response, ("origin",))
            return response
        return super().add_response_headers(request, response)

    def check_preflight(self, request: HttpRequest) -> HttpResponseBase | None:
        response = super().check_preflight(request)
        if response is not None:
            response.status_code = 204
            del response.headers["Content-Length"]
        return response
