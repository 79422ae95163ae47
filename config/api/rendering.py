"""JSON in and out: UTF-8, an object, quickly."""

from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer

from config.text import nfc

JSON = "application/json"
PROBLEM = "application/problem+json"

LARGEST_BODY = 1024 * 1024  # bytes, where a view says nothing else
MOST_PARTS = settings.ARTICLE_MAX_LENGTH + 100_000
"""Commas and brackets in a body: the longest article may be made of them, a flood of lists may not."""
AS_TYPED = frozenset({"password", "current_password", "new_password"})
"""As forms and Basic give them to the hasher: another form of the same letters is another password."""
DEEPEST = 20  # lists and objects within each other


class JsonRenderer(BaseRenderer):
    """JSON by orjson; times are texts already (``config.clock.iso``)."""

    media_type = JSON
    format = "json"
    charset = None  # JSON is UTF-8 (RFC 8259, 8.1)

    def render(self, data: Any, accepted_media_type=None, renderer_context=None) -> bytes:
        return b"" if data is None else dumps(data)


class ProblemRenderer(JsonRenderer):
    """JSON under the name of problem documents (RFC 9457)."""

    media_type = PROBLEM


class JsonObjectParser(JSONParser):
    """A JSON object, its texts in NFC. Whatever else is ``malformed``.

    A few bytes of JSON become fifty in memory: what is large or deep is refused before it is read.
    """

    def parse(self, stream, media_type=None, parser_context=None) -> dict[str, Any]:
        view = (parser_context or {}).get("view")
        body = stream.read()
        if len(body) > getattr(view, "largest_body", LARGEST_BODY):
            raise RequestDataTooBig
        if sum(map(body.count, (b",", b"[", b"{"))) > MOST_PARTS:
            raise RequestDataTooBig
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("This is not JSON that can be read.")) from error
        if not isinstance(data, dict):
            raise ParseError(_("A JSON object is expected."))
        return composed(data)


def composed(value: Any, depth: int = 0) -> Any:
    """Return ``value`` with every text in it in NFC. Raises ParseError if it is too deep."""
    if isinstance(value, str):
        return nfc(value)
    if not isinstance(value, list | dict):
        return value
    if depth >= DEEPEST:
        raise ParseError(_("This is not JSON that can be read."))
    if isinstance(value, list):
        return [composed(one, depth + 1) for one in value]
    return {
        nfc(name): one if name in AS_TYPED and isinstance(one, str) else composed(one, depth + 1)
        for name, one in value.items()
    }


def dumps(data: Any) -> bytes:
    """Return ``data`` as JSON."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, Promise):
        return force_str(value)
    if isinstance(value, str):
        return str(value)  # SafeString
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, list | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
