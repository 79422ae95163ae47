"""The description of the API (OpenAPI 3.1), made from what the views say of themselves."""

from typing import Any

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from config.api import described
from config.api.rendering import JSON

BEARER, BASIC = "bearer", "basic"
SCHEMES = {
    BEARER: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token: POST /tokens/, or the page of your settings makes one.",
    },
    BASIC: {
        "type": "http",
        "scheme": "basic",
        "description": "Handle or address, and password; at POST /tokens/ alone.",
    },
}
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OPERATION_IDS = {("DELETE", "/api/v1/me/sessions/"): "me_sessions_clear"}
"""Where the rule would give two operations one name."""


class Shape(serializers.Serializer):
    """What an object in an answer looks like. Functions make the objects, the schema reads this.

    Every answer of the test suite is held to it.
    """


class Schema(AutoSchema):
    """Reads scopes, shapes and limits of ``ApiView`` where others read permissions."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        name = BASIC if self._mints else BEARER
        component = ResolvedComponent(
            name=name,
            type=ResolvedComponent.SECURITY_SCHEMA,
            object=name,
            schema=SCHEMES[name],
        )
        self.registry.register_on_missing(component)
        if self._mints:
            return [{BASIC: []}]
        return [{BEARER: []}] if self._scope else [{}, {BEARER: []}]

    @property
    def _scope(self) -> str:
        return getattr(self.view, "scopes", {}).get(self.method, "")

    @property
    def _mints(self) -> bool:
        return getattr(self.view, "mints_tokens", False) and self.method == "POST"

    @property
    def _has_key(self) -> bool:
        return "{" in self.path

    @property
    def _keeps_answers(self) -> bool:
        return self.method == "POST" and getattr(self.view, "keeps_answers", False)

    @property
    def _reads_one(self) -> bool:
        has_shape = getattr(self.view, "shape", None) is not None
        return has_shape and self.method == "GET" and not self._is_list_view()

    @property
    def _heeds_version(self) -> bool:
        has_shape = getattr(self.view, "shape", None) is not None
        is_one = self._has_key or getattr(self.view, "is_one", False)
        return has_shape and is_one and self.method in {"PATCH", "DELETE"}

    # What is told of an operation -----------------------------------------------------------------

    def get_operation_id(self) -> str:
        if (self.method, self.path) in OPERATION_IDS:
            return OPERATION_IDS[self.method, self.path]
        name = super().get_operation_id()
        # Verbs make nothing: posts_publish, not posts_publish_create.
        return name if self._makes_something else name.removesuffix("_create")

    @property
    def _makes_something(self) -> bool:
        answers = self.get_response_serializers()
        return self.method != "POST" or (isinstance(answers, dict) and {201, 202} & set(answers))

    def get_summary(self) -> str:
        return super().get_description().partition("\n")[0].rstrip(".")

    def get_description(self) -> str:
        first, _break, rest = super().get_description().partition("\n")
        sentences = [rest.strip()] if rest.strip() else []
        if self._scope:
            sentences.append(f"The token needs the scope `{self._scope}`.")
        if bucket := getattr(self.view, "buckets", {}).get(self.method):
            sentences.append(f"Counts in the bucket `{bucket}` too.")
        return "\n\n".join(sentences or [first])

    def get_tags(self) -> list[str]:
        return [described.tag_of(self.path)]

    def get_extensions(self) -> dict[str, Any]:
        return {"x-scope": self._scope} if self._scope else {}

    def is_deprecated(self) -> bool:
        return getattr(self.view, "deprecated", None) is not None

    def _get_serializer_name(
        self, serializer: Any, direction: str, bypass_extensions: bool = False
    ) -> str:
        name = super()._get_serializer_name(serializer, direction, bypass_extensions)
        # What comes in is called Input already.
        return name.removesuffix("Shape").replace("InputRequest", "Input")

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"

    def _get_parameters(self) -> list[dict[str, Any]]:
        found = super()._get_parameters()
        for parameter in found:
            if not parameter.get("description"):
                parameter["description"] = described.in_words(parameter)
        return found

    def get_override_parameters(self) -> list[OpenApiParameter]:
        found = []
        if self._keeps_answers:
            found.append(
                _header(
                    "Idempotency-Key",
                    "The same request again within a day is answered the same and does nothing.",
                    described.IDEMPOTENCY_KEY,
                )
            )
        if getattr(self.view, "shape", None) is not None and self.method == "GET":
            names = sorted(self.view.shape().fields)
            found.append(
                OpenApiParameter(
                    "fields", described.some_of(names), description="Only these, by commas."
                )
            )
        if self._reads_one:
            found.append(
                _header("If-None-Match", "The ETag of what you have: 304 if it is still the same.")
            )
        if self._heeds_version:
            found.append(
                _header("If-Match", "The ETag of what you read: 412 if it was changed since.")
            )
        return found

    def _get_serializer_field_meta(self, field: Any, direction: str) -> dict[str, Any]:
        meta = super()._get_serializer_field_meta(field, direction)
        is_list = isinstance(field, serializers.ListField | serializers.ListSerializer)
        if direction == "request" and is_list and not field.allow_empty:
            meta["minItems"] = 1
        return meta

    # What is answered -----------------------------------------------------------------------------

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        found = super()._get_response_bodies(direction)
        for status, response in found.items():
            if status.startswith(("2", "3")):
                held = response.setdefault("headers", {})
                response["headers"] = described.header_refs(self._headers(status)) | held
                if not response.get("description"):
                    response["description"] = described.ANSWERS.get(status, "Done.")
        if self._reads_one:
            found["304"] = described.response_ref("304")
        for status in self._problems():
            found.setdefault(status, described.response_ref(status))
        return dict(sorted(found.items()))

    def _headers(self, status: str) -> list[str]:
        names = ["RateLimit", "RateLimit-Policy", "X-Request-ID"]
        if status == "201":
            names.append("Location")
        if self._keeps_answers:
            names.append("Idempotency-Replayed")
        if self.method == "GET" and self._is_list_view():
            names.append("Link")
        if getattr(self.view, "shape", None) is not None and status in {"200", "201"}:
            names += [] if self.method == "GET" and self._is_list_view() else ["ETag"]
        return names

    def _problems(self) -> list[str]:
        found = ["400", "401", "403", "406", "429"]
        if self._has_key:
            found += ["404", "410", "451"]
        if self.method in WRITING:
            found += ["409", "422", "503"]
        if self._takes_body:
            found += ["413", "415"]
        if self._heeds_version:
            found.append("412")
        return found + [str(status) for status in getattr(self.view, "also_fails", ())]

    def get_request_serializer(self) -> Any:
        return None if self.method == "DELETE" else super().get_request_serializer()

    def _get_request_body(self, direction: str = "request") -> dict[str, Any] | None:
        if self.method != "DELETE" or self.get_request_serializer() is None:
            return super()._get_request_body(direction)
        # OpenAPI 3.1 knows such bodies, drf-spectacular does not.
        schema, _is_required = self._get_request_for_media_type(
            self.get_request_serializer(), direction
        )
        return {"content": {JSON: {"schema": schema}}, "required": True}

    @property
    def _takes_body(self) -> bool:
        return self.method in WRITING and (self._keeps_answers or bool(self._get_request_body()))


def _header(name: str, description: str, schema: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description)


def complete(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add what belongs to no single operation (a hook of drf-spectacular)."""
    described.add_shared_parts(result)
    result["info"]["version"] = settings.SPECTACULAR_SETTINGS["VERSION"]
    described.mention_tags(result)
    described.link_what_is_made(result)
    # Addresses in the document are whole; what they begin with is the site's.
    result["servers"] = [{"url": settings.URL_PREFIX or "/", "description": "This site"}]
    return result
