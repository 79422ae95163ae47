"""What version 1 promises, as far as a machine can compare it; see test_contract.py."""

import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.scopes import SCOPES
from config.api.described import operations
from config.api.documents import api_schema
from config.api.problems import CODES
from config.env import ROOT
from config.exceptions import DomainError
from config.tests.sources import APPS

STORED = Path(__file__).parent / "v1.json"
PAGE = ROOT / "docs" / "api.md"
COUNTED = {
    "anonymous": "calls without a token, by network",
    "token": "calls with a token (or the session of a page), by token",
    "write": "of those whatever is not `GET`, by person",
    "search": "searches and suggestions",
    "mint": "new tokens, by network",
    "sign-up": "new accounts, by network",
    "images": "new images",
}


# The skeleton -----------------------------------------------------------------------------------


def skeleton() -> dict[str, Any]:
    """Return what programs rely on: paths, methods, inputs, answers and their fields."""
    document = json.loads(json.dumps(api_schema(), default=str))
    return {
        "operations": {
            f"{method.upper()} {path}": _operation(one)
            for path, method, one in operations(document)
        },
        "schemas": {
            name: _schema(one) for name, one in sorted(document["components"]["schemas"].items())
        },
    }


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": operation["operationId"],
        "scope": operation.get("x-scope", ""),
        "parameters": {
            f"{one['in']} {one['name']}": bool(one.get("required"))
            for one in operation.get("parameters", [])
        },
        "input": _contents(operation.get("requestBody", {})),
        "answers": {
            status: _contents(one)
            for status, one in operation["responses"].items()
            if status.startswith("2")
        },
    }


def _contents(part: dict[str, Any]) -> dict[str, str]:
    return {kind: _type(one["schema"]) for kind, one in part.get("content", {}).items()}


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        return {"values": sorted(map(str, schema["enum"]))}
    return {
        "fields": {name: _type(one) for name, one in schema.get("properties", {}).items()},
        "required": sorted(schema.get("required", [])),
    }


def _type(schema: dict[str, Any]) -> str:
    """Return the type in a line: ``string or null``, ``array of Post``."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    for way in ("oneOf", "anyOf", "allOf"):
        if way in schema:
            return " or ".join(sorted(_type(one) for one in schema[way]))
    kinds = schema.get("type", "anything")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return " or ".join(
        f"array of {_type(schema.get('items', {}))}" if kind == "array" else kind for kind in kinds
    )


def breaks(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield what programs that were written for ``old`` would miss in ``new``."""
    for name, was in old["operations"].items():
        now = new["operations"].get(name)
        if now is None:
            yield f"{name} is gone"
            continue
        for part in ("id", "scope"):
            if now[part] != was[part]:
                yield f"{name}: {part} was {was[part]!r}, is {now[part]!r}"
        for parameter in set(was["parameters"]) - set(now["parameters"]):
            yield f"{name}: {parameter} is gone"
        for parameter, is_required in now["parameters"].items():
            if is_required and not was["parameters"].get(parameter, False):
                yield f"{name}: {parameter} is required now"
        for part in ("input", "answers"):
            for key, value in was[part].items():
                if now[part].get(key) != value:
                    yield f"{name}: {part} {key} was {value}, is {now[part].get(key)}"
    for name, was in old["schemas"].items():
        now = new["schemas"].get(name)
        if now is None:
            yield f"{name} is gone"
        elif "values" in was:
            yield from (f"{name}: no {one}" for one in set(was["values"]) - set(now["values"]))
        else:
            yield from _breaks_of_fields(name, was, now)


