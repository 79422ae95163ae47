"""The front of the API: what there is, its description, and two ways to look at that."""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from threading import Lock
from typing import Any, ClassVar

import orjson
import yaml
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, reverse
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.rendering import JsonRenderer, dumps
from config.api.views import ANYONE, ApiView
from config.caching import public_page

INLINE_STYLES = {"style-src": ["'self'", "'unsafe-inline'"]}
"""Both viewers write styles into their pages; nothing else on the site may."""


class Index(ApiView):
    """Anyone: the resources there are, with their addresses."""

    scopes: ClassVar = {"GET": ANYONE}

    @extend_schema(responses={200: {"type": "object", "additionalProperties": {"type": "string"}}})
    def get(self, request: Request) -> Response:
        """Anyone: the resources that there are, with their addresses."""
        return Response({name: self.addresses.api(path) for name, path in resources().items()})


@cache
def resources() -> dict[str, str]:
    """Return name → path below ``/api/v1/`` of what can be read without naming one object."""
    return {
        name: path
        for path, name, view in api_views()
        if path and "<" not in path and hasattr(view, "get")
    }


def api_views() -> Iterator[tuple[str, str, type[ApiView]]]:
    """Yield path below ``/api/v1/``, name and view of every resource."""
    yield from _views_of(import_module("config.api.urls").urlpatterns)


def _views_of(
    patterns: Iterable[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, str, type[ApiView]]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views_of(pattern.url_patterns, path)
        elif view := getattr(pattern.callback, "view_class", None):
            yield path, pattern.name or "", view


class YamlRenderer(BaseRenderer):
    """YAML (RFC 9512), for people who read descriptions."""

    media_type = "application/yaml"
    format = "yaml"
    charset = None

    def render(self, data: Any, accepted_media_type=None, renderer_context=None) -> bytes:
        # It takes most of a second, and anybody may ask.
        return schema_as_yaml() if data is api_schema() else as_yaml(data)


class _Plainly(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(data: Any) -> bytes:
    """Return ``data`` as YAML."""
    # By way of JSON: whatever is lazy or shared becomes plain.
    plain = orjson.loads(dumps(data))
    return yaml.dump(plain, Dumper=_Plainly, allow_unicode=True, sort_keys=False).encode()


@cache
def schema_as_yaml() -> bytes:
    """Return the description of version 1 as YAML; made once a process."""
    return as_yaml(api_schema())


class SchemaDocument(ApiView):
    """Anyone: the description of all of this, OpenAPI 3.1; JSON, or YAML with ``?format=yaml``."""

    scopes: ClassVar = {"GET": ANYONE}
    renderer_classes = (JsonRenderer, YamlRenderer)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Return the description."""
        return Response(api_schema())


# drf-spectacular loads its extensions into class attributes while it generates: two threads that generate
# at once trip over each other.
_generating = Lock()


def api_schema() -> dict[str, Any]:
    """Return the OpenAPI document of version 1, in English; made once a process, by one thread."""
    with _generating:
        return _generate_schema()


def forget_schema() -> None:
    """Have it made anew when it is asked for next; for tests."""
    with _generating:
        _generate_schema.cache_clear()


@cache
def _generate_schema() -> dict[str, Any]:
    with translation.override("en"):
        return SchemaGenerator(api_version="v1").get_schema(request=None, public=True)


@require_safe
@public_page
@csp_update(INLINE_STYLES)
def swagger(request: HttpRequest) -> HttpResponse:
    """Anyone: try the API in the browser (Swagger UI)."""
    return render(request, "api/swagger.html", {"schema_url": reverse("v1:schema")})


@require_safe
@public_page
@csp_update({**INLINE_STYLES, "worker-src": ["'self'", "blob:"]})
def redoc(request: HttpRequest) -> HttpResponse:
    """Anyone: read about the API (Redoc)."""
    return render(request, "api/redoc.html", {"schema_url": reverse("v1:schema")})
