"""Talking to OpenSearch or Elasticsearch: JSON over connections that stay open, bounded in time.

Its address comes from whoever runs the site (``SEARCH_URL``). Redirects are not followed, and no
answer is waited for beyond the call's deadline, however slowly it drips.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Iterable
from functools import cache
from typing import Any

import httpcore
import httpx

from config.fetch import FetchRefused, Timed, seconds_until, tls
from search.engines.base import EngineDown

MAX_BYTES = 32 * 1024 * 1024
CONNECT_SECONDS = 1
KEPT_SECONDS = 30
CONNECTIONS = 20
BUSY = (429, 502, 503, 504)

logger = logging.getLogger(__name__)


class _Deadline(threading.local):
    """When the call that runs in this thread must have ended."""

    at = 0.0


class _Stream(Timed):
    """A connection for several calls, each with a deadline of its own."""

    def __init__(self, stream: httpcore.NetworkStream, of_thread: _Deadline):
        self.stream = stream
        self.of_thread = of_thread

    @property
    def deadline(self) -> float:
        return self.of_thread.at

    def start_tls(self, ssl_context, server_hostname=None, timeout=None) -> httpcore.NetworkStream:
        left = seconds_until(self.deadline)
        return _Stream(self.stream.start_tls(ssl_context, server_hostname, left), self.of_thread)


class _Connecting(httpcore.NetworkBackend):
    """Opens connections that know the deadline of the call they serve."""

    def __init__(self, of_thread: _Deadline):
        self.of_thread = of_thread
        self.backend = httpcore.SyncBackend()

    def connect_tcp(
        self, host, port, timeout=None, local_address=None, socket_options=None
    ) -> httpcore.NetworkStream:
        left = min(CONNECT_SECONDS, seconds_until(self.of_thread.at))
        stream = self.backend.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self.of_thread)


class Cluster:
    """What answers at ``SEARCH_URL``. All calls may be sent twice without harm."""

    def __init__(self, url: str):
        address = httpx.URL(url)
        self.deadline = _Deadline()
        transport = httpx.HTTPTransport(verify=tls(), trust_env=False)
        transport._pool = httpcore.ConnectionPool(
            ssl_context=tls(),
            max_connections=CONNECTIONS,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=_Connecting(self.deadline),
        )
        name = (address.username, address.password) if address.username else None
        self.client = httpx.Client(
            transport=transport,
            base_url=address.copy_with(userinfo=b"", path="/", query=None, fragment=None),
            auth=name,
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        self.client.close()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        lines: Iterable[str] | None = None,
        seconds: float = 2.0,
        fine: tuple[int, ...] = (),
    ) -> tuple[int, dict]:
        """Send ``body`` as JSON, or ``lines`` of it; return status and answer. Raises EngineDown.

        What is missing (404) or already newer (409) is an answer, as are the statuses ``fine``;
        every other refusal is not.
        """
        self.deadline.at = time.monotonic() + seconds
        content, media = None, "application/json"
        if lines is not None:
            content, media = "".join(f"{line}\n" for line in lines).encode(), "application/x-ndjson"
        elif body is not None:
            content = json.dumps(body, separators=(",", ":")).encode()
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if content is not None:
            headers["Content-Type"] = media
        request = self.client.build_request(
            method, path, content=content, headers=headers, timeout=seconds
        )
        status, raw = self._sent(request)
        if status < 300 or status in (404, 409, *fine):
            return status, _parsed(raw)
        reason = f"{status} {raw[:300].decode(errors='replace')}"
        if status not in BUSY:
            logger.error("The search engine refused a call: %s %s: %s", method, path, reason)
        raise EngineDown(reason)

    def _sent(self, request: httpx.Request) -> tuple[int, bytes]:
        for is_last in (False, True):
            try:
                response = self.client.send(request, stream=True)
                try:
                    return response.status_code, _read(response)
                finally:
                    response.close()
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
                # A kept connection that the other side had just closed.
                if is_last:
                    raise EngineDown("broken connection") from error
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise EngineDown("unreachable") from error
            except (httpx.TimeoutException, FetchRefused) as error:
                raise EngineDown(str(error) or "too slow") from error
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                raise EngineDown("broken connection") from error
        raise AssertionError("the last try answers or raises")


def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MAX_BYTES:
            raise FetchRefused(f"more than {MAX_BYTES} bytes")
    return bytes(body)


def _parsed(raw: bytes) -> dict:
    try:
        answer = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise EngineDown("not JSON") from error
    return answer if isinstance(answer, dict) else {"answer": answer}


def cluster(url: str) -> Cluster:
    """Return the connections of this process to the server of ``url``; a forked child opens its own."""
    server = httpx.URL(url).copy_with(path="/", query=None, fragment=None)
    return _cluster(str(server), os.getpid())


@cache
def _cluster(url: str, _pid: int) -> Cluster:
    return Cluster(url)
