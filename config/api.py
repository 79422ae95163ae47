"""What every address under ``/api/v1/`` has: JSON alone, and problem documents for what goes wrong."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.errors import request_id
from config.exceptions import DomainError

PROBLEM = "application/problem+json"
CODES = {
    400: "malformed",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
}
"""Status → the code that says it where nothing finer does; codes never change."""


class ProblemRenderer(JSONRenderer):
    """JSON under the name of problem documents (RFC 9457)."""

    media_type = PROBLEM


class InvalidInput(DomainError):
    """What was sent does not do; ``field`` says which part."""

    code = "invalid"

    def __init__(self, message: str, *, field: str, code: str):
        super().__init__(message, field=field)
        self.field_code = code


class ApiView(APIView):
    """A resource. Members are known by their session, everybody else is a visitor."""

    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser,)
    authentication_classes = (SessionAuthentication,)
    permission_classes = ()

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return which methods there are, in the header Allow."""
        return Response(status=HTTPStatus.NO_CONTENT)

    def get_exception_handler(self):
        return problem_of


def problem_of(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem document of ``error``; None for what is a mistake of ours."""
    if isinstance(error, DomainError):
        response = problem(error.status, code=error.code, detail=error.message)
        if isinstance(error, InvalidInput):
            entry = {"field": error.field, "code": error.field_code, "detail": error.message}
            response.data["errors"] = [entry]
        if retry_after := getattr(error, "retry_after", None):
            response.headers["Retry-After"] = str(retry_after)
    elif isinstance(error, exceptions.APIException):
        response = problem(error.status_code)
    elif isinstance(error, Http404 | PermissionDenied):
        response = problem(404 if isinstance(error, Http404) else 403)
    else:
        return None
    # Whatever was asked for: the reason is always readable.
    request = context["request"]
    request.accepted_renderer, request.accepted_media_type = ProblemRenderer(), PROBLEM
    return response


def problem(status: int, *, code: str = "", detail: str = "") -> Response:
    """Return a problem document."""
    data = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code or CODES.get(status, "refused"),
        "request_id": request_id(),
    }
    return Response(data, status=status, content_type=PROBLEM)


def required(name: str) -> InvalidInput:
    """Return the error of a parameter that is missing or blank."""
    return InvalidInput(_("This must be given."), field=name, code="required")


class Index(ApiView):
    """Anyone: the resources there are, with their addresses."""

    def get(self, request: Request) -> Response:
        """Anyone: see above."""
        names = ("search", "suggest")
        return Response({name: request.build_absolute_uri(reverse(f"v1:{name}")) for name in names})
