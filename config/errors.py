"""Error pages: the right status, plain words, the request id; problem+json for JSON clients."""

from http import HTTPStatus

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

PAGES = frozenset({400, 403, 404, 405, 410, 413, 429, 451, 500, 503})
FRAGMENT_HEADER = "HTTP_HX_REQUEST"


def request_id() -> str:
    """Return the id under which this request is logged; empty outside a request."""
    return structlog.contextvars.get_contextvars().get("request_id", "")


def prefers_json(request: HttpRequest) -> bool:
    """Return whether the client ranks JSON at least as high as HTML (RFC 9110, 12.5.1).

    Browsers name HTML first; ``*/*`` and no ``Accept`` count as JSON, as scripts send them.
    """
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
    return error_response(request, 404, code="not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 (handler500), without the database."""
    return error_response(request, 500, code="server_error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 for a missing or expired form token and say how to go on."""
    return error_response(
        request,
        403,
        code="csrf_failed",
        detail=_("This form has expired. Go back, reload the page and send it again."),
        template="errors/403_csrf.html",
    )
