"""What a record may look like: a small part of JSON Schema, which is published and checked by.

Each section describes its records with the functions here. The same description goes into the
``schema.json`` of every archive, so what is documented is what is accepted.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

Schema = dict[str, Any]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
MOMENT_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASH = re.compile(r"[0-9a-f]{64}")
FIRST_YEAR = 1900
TEXT_MOST = 4_000_000
"""Code points of a text: the longest article has a million characters of up to a few each."""
CLOCKS_DIFFER = timedelta(days=1)
TYPES = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
PATTERNS = {"uuid": UUID, "sha256": HASH}


def text(most: int = TEXT_MOST) -> Schema:
    """Describe a text of up to ``most`` code points."""
    return {"type": "string", "maxLength": most}


def choice(values: list[str]) -> Schema:
    """Describe one of some words."""
    return {"type": "string", "enum": values}


def flag() -> Schema:
    """Describe yes or no."""
    return {"type": "boolean"}


def number(most: int = 2**31 - 1) -> Schema:
    """Describe a whole number from 0."""
    return {"type": "integer", "minimum": 0, "maximum": most}


def moment(*, is_past: bool = True) -> Schema:
    """Describe a moment in UTC with microseconds; what happened cannot lie ahead."""
    return {"type": "string", "format": "date-time", "x-past": is_past}


def guid() -> Schema:
    """Describe the name that a post or comment keeps wherever it goes."""
    return {"type": "string", "format": "uuid"}


def content_hash() -> Schema:
    """Describe the SHA-256 of a file as it was uploaded."""
    return {"type": "string", "format": "sha256"}


def maybe(schema: Schema) -> Schema:
    """Describe the same, or nothing."""
    return schema | {"type": [schema["type"], "null"]}


def list_of(schema: Schema, most: int = 1000) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": schema, "maxItems": most}


def table(**properties: Schema) -> Schema:
    """Describe an object that has all of ``properties``."""
    return {"type": "object", "properties": properties, "required": sorted(properties)}


# Moments ------------------------------------------------------------------------------------------


def from_moment(value: datetime | None) -> str | None:
    """Return ``value`` as an archive has it."""
    return value.astimezone(UTC).strftime(MOMENT_FORM) if value else None


def to_moment(value: str | None) -> datetime | None:
    """Return what an archive has (and the schema has checked) as a moment."""
    return datetime.strptime(value, MOMENT_FORM).replace(tzinfo=UTC) if value else None


# Checking -----------------------------------------------------------------------------------------


def complaint(value: Any, schema: Schema, path: str = "") -> str:
    """Return where ``value`` breaks ``schema`` and how, in English; empty if it does not."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(_is(value, name) for name in types):
        return f"{path or 'record'} is not {' or '.join(types)}"
    if isinstance(value, str):
        return _text_complaint(value, schema, path)
    if isinstance(value, int) and not isinstance(value, bool):
        is_within = schema["minimum"] <= value <= schema["maximum"]
        return "" if is_within else f"{path} is out of range"
    if isinstance(value, list):
        if len(value) > schema["maxItems"]:
            return f"{path} has too many items"
        return _first(complaint(one, schema["items"], f"{path}[]") for one in value)
    if isinstance(value, dict):
        if missing := [name for name in schema["required"] if name not in value]:
            return f"{path or 'record'} has no {missing[0]}"
        return _first(
            complaint(value[name], part, f"{path}.{name}".lstrip("."))
            for name, part in schema["properties"].items()
        )
    return ""


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def _first(complaints) -> str:
    return next((one for one in complaints if one), "")


def _text_complaint(value: str, schema: Schema, path: str) -> str:
    if "enum" in schema and value not in schema["enum"]:
        return f"{path} is none of the known values"
    if len(value) > schema.get("maxLength", len(value)):
        return f"{path} is too long"
    if "\x00" in value or not _is_writable(value):
        return f"{path} has characters that cannot be stored"
    form = schema.get("format")
    if form in PATTERNS and not PATTERNS[form].fullmatch(value):
        return f"{path} is not a {form}"
    if form == "date-time":
        return _moment_complaint(value, path, is_past=schema["x-past"])
    return ""


def _is_writable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _moment_complaint(value: str, path: str, *, is_past: bool) -> str:
    try:
        found = to_moment(value) if MOMENT.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None or found.year < FIRST_YEAR:
        return f"{path} is not a moment in UTC"
    if is_past and found > timezone.now() + CLOCKS_DIFFER:
        return f"{path} lies in the future"
    return ""
