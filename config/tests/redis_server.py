"""A Redis of a test's own that can be taken away and given back."""

import contextlib
import select
import shutil
import signal
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.engines import redis_answers
from tools.processes import LOOPBACK, free_port, start, stop, wait_until

PROGRAM = shutil.which("redis-server")
needs_redis = pytest.mark.skipif(PROGRAM is None, reason="redis-server is not installed")


class RedisServer:
    """Keeps its port, and what it holds as long as it is only paused."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.url = f"redis://{LOOPBACK}:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        command = [PROGRAM, "--port", str(self.port), "--bind", LOOPBACK, "--dir", self._folder]
        command += ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        self._process = start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert wait_until(lambda: redis_answers(self.port), seconds=30, process=self._process)

    def stop(self) -> None:
        """End it; its port refuses then."""
        if self._process is not None:
            stop(self._process)
            self._process = None

    def cut(self) -> None:
        """Let it answer nobody, and forget nothing: a network that is broken."""
        self._signal(signal.SIGSTOP)

    def mend(self) -> None:
        """Let it hear again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)


def caches_at(url: str) -> dict[str, dict[str, object]]:
    """Return CACHES as the settings have them with a REDIS_URL."""
    own = {"BACKEND": "config.redis_cache.RedisCache", "LOCATION": url, "KEY_PREFIX": "madang"}
    return {"default": own}


class Line:
    """A line to Redis that breaks when Redis has done what it was asked, before it can say so."""

    def __init__(self, port: int):
        self._port = port
        self._lost: list[bytes] = []

    def lose_answers(self, command: str, times: int = 1) -> None:
        """Lose the next answers to ``command``, each with its connection."""
        self._lost += [f"\r\n{command}\r\n".encode()] * times

    @contextlib.contextmanager
    def is_open(self) -> Iterator[str]:
        """Carry what is said; yield the address at which it begins."""
        line = self

        class Carrier(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    line._carry(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        with Server((LOOPBACK, 0), Carrier) as server:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            yield f"redis://{LOOPBACK}:{server.server_address[1]}/0"
            server.shutdown()

    def _carry(self, client: socket.socket) -> None:
        is_to_break = False
        with socket.create_connection((LOOPBACK, self._port)) as redis:
            while True:
                readable, _, _ = select.select([client, redis], [], [])
                if client in readable:
                    asked = client.recv(65536)
                    if not asked:
                        return
                    if self._lost and self._lost[0] in asked:
                        self._lost.pop(0)
                        is_to_break = True
                    redis.sendall(asked)
                if redis in readable:
                    answer = redis.recv(65536)
                    if is_to_break or not answer:
                        return
                    client.sendall(answer)
