"""Making a site ready to serve: its database is there and has this code's tables, texts, files."""

import io
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from config.care import static_files
from config.care.catalogues import compile_stale, stale
from config.care.locks import Tell, held_file, one_at_a_time
from config.care.static_files import is_writable
from config.care.upgrade_notes import note_applied

PAUSE_SECONDS = 5
CONNECT_SECONDS = 5
APPLYING = re.compile(r"\s*Applying (\S+?)\.\.\.")
_upkeep: list[Callable[[], object]] = []


class DatabaseAway(Exception):
    """The database did not answer for as long as somebody was ready to wait."""


def register_upkeep(install: Callable[[], object]) -> None:
    """Have ``install()`` look whether the database has what changes with the code alone.

    It is called where no migration waits; migrations have signals of their own.
    """
    _upkeep.append(install)


def prepare(*, tell: Tell, wait: float, has_static: bool = True) -> None:
    """Wait for the database, migrate it, and make texts and static files. Idempotent.

    Of several processes one does it and the others wait. Raises DatabaseAway.
    """
    wait_for_database(tell=tell, seconds=wait)
    try:
        with one_at_a_time(tell):
            bring_up_to_date(pending_migrations(), tell=tell)
    finally:
        connection.close()
    make_files(tell=tell, has_static=has_static)


# The database -------------------------------------------------------------------------------------


def wait_for_database(
    *, tell: Tell, seconds: float, using: str = "default", pause: float = PAUSE_SECONDS
) -> None:
    """Return when the database answers; say each time that it does not. Raises DatabaseAway."""
    given_up_at = time.monotonic() + seconds
    while problem := problem_of(connections[using]):
        if time.monotonic() + pause > given_up_at:
            raise DatabaseAway(f"{place_of(connections[using])}: {problem}")
        tell(f"Waiting for the database {place_of(connections[using])}: {problem}")
        time.sleep(pause)


def problem_of(wrapper: BaseDatabaseWrapper) -> str:
    """Return why a database does not answer, in its own words without a password; empty: it does."""
    own = wrapper.copy()
    if own.vendor == "postgresql":
        options = own.settings_dict.setdefault("OPTIONS", {})
        options.setdefault("connect_timeout", CONNECT_SECONDS)
    try:
        if own.vendor == "sqlite":
            Path(str(own.settings_dict["NAME"])).parent.mkdir(parents=True, exist_ok=True)
        with own.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        password = str(own.settings_dict.get("PASSWORD") or "")
        return text.replace(password, "…") if password else text
    finally:
        own.close()
    return ""


def place_of(wrapper: BaseDatabaseWrapper) -> str:
    """Return where a database is, without user and password."""
    told = wrapper.settings_dict
    if wrapper.vendor != "postgresql":
        return str(told["NAME"])
    host = told.get("HOST") or told.get("OPTIONS", {}).get("host") or "this machine"
    return f"{host}:{told.get('PORT') or 5432}/{told['NAME']}"


# Tables -------------------------------------------------------------------------------------------


def pending_migrations(using: str = "default") -> list[Migration]:
    """Return the migrations of this code that the database does not have, in order."""
    executor = MigrationExecutor(connections[using])
    executor.loader.check_consistent_history(connections[using])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration for migration, _is_backwards in plan]


def unknown_migrations(using: str = "default") -> list[str]:
    """Return the migrations of our apps that the database has and this code does not: it is older."""
    loader = MigrationExecutor(connections[using]).loader
    known = set(loader.disk_migrations)
    replaced = {old for one in loader.disk_migrations.values() for old in one.replaces}
    applied = MigrationRecorder(connections[using]).applied_migrations()
    ours = {app for app, _name in known}
    return sorted(
        f"{app}.{name}"
        for app, name in applied
        if app in ours and (app, name) not in known and (app, name) not in replaced
    )


def bring_up_to_date(pending: list[Migration], *, tell: Tell) -> None:
    """Apply what is pending, or look after what changes with the code alone."""
    if unknown := unknown_migrations():
        # Of two versions that run beside each other for a while the older one must still start.
        tell(f"The database is newer than this code: it has {', '.join(unknown)}.")
    if not pending:
        for install in _upkeep:
            install()
    else:
        call_command("migrate", interactive=False, no_color=True, stdout=_Applied(tell))
    applied = MigrationRecorder(connection).applied_migrations()
    # Whoever only serves may not be able to write there.
    with suppress(OSError):
        note_applied({f"{app}.{name}" for app, name in applied})
    if pending:
        connection.close()


class _Applied(io.TextIOBase):
    """Where ``migrate`` writes: each migration is told when it begins."""

    def __init__(self, say: Tell):
        self.say = say

    def write(self, text: str) -> int:
        if found := APPLYING.match(text):
            self.say(f"Migrating: {found[1]}")
        return len(text)


# Files --------------------------------------------------------------------------------------------


def make_files(*, tell: Tell, has_static: bool = True) -> None:
    """Compile texts and collect static files where they are stale and this place can be written."""
    with _one_of_this_machine(tell):
        _compile_texts(tell)
        if has_static:
            _collect_static(tell)


def _one_of_this_machine(tell: Tell) -> AbstractContextManager[None]:
    folder = Path(settings.VAR_DIR)
    if not folder.is_dir() or not is_writable(folder):
        return nullcontext()  # nothing can be made here
    return held_file(folder / "prepare.lock", tell)


def _compile_texts(tell: Tell) -> None:
    if not stale():
        return
    try:
        tell(f"{compile_stale()} catalogues of texts compiled.")
    except OSError as error:
        # In an image the code cannot be written to; whoever builds it compiles them there.
        tell(f"Texts are stale and cannot be compiled here: {error}")


def _collect_static(tell: Tell) -> None:
    if static_files.is_current():
        return
    if not is_writable(static_files.static_root()):
        if static_files.is_complete():
            return  # they came with the image
        raise OSError(f"{static_files.static_root()} has no static files and cannot be written to.")
    tell("Collecting static files.")
    static_files.collect()
