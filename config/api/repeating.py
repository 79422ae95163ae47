"""Idempotency-Key (AP-12): the same request again gets the same answer and changes nothing.

Source: IETF draft-ietf-httpapi-idempotency-key-header-07.
"""

import hmac
import re
from collections.abc import Callable
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from config.answers import OtherRequest, answer_once
from config.api.problems import InvalidInput, KeyReused
from config.api.rendering import dumps

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")
KEPT_HEADERS = ("Location", "ETag", "Link")


def once(request: Request, owner: str, respond: Callable[[], Response]) -> Response:
    """Return ``respond()``, or what it returned to the same key before. Raises KeyReused."""
    key = request.headers[HEADER].strip().strip('"')
    if not KEY.fullmatch(key):
        raise InvalidInput(
            _("Use 1 to %(most)d printable ASCII characters.") % {"most": LONGEST_KEY},
            field=HEADER,
            code="invalid",
        )
    fresh: list[Response] = []

    def answer() -> dict[str, Any]:
        response = respond()
        fresh.append(response)
        return _stored(response)

    try:
        kept, is_replayed = answer_once(owner, key, _hash(request), answer)
    except OtherRequest as error:
        raise KeyReused(
            _("This Idempotency-Key was used for another request."), field=HEADER
        ) from error
    if not is_replayed:
        return fresh[0]
    replayed = Response(kept["data"], status=kept["status"], headers=kept["headers"])
    replayed.headers["Idempotency-Replayed"] = "true"
    return replayed


def _stored(response: Response) -> dict[str, Any]:
    return {
        "status": response.status_code,
        "headers": {
            name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
        },
        # As it goes over the wire: what is replayed is the same to the byte.
        "data": None if response.data is None else orjson.loads(dumps(response.data)),
    }


def _hash(request: Request) -> str:
    # Keyed: a body may hold a password, of which nothing is kept that could be guessed against.
    digest = hmac.new(settings.SECRET_KEY.encode(), digestmod="sha256")
    digest.update(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type.startswith("multipart/"):
        for name, values in sorted(request.data.lists()):
            for value in values:
                digest.update(name.encode())
                if hasattr(value, "chunks"):
                    for chunk in value.chunks():
                        digest.update(chunk)
                    value.seek(0)
                else:
                    digest.update(str(value).encode())
    else:
        digest.update(dumps(request.data))
    return digest.hexdigest()
