"""One process at a time changes the tables, however many start together."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

KEY = 0x4D6164616E67
"""PostgreSQL's number of the lock: "Madang"; such locks belong to one database."""

PAUSE_SECONDS = 0.5
WAITING = "Another process makes the site ready; waiting for it."
Tell = Callable[[str], object]


@contextmanager
def one_at_a_time(tell: Tell, using: str = "default") -> Iterator[None]:
    """Let one process after the other into the block; whoever waits says so once.

    A process that is killed lets go by that.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with _held_in_database(connection, tell):
            yield
    else:
        with held_file(_beside(connection), tell):
            yield


@contextmanager
def held_file(path: Path, tell: Tell) -> Iterator[None]:
    """Hold a file as a lock for the processes of this machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        _wait(lambda: _is_taken(file.fileno()), tell)
        yield


@contextmanager
def held_folder(path: Path, tell: Tell, waiting: str) -> Iterator[None]:
    """Hold a folder as a lock, in which nothing is written.

    Children that are started with ``close_fds=False`` hold it, too: whoever comes after a process
    that was killed waits for what it had started. Where a folder cannot be locked, nobody waits.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        os.set_inheritable(descriptor, True)
        with suppress(OSError):
            _wait(lambda: _is_taken(descriptor), tell, waiting)
        yield
    finally:
        os.close(descriptor)


def _is_taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _beside(connection: BaseDatabaseWrapper) -> Path:
    database = Path(str(connection.settings_dict["NAME"]))
    if not database.parent.is_dir() or not os.access(database.parent, os.W_OK):
        database = Path(settings.VAR_DIR, "database")
    return database.with_name(f"{database.name}-prepare.lock")


@contextmanager
def _held_in_database(connection: BaseDatabaseWrapper, tell: Tell) -> Iterator[None]:
    # Of a transaction on a connection of its own: so it holds behind a pooler, too, which gives a
    # connection away between two transactions, and the migrations' own commits do not end it.
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SET LOCAL statement_timeout = 0")

            def is_taken() -> bool:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [KEY])
                return bool(cursor.fetchone()[0])

            _wait(is_taken, tell)
        yield
    finally:
        own.close()


def _wait(is_taken: Callable[[], bool], tell: Tell, waiting: str = WAITING) -> None:
    if is_taken():
        return
    tell(waiting)
    while not is_taken():
        time.sleep(PAUSE_SECONDS)
