"""gunicorn's threads, without endless patience: a slow client does not keep a thread for ever.

gunicorn waits 5 seconds for the first byte of a connection and then as long as it takes: eight
clients that send half a header would hold all eight threads. Here a request has GRACE_SECONDS and
then as long as LEAST_RATE allows for what came; then it is answered 408. What leaves has
WRITE_SECONDS for each piece. A proxy in front that buffers requests still does this better.

Run by ``--worker-class config.web_worker.ImpatientThreadWorker``.
"""

import errno
import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

GRACE_SECONDS = 20
LEAST_RATE = 4096  # bytes a second
WRITE_SECONDS = 60
TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 20\r\n\r\nThis took too long.\n"
)


class ImpatientSocket:
    """A connection whose requests have to arrive in time."""

    def __init__(self, connection: Any):
        self._connection = connection
        self._is_over = False
        self.begin()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def begin(self) -> None:
        """Let the time of a new request begin."""
        self._began = time.monotonic()
        self._received = 0

    def recv(self, size: int, *flags: int) -> bytes:
        left = self._began + GRACE_SECONDS + self._received / LEAST_RATE - time.monotonic()
        if left <= 0 or self._is_over:
            self._end()
        given = self._connection.gettimeout()
        self._connection.settimeout(left if given is None else min(given, left))
        try:
            data = self._connection.recv(size, *flags)
        except TimeoutError:
            if given is not None and given < left:
                raise
            self._end()
            raise
        finally:
            self._connection.settimeout(given)
        self._received += len(data)
        return data

    def sendall(self, data: bytes, *flags: int) -> None:
        if self._is_over:
            raise ConnectionResetError(errno.ECONNRESET, "the client was too slow")
        self._connection.settimeout(WRITE_SECONDS)
        try:
            self._connection.sendall(data, *flags)
        except TimeoutError as error:
            self._is_over = True
            raise ConnectionResetError(errno.ECONNRESET, "the client reads too slowly") from error
        self._connection.settimeout(None)

    def sendfile(self, *args: Any, **options: Any) -> int:
        self._connection.settimeout(WRITE_SECONDS)
        try:
            return self._connection.sendfile(*args, **options)
        except TimeoutError as error:
            self._is_over = True
            raise ConnectionResetError(errno.ECONNRESET, "the client reads too slowly") from error

    def _end(self) -> None:
        """Say that it took too long, once. Raises ConnectionResetError: the request is over."""
        if not self._is_over:
            self._is_over = True
            self._connection.settimeout(1)
            try:
                self._connection.sendall(TOO_SLOW)
            except OSError:
                pass  # who does not send may not listen either
        raise ConnectionResetError(errno.ECONNRESET, "the client was too slow")


class ImpatientThreadWorker(ThreadWorker):
    """Threads that serve one request each, for a bounded time."""

    def handle(self, conn: TConn) -> Any:
        if not isinstance(conn.sock, ImpatientSocket):
            conn.sock = ImpatientSocket(conn.sock)
        conn.sock.begin()
        return super().handle(conn)
