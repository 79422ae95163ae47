"""Calling a service that whoever runs the site has named: bounded in time and size, led nowhere.

Its address comes from the environment and may be in our own network; what members type never gets
here (for that there is ``config.fetch``). Redirects are not followed: a key must not travel on.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore
import httpx

from config.fetch import FetchRefused, Timed, seconds_until, tls

MAX_BYTES = 4 * 1024 * 1024
CONNECT_SECONDS = 5


class ServiceFailed(Exception):
    """No answer came that could be read. ``was_sent``: the service may have done the work."""

    def __init__(self, reason: str, *, was_sent: bool):
        super().__init__(reason)
        self.reason = reason
        self.was_sent = was_sent


class _Bounded(httpcore.NetworkBackend):
    """Connections that end at ``deadline``."""

    def __init__(self, deadline: float):
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
        left = min(CONNECT_SECONDS, seconds_until(self.deadline))
        stream = self.backend.connect_tcp(host, port, left, local_address, socket_options)
        return Timed(stream, self.deadline)


class Service:
    """A connection to one service, kept open for several calls, that ends after ``seconds``."""

    def __init__(self, seconds: float):
        self.deadline = time.monotonic() + seconds
        transport = httpx.HTTPTransport(verify=tls(), trust_env=False)
        transport._pool = httpcore.ConnectionPool(
            ssl_context=tls(), network_backend=_Bounded(self.deadline)
        )
        self.client = httpx.Client(
            transport=transport, timeout=seconds, follow_redirects=False, trust_env=False
        )

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_what: object) -> None:
        self.client.close()

    def post(self, url: str, headers: Mapping[str, str], body: Any) -> tuple[int, bytes]:
        """Send ``body`` as JSON; return status and body of the answer. Raises ServiceFailed."""
        was_sent = False
        try:
            seconds_until(self.deadline)
            # Unpacked, a small answer may be huge.
            told = {"Accept": "application/json", "Accept-Encoding": "identity", **headers}
            request = self.client.build_request("POST", url, headers=told, json=body)
            was_sent = True
            response = self.client.send(request, stream=True)
            try:
                return response.status_code, _read(response)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ServiceFailed("unreachable", was_sent=False) from error
        except httpx.TimeoutException as error:
            raise ServiceFailed("too slow", was_sent=was_sent) from error
        except FetchRefused as error:
            raise ServiceFailed(str(error), was_sent=was_sent) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ServiceFailed("broken connection", was_sent=was_sent) from error


def _read(response: httpx.Response) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchRefused("packed, which was not asked for")
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MAX_BYTES:
            raise FetchRefused(f"more than {MAX_BYTES} bytes")
    return bytes(body)
