"""Bodies of requests, made from the description of the API."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from config.tests.api_client import described_api, template_of
from config.tests.world import World, small_picture

PLAUSIBLE, GREEDY, EMPTY, NONSENSE = "plausible", "greedy", "empty", "nonsense"
"""What would do; with keys of other people's things; nothing; what does in no way."""


def request_of(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """Return media type and schema of what ``method`` of ``path`` takes; empty if it takes nothing."""
    template = template_of(path)
    operation = described_api()["paths"].get(template, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    for media_type in ("multipart/form-data", "application/json"):
        if media_type in content:
            return media_type, resolved(content[media_type]["schema"])
    return "", {}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return ``schema`` without a reference or a choice at its top."""
    if "$ref" in schema:
        return resolved(described_api()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for name in ("allOf", "oneOf", "anyOf"):
        if name in schema:
            return resolved(schema[name][0]) | {k: v for k, v in schema.items() if k != name}
    return schema


def body_of(kind: str, schema: dict[str, Any], world: World) -> dict[str, Any]:
    """Return a body of ``kind`` for ``schema``."""
    properties = schema.get("properties", {})
    if kind == EMPTY:
        return {}
    if kind == NONSENSE:
        odd = (
            ["\u0000", {"가": []}],
            {"a": [None]},
            10**15,
            -1,
            "\u1112\u1161\u11ab" * 50,
            "\u0000",
        )
        return {name: odd[place % len(odd)] for place, name in enumerate(properties)}
    needed = set(schema.get("required", ()))
    keys = keys_of(world) if kind == GREEDY else {}
    body = {}
    for name, inner in properties.items():
        inner = resolved(inner)
        if kind == GREEDY and name in keys:
            body[name] = [keys[name]] if inner.get("type") == "array" else keys[name]
        elif name in needed or not is_key(inner):
            body[name] = value_of(name, inner, kind, world)
    return body


def is_key(schema: dict[str, Any]) -> bool:
    """Return whether this names a row, or several."""
    kinds = schema.get("type", "")
    items = resolved(schema.get("items", {}))
    return "integer" in kinds or "integer" in items.get("type", "")


def keys_of(world: World) -> dict[str, int]:
    """Return name of a field → the key of a thing of somebody's."""
    return {
        "series": world.series.pk,
        "cover": world.image.pk,
        "posts": world.article.pk,
        "ids": world.told.pk,
        "parent": world.comment.pk,
        "from_id": world.message.pk,
        "read_up_to": world.message.pk,
    }


VALUES = {
    "handle": "newhandle",
    "email": "new@example.com",
    "kind": "post",
    "events": ["comment.created"],
    "target_url": "https://receiver.example/새",
    "form": "epub",
    "time_zone": "Asia/Seoul",
    "language": "ko",
    "target": "ko",
    "mails": {},
    **dict.fromkeys(("password", "current_password", "new_password"), "감나무-아래-열두걸음"),
    "topic": "개발",
    "license": "",
    "status": "draft",
    "websites": ["https://minah.example/"],
}


def value_of(name: str, schema: dict[str, Any], kind: str, world: World) -> Any:
    """Return something that would do as ``name``."""
    if "enum" in schema:
        return next(one for one in schema["enum"] if one not in {"", None})
    if name in VALUES:
        return VALUES[name]
    types = schema.get("type", "string")
    if "object" in types:
        return body_of(kind, schema, world)
    if "array" in types:
        return [value_of("", resolved(schema.get("items", {})), kind, world)]
    if "boolean" in types:
        return True
    if "integer" in types:
        return max(schema.get("minimum", 1), 1)
    form = schema.get("format", "")
    if form == "binary" or name in {"file", "avatar"}:
        return SimpleUploadedFile("그림.png", small_picture(), "image/png")
    if form == "date-time":
        return "2099-01-01T00:00:00Z"
    return "https://garden.example/글/" if form == "uri" or name == "url" else "고쳐 썼어요"
