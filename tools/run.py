"""Serve the site on this machine: gunicorn and a Celery worker together, stopped together.

A worker that ends is started anew; a web server that ends stops both.

Run by ``make run``. The port is PORT (8000); data lives in ``var/`` and is kept.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from config import env as environment
from tools.bootstrap import say
from tools.bootstrap import stop as refuse
from tools.prepare import is_prepared
from tools.processes import (
    die_with_parent,
    free_port,
    is_port_free,
    start,
    stop,
    wait_until,
)

HEALTH_SECONDS = 60
WORKER_ENDS = 3
"""So many ends of the worker within WORKER_END_SECONDS stop the site: something is wrong."""

WORKER_END_SECONDS = 60
PAUSE_SECONDS = 0.3


class Interrupted(Exception):
    """A person or the system asked us to end."""


def raise_interrupted(number: int, frame: object) -> None:
    raise Interrupted(signal.Signals(number).name)


def web_command() -> list[str]:
    return [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]


def worker_command() -> list[str]:
    command = [sys.executable, "-m", "celery", "--app", "config", "--quiet", "worker", "--beat"]
    return command + ["--without-gossip", "--without-mingle", "--without-heartbeat"]


class SocketConnection(http.client.HTTPConnection):
    """HTTP to a server that listens on a path."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.host)


def answers(env: environment.Environment) -> bool:
    """Tell whether the web server says that it lives."""
    path = f"{env.URL_PREFIX}/healthz"
    if env.WEB_BIND.startswith("unix:"):
        asking = SocketConnection(env.WEB_BIND.removeprefix("unix:"), timeout=5)
    else:
        asking = http.client.HTTPConnection(env.WEB_BIND, timeout=5)
    try:
        asking.request("GET", path, headers={"Host": "localhost"})
        return asking.getresponse().status == 200
    except (http.client.HTTPException, OSError):
        return False
    finally:
        asking.close()


def refuse_taken_port(bind: str) -> None:
    """End with a word about a port that another program listens on."""
    if bind.startswith("unix:"):
        return
    host, _, number = bind.rpartition(":")
    port = int(number)
    if is_port_free(host.strip("[]"), port):
        return
    refuse(
        f"{port}번 포트를 다른 프로그램이 쓰고 있어요.",
        f"Port {port} is taken by another program.",
        f"make run PORT={free_port()}",
    )


def prepare() -> None:
    preparing = start([sys.executable, "-m", "tools.prepare"])
    try:
        if preparing.wait():
            refuse("준비하지 못했어요.", "The site could not be prepared; see above.")
    finally:
        stop(preparing)


def shown_address(env: environment.Environment) -> str:
    """Return what a person types or a proxy is told."""
    if env.WEB_BIND.startswith("unix:"):
        return env.WEB_BIND
    host, _, port = env.WEB_BIND.rpartition(":")
    name = "localhost" if host in {"127.0.0.1", "0.0.0.0", "[::1]", "[::]"} else host
    return f"http://{name}:{port}{env.URL_PREFIX}/"


def serve(env: environment.Environment) -> int:
    """Run both processes until a signal comes or one of them ends; return the exit code."""
    began = time.monotonic()
    children: dict[str, subprocess.Popen] = {}
    surroundings = dict(os.environ, PYTHONUNBUFFERED="1")
    if os.geteuid() == 0:
        # Celery warns root off because of pickled messages; ours are JSON.
        surroundings["PYTHONWARNINGS"] = "ignore:You're running the worker"
    try:
        say("▶ 웹 서버와 작업자를 시작해요", "starting the web server and the worker")
        children["web"] = start(web_command(), env=surroundings)
        shown = shown_address(env)
        if not wait_until(lambda: answers(env), seconds=HEALTH_SECONDS, process=children["web"]):
            refuse("웹 서버가 답하지 않아요.", f"The web server does not answer at {shown}.")
        # Started second: both load the same code, and a person waits for the first.
        children["worker"] = start(worker_command(), env=surroundings)
        print(f"\n  마당 · {shown}\n", flush=True)
        logins = env.VAR_DIR / "logins.txt"
        if logins.exists() and (text := logins.read_text(encoding="utf-8")):
            print("  " + text.replace("\n", "\n  ") + "\n", flush=True)
        say(
            f"  {time.monotonic() - began:.1f}초 만에 열었어요. 멈추려면 Ctrl-C",
            "press Ctrl-C to stop",
        )
        watch(children, lambda: start(worker_command(), env=surroundings))
        return 1
    except Interrupted:
        say("\n■ 멈추는 중이에요", "stopping")
        return 0
    finally:
        # A second Ctrl-C must not leave a child behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in children.values():
            if child.poll() is None:
                child.terminate()
        for child in children.values():
            stop(child)


def watch(
    children: dict[str, subprocess.Popen], start_worker: Callable[[], subprocess.Popen]
) -> None:
    """Wait until the web server ends, or the worker, which is started anew, ends again and again.

    Readers need no worker: that it ended once is no reason to take the site from them.
    """
    ends: list[float] = []
    while True:
        for name, child in children.items():
            if child.poll() is None:
                continue
            now = time.monotonic()
            ends = [moment for moment in ends if now - moment < WORKER_END_SECONDS] + [now]
            if name != "worker" or len(ends) >= WORKER_ENDS:
                say(
                    f"✗ {name} 프로세스가 끝나서 모두 멈춰요 (코드 {child.returncode})",
                    f"the {name} process ended with {child.returncode}; stopping everything",
                )
                return
            say(
                f"↻ {name} 프로세스가 끝나서 다시 시작해요 (코드 {child.returncode})",
                f"the {name} process ended with {child.returncode}; starting it anew",
            )
            stop(child)  # what it left behind: a second scheduler would do everything twice
            children[name] = start_worker()
            break
        time.sleep(PAUSE_SECONDS)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    sys.stdout.reconfigure(errors="replace")
    if "MAKELEVEL" in os.environ:
        die_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_interrupted)
    env = environment.load()
    try:
        refuse_taken_port(env.WEB_BIND)
        if is_prepared(env):
            say("✓ 자료와 파일이 모두 최신이에요", "data and files are up to date")
        else:
            prepare()
        return serve(env)
    except Interrupted:
        return 0


if __name__ == "__main__":
    sys.exit(main())
