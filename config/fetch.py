"""Fetching from other servers without being led into our own network.

Only https, no redirects, a limit of time and size, and only hosts whose addresses are public: the
name is resolved and checked before, and the address that was really used is checked again before a
byte is believed (a name may resolve differently the second time).
"""

import ipaddress
import socket
import time
from urllib.parse import urlsplit

import httpx

SECONDS = 5
MAX_BYTES = 2 * 1024 * 1024


class FetchRefused(Exception):
    """The address may not be fetched, or what came is too much."""


def fetch(url: str, *, max_bytes: int = MAX_BYTES, seconds: float = SECONDS) -> tuple[int, bytes]:
    """Return status and body of ``url``.

    Raises FetchRefused if the address is not public, not https, redirects or sends more than
    ``max_bytes``; httpx.HTTPError if it cannot be reached within ``seconds``.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise FetchRefused("only https without credentials")
    _require_public_host(parts.hostname, parts.port or 443)
    deadline = time.monotonic() + seconds
    with (
        httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False) as client,
        client.stream("GET", url, headers={"Accept": "image/*"}) as response,
    ):
        _require_public_peer(response)
        if response.is_redirect:
            raise FetchRefused("redirects")
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > max_bytes:
                raise FetchRefused(f"more than {max_bytes} bytes")
            if time.monotonic() > deadline:
                raise FetchRefused(f"slower than {seconds} seconds")
        return response.status_code, bytes(body)


def _require_public_host(host: str, port: int) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchRefused("the name does not resolve") from error
    for *_rest, address in found:
        if not is_public(address[0]):
            raise FetchRefused("the name leads into a private network")


def _require_public_peer(response: httpx.Response) -> None:
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream else None
    if peer and not is_public(peer[0]):
        raise FetchRefused("the name led into a private network")


def is_public(address: str) -> bool:
    """Return whether an IP address is reachable for everybody (not loopback, private, local)."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not ip.is_multicast
