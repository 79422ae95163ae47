"""Exact origins, as browsers send them (RFC 6454, 6.2; Fetch standard, 3.2): scheme, host, port."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from embed.exceptions import OriginInvalid

PORTS = {"https": 443, "http": 80}
HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)"
    r"(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
IPV6 = re.compile(r"\[[0-9a-f:.]+\]")


def clean_origin(text: str) -> str:
    """Return ``text`` as browsers send it: lower case, ASCII, without the usual port.

    Raises OriginInvalid for paths, wildcards, ``null`` and whatever else is no origin.
    """
    refused = OriginInvalid(
        _("“%(origin)s” is no origin. Write scheme and host, as in https://blog.example.")
        % {"origin": text[:100]},
        field="origins",
    )
    text = text.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError as error:
        raise refused from error
    is_bare = not (parts.path or parts.query or parts.fragment or text.endswith(("#", "?")))
    if parts.scheme not in PORTS or not is_bare or "@" in parts.netloc or parts.netloc[-1:] == ":":
        raise refused
    if ":" in host:
        host = f"[{host}]"
    host = host.lower()
    if not (IPV6.fullmatch(host) or HOST.fullmatch(host)):
        raise refused
    if port == 0:
        raise refused
    beside = "" if port in {None, PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{host}{beside}"


def origin_of(address: str) -> str:
    """Return the origin of a web address; empty for what is none."""
    try:
        parts = urlsplit(address)
        return clean_origin(f"{parts.scheme}://{parts.netloc}")
    except (OriginInvalid, ValueError):
        return ""
