"""Addresses that still lead somewhere when a text has left the site."""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings

IGNORED_BY_BROWSERS = re.compile(r"[\t\n\r]")
HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
PATH_SAFE = "/%:@!$&'()*+,;=~-._"
QUERY_SAFE = PATH_SAFE + "?"


def image_addresses() -> re.Pattern[str]:
    """Return what finds the addresses of our images in a text, in one pass however long it is."""
    return _image_addresses(settings.SITE_URL, settings.MEDIA_URL)


@lru_cache(maxsize=4)
def _image_addresses(site_url: str, media_url: str) -> re.Pattern[str]:
    # At the beginning of a word: the end of somebody else's address is not ours.
    return re.compile(
        rf"(?<![^\s\"'<>()\[\]])(?:{re.escape(site_url)})?{re.escape(media_url)}"
        r"images/[0-9a-f]{32}/\d{1,6}\.webp"
    )


def outside(address: str) -> str:
    """Return ``address`` as it works outside the site: our own become absolute."""
    if address.startswith("/") and not address.startswith("//"):
        return f"{settings.SITE_URL}{address}"
    return address


def as_uri(address: str) -> str | None:
    """Return ``address`` as a URI in ASCII, or None if it is none that a program accepts.

    Source: RFC 3986 for what may stand in it, WHATWG URL for what browsers forgive.
    """
    text = IGNORED_BY_BROWSERS.sub("", address).strip()
    if not text or "\\" in text:
        return None
    scheme = text.split(":", 1)[0].lower() if HAS_SCHEME.match(text) else ""
    try:
        if scheme in {"mailto", "tel"}:
            rest = LONE_PERCENT.sub("%25", text.split(":", 1)[1])
            return f"{scheme}:{quote(rest, safe=QUERY_SAFE)}" if rest else None
        if scheme not in {"http", "https"}:
            return None
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?", host) or ".." in host:
        return None
    place = f"{host}:{port}" if port is not None else host
    path, query, fragment = (LONE_PERCENT.sub("%25", part) for part in parts[2:])
    return urlunsplit(
        (
            scheme,
            place,
            quote(path, safe=PATH_SAFE),
            quote(query, safe=QUERY_SAFE),
            quote(fragment, safe=QUERY_SAFE),
        )
    )
