"""Where to go next: only ever a place on this site."""

import re
from urllib.parse import unquote

from django.http import HttpRequest
from django.urls import get_script_prefix

UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
UNQUOTE_ROUNDS = 3


def is_safe_path(path: str) -> bool:
    """Return whether ``path`` stays on this site, however often it is decoded on the way.

    Safe: is the site's own prefix (URL_PREFIX) or below it; begins with exactly one ``/``; no scheme, host, ``//``, backslash or control character
    at its start, raw or percent-encoded.
    """
    if not path or len(path) > 2000:
        return False
    if not f"{path.partition('?')[0]}/".startswith(get_script_prefix()):
        return False
    for _round in range(UNQUOTE_ROUNDS):
        if not path.startswith("/") or path.startswith("//"):
            return False
        if UNSAFE.search(path.split("?", 1)[0]) or re.search(r"[\x00-\x1f\x7f\\]", path):
            return False
        decoded = unquote(path)
        if decoded == path:
            return True
        path = decoded
    return False


def safe_next(request: HttpRequest, default: str = "") -> str:
    """Return ``next`` of the form or the query if it is safe, else ``default`` or the front page."""
    path = request.POST.get("next") or request.GET.get("next") or ""
    return path if is_safe_path(path) else default or get_script_prefix()
