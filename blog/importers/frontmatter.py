"""Front matter: YAML (``---``), TOML (``+++``), JSON (``{``) or none."""

import json
import tomllib
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from config.text import clean

MARKS = {"---": "yaml", "+++": "toml"}
HEAD_MOST = 64 * 1024  # characters
ALIASES_MOST = 20
"""Of YAML's ``*name``: each may repeat all that the one before it repeats."""

UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What a file can make its parser, or whoever takes its values, raise."""


class FrontMatterError(ValueError):
    """The front matter cannot be read; ``line`` counts from 1 in the file."""

    def __init__(self, text: str, line: int):
        super().__init__(text)
        self.line = line


@dataclass(frozen=True)
class Document:
    """Front matter, the text below it, and the line of the file on which that text begins."""

    values: dict[str, Any]
    body: str
    body_line: int
    encoding: str = "utf-8"
    notes: tuple[str, ...] = field(default=())


class Loader(yaml.SafeLoader):
    """YAML of strangers: no objects, and few aliases."""

    def __init__(self, stream: Any):
        super().__init__(stream)
        self.aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > ALIASES_MOST:
                mark = self.peek_event().start_mark
                raise yaml.composer.ComposerError(None, None, "too many aliases", mark)
        return super().compose_node(parent, index)


def load_yaml(text: str) -> Any:
    """Return what ``text`` says. Raises yaml.YAMLError and those of UNREADABLE."""
    return yaml.load(text, Loader)  # noqa: S506 a SafeLoader


def decode(data: bytes) -> tuple[str, str]:
    """Return (text, encoding) of a file: UTF-8 with or without BOM, else CP949.

    Raises FrontMatterError if it is neither.
    """
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise FrontMatterError(_("neither UTF-8 nor CP949"), 0)


def read_document(data: bytes) -> Document:
    """Split a file into front matter and text. Raises FrontMatterError."""
    text, encoding = decode(data)
    text = clean(text)
    first, _newline, rest = text.partition("\n")
    mark = first.rstrip()
    if mark in MARKS:
        values, body, body_line = _between_marks(rest, mark)
        return Document(values, body, body_line, encoding)
    if first.startswith("{") and not first.startswith(("{%", "{{", "{:")):
        try:
            values, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return Document({}, text, 1, encoding)
        if isinstance(values, dict):
            return Document(values, text[end:].lstrip("\n"), text[:end].count("\n") + 2, encoding)
    return Document({}, text, 1, encoding)


def _between_marks(rest: str, mark: str) -> tuple[dict[str, Any], str, int]:
    lines = rest.split("\n")
    closing = {mark, "..."} if mark == "---" else {mark}
    end = next((number for number, line in enumerate(lines) if line.rstrip() in closing), None)
    if end is None:
        raise FrontMatterError(_("the front matter has no closing %(mark)s") % {"mark": mark}, 1)
    head, body = "\n".join(lines[:end]), "\n".join(lines[end + 1 :])
    if len(head) > HEAD_MOST:
        raise FrontMatterError(_("the front matter is longer than 64 KB"), 1)
    values = _yaml(head) if mark == "---" else _toml(head)
    return values, body, end + 3


def _yaml(head: str) -> dict[str, Any]:
    try:
        values = load_yaml(head)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "cannot be read"
        raise FrontMatterError(f"YAML: {reason}", mark.line + 2 if mark else 1) from error
    except UNREADABLE as error:
        raise FrontMatterError(f"YAML: {_reason(error)}", 1) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise FrontMatterError(_("YAML: not a list of names and values"), 2)
    return {str(name): value for name, value in values.items()}


def _toml(head: str) -> dict[str, Any]:
    try:
        return tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        found = str(error).rsplit("line ", 1)
        line = int(found[1].split(",")[0]) + 1 if len(found) == 2 else 1
        raise FrontMatterError(f"TOML: {error}", line) from error
    except UNREADABLE as error:
        raise FrontMatterError(f"TOML: {_reason(error)}", 1) from error


def _reason(error: Exception) -> str:
    return _("nested too deeply") if isinstance(error, RecursionError) else str(error)[:200]
