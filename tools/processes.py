"""Child processes that never outlive us, and free ports on loopback."""

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1
STOP_SECONDS = 30


def free_port() -> int:
    """Return a TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    """Tell whether a GET of ``url`` is answered 200 within five seconds."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (http.client.HTTPException, OSError):
        return False


def is_port_free(host: str, port: int) -> bool:
    """Tell whether a server could bind this port, as a server would try it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def die_with_parent(sign: int = signal.SIGTERM) -> None:
    """Ask Linux to signal this process when its parent dies, however the parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sign)


def start(
    command: Sequence[str | Path],
    *,
    death_signal: int = signal.SIGTERM,
    **options: Any,
) -> subprocess.Popen:
    """Start a command in a process group of its own that ends when we end.

    A group of its own keeps the terminal's Ctrl-C from reaching it: we pass signals on in order.
    """

    def prepare_child() -> None:
        die_with_parent(death_signal)

    return subprocess.Popen(
        [str(part) for part in command],
        start_new_session=True,
        preexec_fn=prepare_child,
        **{"cwd": ROOT, "stdin": subprocess.DEVNULL, **options},
    )


def stop(process: subprocess.Popen, *, sign: int = signal.SIGTERM) -> None:
    """Ask a started process to end, wait, then end its whole group by force."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(
    is_ready: Callable[[], bool], *, seconds: float, process: subprocess.Popen | None = None
) -> bool:
    """Poll until ``is_ready`` answers true; False when time is up or ``process`` has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            return False
        if is_ready():
            return True
        time.sleep(0.05)
    return False