def _breaks_of_fields(name: str, was: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for field, kind in was["fields"].items():
        if now["fields"].get(field) != kind:
            yield f"{name}.{field} was {kind}, is {now['fields'].get(field, 'gone')}"
    if name.endswith("Input"):
        more = set(now["required"]) - set(was["required"])
        yield from (f"{name}.{field} is required now" for field in more)
    else:
        less = set(was["required"]) - set(now["required"])
        yield from (f"{name}.{field} may be missing now" for field in less)


# Tables of docs/api.md --------------------------------------------------------------------------


def tables() -> dict[str, list[str]]:
    """Return the rows of the tables in docs/api.md that say what the code says."""
    units = {60: "minute", 3600: "hour"}
    limits = [
        f"| `{name}` | {most} in {_an(units[seconds])} | {COUNTED[name]} |"
        for name, (most, seconds) in settings.API_RATES.items()
    ]
    with translation.override("en"):
        scopes = [f"| `{name}` | {_lower(str(text))} |" for name, text in SCOPES.items()]
    codes = [
        f"| `{code}` | {', '.join(map(str, sorted(statuses)))} | {text} |"
        for code, (statuses, text) in sorted(codes_of_error().items())
    ]
    return {
        "limits": [*_heading("bucket", "how often", "counts"), *limits],
        "scopes": [*_heading("scope", "lets a program"), *scopes],
        "codes": [*_heading("code", "status", "means"), *codes],
    }


def _heading(*names: str) -> list[str]:
    return [f"| {' | '.join(names)} |", f"| {' | '.join('---' for _name in names)} |"]


def _an(unit: str) -> str:
    return f"an {unit}" if unit.startswith("h") else f"a {unit}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def codes_of_error() -> dict[str, tuple[set[int], str]]:
    """Return code → statuses and what it means, of all that the API can refuse with."""
    import_module("config.urls")  # and with it every module that a call reaches
    found: dict[str, tuple[set[int], str]] = {}
    for status, code in CODES.items():
        found.setdefault(code, (set(), PLAIN[code]))[0].add(status)
    for kind in _subclasses(DomainError):
        app, _dot, rest = kind.__module__.partition(".")
        # Tests make up rules of their own; whether their modules are loaded is chance.
        if app in APPS and not rest.startswith("tests."):
            status = 401 if kind.code == "not_signed_in" else kind.status
            text = _in_words(kind)
            found.setdefault(kind.code, (set(), text))[0].add(status)
    for code, status in _said_in_place():
        found.setdefault(code, (set(), PLAIN[code]))[0].add(status)
    return found


def _in_words(kind: type) -> str:
    """Return what an exception says of itself, else its name: ``CannotMuteSelf`` says enough."""
    text = (kind.__doc__ or "").partition("\n")[0]
    text = text or re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__).capitalize() + "."
    return re.sub(r" \([A-Z]+-\d+\)", "", text).replace("``", "`").replace("|", "\\|")


PLAIN = {
    "malformed": "What was sent cannot be read.",
    "not_authenticated": "There is no token, or it is not good.",
    "forbidden": "You may not.",
    "not_found": "It is not there, or not for you.",
    "method_not_allowed": "This cannot be done here; `Allow` says what can.",
    "not_acceptable": "There is no answer in the media type that was asked for.",
    "stale": "It was changed since you read it (`If-Match`).",
    "too_large": "It is more than can be taken at once.",
    "unsupported_media_type": "Another media type is expected.",
    "throttled": "Too many requests; `Retry-After` says when to come back.",
    "invalid": "Some of what was sent does not do; `errors` says what.",
    "search_down": "Search is resting for a moment.",
}


def _subclasses(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)


def _said_in_place() -> Iterator[tuple[str, int]]:
    """Yield the codes that are written into a call of ``problem()``, with their statuses."""
    for path in sorted(ROOT.glob("*/api/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "problem":
                words = {one.arg: one.value for one in node.keywords}
                code, status = words.get("code"), node.args[0] if node.args else None
                if isinstance(code, ast.Constant) and isinstance(status, ast.Constant):
                    yield code.value, status.value


def table_in(text: str, name: str) -> list[str]:
    """Return the rows between the marks of ``name``."""
    inside = text.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0]
    return inside.splitlines()


def with_tables(text: str) -> str:
    """Return the page with all tables written anew."""
    for name, rows in tables().items():
        before, rest = text.split(f"<!-- {name} -->\n")
        after = rest.split(f"<!-- /{name} -->")[1]
        inside = "".join(f"{row}\n" for row in rows)
        text = f"{before}<!-- {name} -->\n{inside}<!-- /{name} -->{after}"
    return text
