"""Problem documents (RFC 9457): one shape for whatever goes wrong, with a code that never changes."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response

from config.api.rendering import PROBLEM, ProblemRenderer
from config.errors import request_id
from config.exceptions import DomainError, PermissionRefused

CODES = {
    400: "malformed",
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    412: "stale",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
}
"""Status → the code that says it where nothing finer does; codes never change."""

DETAILS = {
    401: gettext_lazy("Send a token: “Authorization: Bearer …”."),
    403: gettext_lazy("This is not allowed to you."),
    404: gettext_lazy("There is nothing here, or nothing for you."),
    405: gettext_lazy("This cannot be done here; see the header Allow."),
    406: gettext_lazy("Answers are JSON; ask for application/json."),
    415: gettext_lazy("Send JSON, as application/json."),
}
"""Status → what is said where nothing finer is."""

FIELD_CODES = {"blank": "required", "null": "required", "empty": "required"}
"""What serializers call it → what we call it."""


class InvalidInput(DomainError):
    """What was sent does not do; ``field`` says which part, ``code`` why."""

    code = "invalid"

    def __init__(self, message: str, *, field: str, code: str):
        super().__init__(message, field=field)
        self.field_code = code


class InsufficientScope(PermissionRefused):
    """The token was not made for this."""

    code = "insufficient_scope"


class Stale(DomainError):
    """What If-Match names is not what is here any more (RFC 9110, 13.1.1)."""

    code = "stale"
    status = 412


class KeyReused(DomainError):
    """The Idempotency-Key came with another request before."""

    code = "idempotency_key_reused"
    status = 422


def problem_of(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem document of ``error``; None for what is a mistake of ours."""
    if isinstance(error, DomainError):
        # Who is known by no token at all is asked for one; nobody is refused for good.
        status = 401 if error.code == "not_signed_in" else error.status
        response = problem(status, code=error.code, detail=error.message)
        if error.field:
            code = error.field_code if isinstance(error, InvalidInput) else error.code
            response.data["errors"] = [_entry(error.field, code, error.message)]
        if retry_after := getattr(error, "retry_after", None):
            response.headers["Retry-After"] = str(retry_after)
    elif isinstance(error, exceptions.ValidationError):
        response = problem(400, code="invalid", detail=_("Some of what was sent does not do."))
        response.data["errors"] = list(_entries(error.get_full_details()))
    elif isinstance(error, exceptions.APIException):
        response = problem(error.status_code, detail=_detail_of(error))
    elif isinstance(error, RequestDataTooBig):
        response = problem(413, detail=_("This is more than can be taken at once."))
    elif isinstance(error, Http404 | PermissionDenied):
        response = problem(404 if isinstance(error, Http404) else 403)
    else:
        return None
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        view = context["view"]
        response.headers["WWW-Authenticate"] = view.get_authenticate_header(context["request"])
    # Whatever was asked for: the reason is always readable.
    request = context["request"]
    request.accepted_renderer, request.accepted_media_type = ProblemRenderer(), PROBLEM
    return response


def _detail_of(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.AuthenticationFailed | exceptions.ParseError):
        return str(error.detail)
    return ""


def problem(status: int, *, code: str = "", detail: str = "") -> Response:
    """Return a problem document."""
    data = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or str(DETAILS.get(status, "")),
        "code": code or CODES.get(status, "refused"),
        "request_id": request_id(),
    }
    return Response(data, status=status, content_type=PROBLEM)


def required(name: str) -> InvalidInput:
    """Return the error of a parameter that is missing or blank."""
    return InvalidInput(_("This must be given."), field=name, code="required")


def _entry(field: str, code: str, detail: str) -> dict[str, str]:
    return {"field": field, "code": code, "detail": detail}


def _entries(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Yield an entry for each error; those of nested fields are called ``outer.inner``."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        code = FIELD_CODES.get(details["code"], details["code"])
        text = _("This must be given.") if code == "required" else str(details["message"])
        yield _entry(path, code, text)
    elif isinstance(details, dict):
        for name, inner in details.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _entries(inner, ".".join(filter(None, (path, own))))
    elif isinstance(details, list):
        for number, inner in enumerate(details):
            is_leaf = isinstance(inner, dict) and set(inner) == {"message", "code"}
            yield from _entries(inner, path if is_leaf else f"{path}.{number}")
