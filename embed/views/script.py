"""The one script that sites elsewhere load (EM-01)."""

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

FILE = Path(__file__).parents[1] / "static" / "embed" / "embed.js"
MAX_AGE = 3600  # seconds


class Script(NamedTuple):
    """The file as it goes over the wire, plain and packed."""

    plain: bytes
    packed: bytes
    digest: str


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Anyone: the script, kept for an hour, then asked for by its ETag."""
    file = _script(FILE.stat().st_mtime_ns)
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{file.digest}{"-gzip" if is_packed else ""}"'
    response = HttpResponse(
        file.packed if is_packed else file.plain, content_type="text/javascript; charset=utf-8"
    )
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["ETag"] = etag
    # Pages elsewhere load it, also those that let nothing in unasked (COEP).
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response = get_conditional_response(request, etag=etag, response=response)
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def script_text() -> str:
    """Return the script as it is sent: its source without indentation and comments."""
    lines = (line.strip() for line in FILE.read_text("utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


@cache
def _script(stamp: int) -> Script:
    plain = script_text().encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), sha256(plain).hexdigest()[:16])
