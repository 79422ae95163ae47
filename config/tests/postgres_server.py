"""PostgreSQL servers of a test's own that can be stopped and started, and follow one another."""

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tools.engines import (
    CARELESS,
    START_SECONDS,
    postgres_programs,
    postgres_version,
    scratch_folder,
    server_account,
)
from tools.processes import LOOPBACK, free_port, start, stop, wait_until

PROGRAMS = next((path for path in postgres_programs() if (path / "pg_basebackup").exists()), None)
needs_postgres = pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed")


class PostgresServer:
    """Keeps its port and its data while it is down."""

    def __init__(self, folder: Path, account: dict, name: str):
        self.port = free_port()
        self.url = f"postgres://madang@{LOOPBACK}:{self.port}/postgres"
        self._folder, self._account, self._data = folder, account, folder / name
        self._process: subprocess.Popen | None = None

    def make(self) -> None:
        """Make it, empty."""
        self._run(
            *("initdb", "--pgdata", self._data, "--username=madang", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        )

    def make_replica_of(self, primary: "PostgresServer") -> None:
        """Make it a copy of ``primary`` that follows it."""
        self._run(
            *("pg_basebackup", "-D", self._data, "-R", "-X", "stream", "-c", "fast", "--no-sync"),
            *("-d", primary.url.replace("postgres://", "postgresql://", 1)),
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [PROGRAMS / "postgres", "-D", self._data, "-k", self._folder]
        command += ["-h", LOOPBACK, "-p", str(self.port)]
        command += [part for setting in CARELESS for part in ("-c", setting)]
        with open(self._folder / "log", "ab") as log:
            self._process = start(
                command,
                death_signal=signal.SIGINT,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **self._account,
            )
        answers = wait_until(lambda: bool(postgres_version(self.url)), seconds=START_SECONDS)
        assert answers, (self._folder / "log").read_text(errors="replace")

    def stop(self) -> None:
        """Close all connections and end it."""
        if self._process is not None:
            stop(self._process, sign=signal.SIGINT)
            self._process = None

    def ask(self, sql: str) -> object:
        """Run one statement and return the first value of its first row, if it has one."""
        with contextlib.closing(
            psycopg2.connect(self.url.replace("postgres://", "postgresql://", 1))
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0] if cursor.description else None

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [PROGRAMS / program, *arguments],
            capture_output=True,
            text=True,
            cwd=self._folder,
            **self._account,
        )
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Yield a running server."""
    account = server_account()
    with scratch_folder("madang-postgres-", account) as folder:
        server = PostgresServer(folder, account, "primary")
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def replica_server(primary: PostgresServer) -> Iterator[PostgresServer]:
    """Yield a running server that follows ``primary``."""
    account = server_account()
    with scratch_folder("madang-replica-", account) as folder:
        server = PostgresServer(folder, account, "replica")
        server.make_replica_of(primary)
        server.start()
        try:
            yield server
        finally:
            server.stop()
