"""Error pages: the right status, plain words, the request id; problem+json for JSON clients."""

import re
import sys
from http import HTTPStatus
from math import ceil
from urllib.parse import urlsplit

import structlog
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template import loader
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from config.outages import RETRY_SECONDS, is_database_away

SECRET_NAME = re.compile(r"password|secret|code|token|credential|otp", re.I)
LONG_WAIT = 90  # seconds; from then on it is told in minutes
LONG_VALUE = 80  # characters; longer ones are shown, shorter ones are sent along unseen

PAGES = frozenset({400, 403, 404, 405, 410, 413, 429, 451, 500, 503})
FRAGMENT_HEADER = "HTTP_HX_REQUEST"


def request_id() -> str:
    """Return the id under which this request is logged; empty outside a request."""
    return structlog.contextvars.get_contextvars().get("request_id", "")


def prefers_json(request: HttpRequest) -> bool:
    """Return whether the client ranks JSON at least as high as HTML (RFC 9110, 12.5.1).

    Browsers name HTML first; ``*/*`` and no ``Accept`` count as JSON, as scripts send them. Under
    ``/api/`` nothing else is spoken.
    """
    if request.path_info.startswith("/api/"):
        return True
    if request.META.get(FRAGMENT_HEADER):
        return False
    html = json = 0.0
    for accepted in request.accepted_types:
        weight = float(accepted.params.get("q", 1) or 0) if _is_number(accepted) else 0.0
        name = str(accepted).split(";")[0]
        if name in {"text/html", "application/xhtml+xml"}:
            html = max(html, weight)
        elif name in {"application/json", "application/problem+json"}:
            json = max(json, weight)
        elif name == "*/*" and len(request.accepted_types) == 1:
            html = json = weight
    return json >= html and json > 0


def _is_number(accepted) -> bool:
    try:
        float(accepted.params.get("q", 1))
    except ValueError:
        return False
    return True


def error_response(
    request: HttpRequest,
    status: int,
    *,
    code: str,
    detail: str = "",
    retry_after: int | None = None,
    template: str | None = None,
) -> HttpResponse:
    """Return the page of ``status`` or its RFC 9457 problem document."""
    title = HTTPStatus(status).phrase
    identifier = request_id()
    if prefers_json(request):
        response: HttpResponse = JsonResponse(
            {
                "type": "about:blank",
                "title": title,
                "status": status,
                "detail": detail,
                "code": code,
                "request_id": identifier,
            },
            status=status,
            content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )
    else:
        name = template or f"errors/{status if status in PAGES else 400}.html"
        context = {
            "request_id": identifier,
            "detail": detail,
            "code": code,
            "retry_after": retry_after,
            "retry_minutes": ceil(retry_after / 60) if (retry_after or 0) > LONG_WAIT else None,
            "theme": getattr(request, "theme", "system"),
        }
        # No request in the context: an error page must not need the database.
        response = HttpResponse(loader.render_to_string(name, context), status=status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    patch_vary_headers(response, ("Accept",))
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400 (handler400)."""
    return error_response(request, 400, code="bad_request")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 (handler403)."""
    detail = str(exception) if exception and exception.args else ""
    return error_response(request, 403, code="forbidden", detail=detail)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 (handler404); the same body whatever was missing or hidden."""
    detail = _("There is nothing here, or nothing for you.") if prefers_json(request) else ""
    return error_response(request, 404, code="not_found", detail=detail)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 (handler500), or 503 while the database is away; without it in any case."""
    if is_database_away(sys.exc_info()[1]):
        return error_response(request, 503, code="database_unavailable", retry_after=RETRY_SECONDS)
    return error_response(request, 500, code="server_error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 for a missing or expired form token and say how to go on.

    A form that one of our own pages sent comes back with what was typed and a fresh token: one
    press sends it again (UX-06). What another site sent, and passwords, are never shown again.
    """
    if _is_from_our_page(request) and not prefers_json(request) and request.POST:
        return resend_page(request, 403, code="csrf_failed")
    return error_response(
        request,
        403,
        code="csrf_failed",
        detail=_("This form has expired. Go back, reload the page and send it again."),
        template="errors/403_csrf.html",
    )


def _is_from_our_page(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of this very origin sent the request."""
    site = request.META.get("HTTP_SEC_FETCH_SITE", "")
    if site:
        return site == "same-origin"
    origin = request.META.get("HTTP_ORIGIN") or request.META.get("HTTP_REFERER", "")
    try:
        return urlsplit(origin).netloc == request.get_host()
    except (ValueError, DisallowedHost):
        return False


def resend_page(request: HttpRequest, status: int, *, code: str, sign_in: str = "") -> HttpResponse:
    """Return a page that holds what ``request`` posted and sends it again by one button.

    ``sign_in``: where to sign in first. Secrets and files are left out.
    """
    fields = [
        (name, value, "\n" in value or len(value) > LONG_VALUE)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    if any(SECRET_NAME.search(name) for name, _value, _is_long in fields):
        return error_response(request, status, code=code, template="errors/403_csrf.html")
    context = {
        "fields": fields,
        "action": request.get_full_path(),
        "csrf_token": get_token(request),
        "has_files": bool(request.FILES),
        "sign_in": sign_in,
        "request_id": request_id(),
        "theme": getattr(request, "theme", "system"),
    }
    response = HttpResponse(loader.render_to_string("errors/resend.html", context), status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
