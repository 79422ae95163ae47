"""Asking other servers without being led into our own network (OP-54).

Each name is resolved once, every address it has must be public, and the connection goes to exactly
those addresses: a name that answers differently the second time gains nothing. Redirects are
followed only where the caller allows them, and each goes through the same gate again. Time and
size are limited as a whole. ``fetch`` gets, ``post`` sends; there is no other way out.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

SECONDS = 5
MAX_BYTES = 2 * 1024 * 1024
PORTS = {"https": 443, "http": 80}
WELL_KNOWN_PORTS = 1024
"""Below, only PORTS speak HTTP: nobody makes us talk to a mail server or a database."""

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # NAT64, RFC 6052
GIVEN_OUT = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is routed between networks; what is elsewhere may be an IPv4 address in disguise
(::10.0.0.1, ::ffff:0:10.0.0.1, 64:ff9b:1::a00:1) or a network of somebody's own."""

NOT_FOR_ALL = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # RFC 6890; a cloud's metadata, too
            "192.88.99.0/24",  # relays of 6to4, RFC 7526
            "168.63.129.16/32",  # what a cloud tells its own machines, under a public number
        ),
    )
)


class FetchRefused(Exception):
    """The address may not be fetched, or what came is too much."""


class NotPublic(FetchRefused):
    """The name leads into a private network."""


class NameUnknown(FetchRefused):
    """The name does not resolve."""


class TooSlow(FetchRefused):
    """The time for all of it is over."""


class Answer(NamedTuple):
    """What another server said to ``post``: the status and the beginning of the body."""

    status: int
    body: bytes


class Timed(httpcore.NetworkStream):
    """A connection that ends at ``deadline``, however few bytes at a time the other side sends."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float):
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, seconds_until(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, seconds_until(self.deadline))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = seconds_until(self.deadline)
        return Timed(self.stream.start_tls(ssl_context, server_hostname, left), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


class _Pinned(httpcore.NetworkBackend):
    """Connects to addresses that were judged, whatever the name says by now."""

    def __init__(self, addresses: list[str], deadline: float):
        self.addresses = addresses
        self.deadline = deadline
        self.backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        problem: Exception = httpcore.ConnectError("no address")
        for address in self.addresses:
            try:
                left = seconds_until(self.deadline)
                stream = self.backend.connect_tcp(
                    address, port, left, local_address, socket_options
                )
                return Timed(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem


def fetch(
    url: str,
    *,
    max_bytes: int = MAX_BYTES,
    seconds: float = SECONDS,
    redirects: int = 0,
    schemes: tuple[str, ...] = ("https",),
    accept: str = "image/*",
) -> tuple[int, bytes]:
    """Return status and body of ``url``, after at most ``redirects`` redirects.

    Raises FetchRefused if an address on the way is not public, not of ``schemes``, carries
    credentials, redirects once too often, sends more than ``max_bytes`` or takes longer than
    ``seconds`` in all; httpx.HTTPError if it cannot be reached. Looking a name up is bounded by the
    resolver alone (``man resolv.conf``, timeout and attempts).
    """
    deadline = time.monotonic() + seconds
    for _hop in range(redirects + 1):
        status, body, location = _fetch_once(url, max_bytes, deadline, schemes, accept)
        if location is None:
            return status, body
        try:
            url = urljoin(url, location)
        except ValueError as error:
            raise FetchRefused("not an address") from error
    raise FetchRefused("redirects")


def _fetch_once(
    url: str, max_bytes: int, deadline: float, schemes: tuple[str, ...], accept: str
) -> tuple[int, bytes, str | None]:
    """Return status, body and, if it leads elsewhere, where."""
    # Unpacked, a small answer may be huge.
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    with (
        _client(url, deadline, schemes) as client,
        client.stream("GET", url, headers=headers) as response,
    ):
        if response.has_redirect_location:
            return response.status_code, b"", response.headers["Location"]
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise FetchRefused("packed, which was not asked for")
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > max_bytes:
                raise FetchRefused(f"more than {max_bytes} bytes")
        return response.status_code, bytes(body), None


def post(
    url: str,
    content: bytes,
    *,
    headers: Mapping[str, str],
    max_bytes: int,
    seconds: float,
    schemes: tuple[str, ...] = ("https",),
    may_be_loopback: bool = False,
) -> Answer:
    """Send ``content`` to ``url``; return the status and at most ``max_bytes`` of what came back.

    No redirect is followed. Once the status is here it is the answer: what of the body is too much,
    too late or packed is left where it is. ``may_be_loopback`` lets this machine itself be asked,
    which no server may. Raises NotPublic, NameUnknown, TooSlow and FetchRefused as ``fetch``;
    httpx.HTTPError if it cannot be reached.
    """
    deadline = time.monotonic() + seconds
    sent = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close", **headers}
    with (
        _client(url, deadline, schemes, may_be_loopback) as client,
        client.stream("POST", url, content=content, headers=sent) as response,
    ):
        return Answer(response.status_code, _beginning(response, max_bytes))


def _beginning(response: httpx.Response, max_bytes: int) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        return b""
    body = bytearray()
    try:
        for chunk in response.iter_raw():
            body += chunk
            if len(body) >= max_bytes:
                break
    except (FetchRefused, httpx.HTTPError):
        pass  # the status was said already
    return bytes(body[:max_bytes])


@contextmanager
def _client(
    url: str, deadline: float, schemes: tuple[str, ...], may_be_loopback: bool = False
) -> Iterator[httpx.Client]:
    """Yield a client whose connections all go to the judged addresses of ``url``."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise FetchRefused("not an address") from error
    if parts.scheme not in schemes or not parts.hostname or parts.username is not None:
        raise FetchRefused(f"only {' or '.join(schemes)} without credentials")
    addresses = _judged_addresses(parts.hostname, port, may_be_loopback)
    if port < WELL_KNOWN_PORTS and port not in PORTS.values() and not may_be_loopback:
        raise FetchRefused("a port where other things than HTTP are spoken")
    left = seconds_until(deadline)
    transport = httpx.HTTPTransport(verify=tls(), trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=tls(),
        network_backend=_Pinned(addresses, deadline),
    )
    try:
        with httpx.Client(
            transport=transport, timeout=left, follow_redirects=False, trust_env=False
        ) as client:
            yield client
    except httpx.InvalidURL as error:
        raise FetchRefused("not an address") from error


@cache
def tls() -> ssl.SSLContext:
    """Return what certificates are judged by; reading them takes a good part of a second."""
    return httpx.create_ssl_context(trust_env=False)


def seconds_until(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TooSlow("too slow")
    return left


def _judged_addresses(host: str, port: int, may_be_loopback: bool) -> list[str]:
    """Return what ``host`` resolves to. Raises NameUnknown, and NotPublic unless all is public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameUnknown("the name does not resolve") from error
    addresses = list(dict.fromkeys(str(address[0]) for *_rest, address in found))

    def is_open(address: str) -> bool:
        return is_public(address) or (may_be_loopback and is_loopback(address))

    if not addresses or not all(map(is_open, addresses)):
        raise NotPublic("the name leads into a private network")
    return addresses


def is_loopback(address: str) -> bool:
    """Return whether an IP address is this machine itself."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Return whether an IP address is reachable for everybody (not loopback, private, local)."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        # An IPv4 address in other clothes is judged as what it is.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in TRANSLATED:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is None and ip not in GIVEN_OUT:
            return False
        ip = inner or ip
    if isinstance(ip, ipaddress.IPv4Address) and any(ip in network for network in NOT_FOR_ALL):
        return False
    return ip.is_global and not ip.is_multicast
