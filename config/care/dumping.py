"""The database at one moment, in the form its own tools read, with the hashes of that moment."""

import contextlib
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from config.care.belongings import ROUTINE, Own, things_in
from config.care.children import connection_of, find_program
from config.care.databases import Database, Postgres, Sqlite, open_database, quoted
from config.care.exceptions import CareRefused
from config.care.manifests import POSTGRES_FILE, SQLITE_FILE, digest_of
from config.care.row_hashes import (
    STATE_OF_MIGRATIONS,
    TableHash,
    hash_table,
    hash_tables,
    hashed_tables,
)
from config.care.sealing import Stored, new_file, store
from config.sizes import readable_size

PAGES = 2_048
"""Of one step of the online backup: an error is seen soon."""


class Dumped(NamedTuple):
    """What is known of a database that was dumped."""

    vendor: str
    versions: dict[str, str]
    file: str
    stored: Stored
    tables: dict[str, TableHash]
    migrations: dict[str, list[str]]
    left_out: Sequence[str] = ()
    """What others keep beside the site's tables."""


def dump(
    database: Mapping[str, Any], folder: Path, recipients: Sequence[Any], *, scratch: Path
) -> Dumped:
    """Write the database as it is at one moment into ``folder``.

    What is sealed is written in the open to ``scratch`` alone, beside the site's own data, and only
    for as long as it takes. Raises CareRefused.
    """
    with contextlib.closing(open_database(database)) as held:
        if isinstance(held, Sqlite):
            return _dump_sqlite(held, folder, recipients, scratch)
        return _dump_postgres(held, database, folder, recipients)


def _dump_sqlite(held: Sqlite, folder: Path, recipients: Sequence[Any], scratch: Path) -> Dumped:
    need_room(scratch if recipients else folder, held.size())
    with contextlib.ExitStack() as stack:
        place = folder
        if recipients:
            need_room(folder, held.size())
            place = Path(stack.enter_context(private_folder(scratch)))
        copy = place / SQLITE_FILE
        copy_sqlite(held, copy)
        with contextlib.closing(Sqlite(copy)) as copied:
            tables, migrations = hash_tables(copied), applied_migrations(copied)
        if recipients:
            with copy.open("rb") as source:
                stored = store(source, folder / SQLITE_FILE, recipients)
        else:
            stored = measured(copy)
    return Dumped("sqlite", {"database": held.version()}, SQLITE_FILE, stored, tables, migrations)


def copy_sqlite(held: Sqlite, target: Path) -> None:
    """Copy a file that may be written to at the same time, by SQLite's online backup.

    The copy is of the moment at which this begins: a reader that holds it open keeps every page as
    it was, so no step has to begin anew because somebody wrote.
    """
    held.hold()
    new_file(target).close()
    try:
        with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
            held.raw.backup(copy, pages=PAGES, sleep=0.01)
            # From here on what others write can be taken into their file again.
            held.execute("ROLLBACK")
            # One file that needs no other beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            problems = [line for (line,) in copy.execute("PRAGMA quick_check(3)") if line != "ok"]
    except sqlite3.Error as error:
        raise CareRefused(f"The database could not be copied: {error}.") from error
    if problems:
        raise CareRefused(f"The database itself is damaged: {'; '.join(problems)}")


def _dump_postgres(
    held: Postgres, database: Mapping[str, Any], folder: Path, recipients: Sequence[Any]
) -> Dumped:
    version = held.raw.server_version // 10_000
    program = find_program("pg_dump", least=version)
    need_room(folder, held.size() // 2)
    held.hold()
    [(snapshot,)] = held.execute("SELECT pg_export_snapshot()")
    place, secret = connection_of(database)
    schema, migrations = held.schema(), applied_migrations(held)
    own = Own(migrations)
    left_out = [one for one in things_in(held, schema) if not own.holds(one)]
    # Of the site's schema alone: extensions and their comments belong to the server's owner, and
    # who restores may not make them.
    command = [program, "--format=custom", "--no-owner", "--no-privileges", "--no-comments"]
    command += [f"--schema={quoted(schema)}", f"--snapshot={snapshot}", f"--dbname={place}"]
    command += [
        f"--exclude-table={quoted(schema)}.{quoted(one.name)}"
        for one in left_out
        if one.kind != ROUTINE
    ]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=secret) as process,  # noqa: S603
    ):
        try:
            stored = store(process.stdout, folder / POSTGRES_FILE, recipients)
        except BaseException:
            process.kill()
            raise
        if process.wait():
            said.seek(0)
            raise CareRefused(f"pg_dump failed: {said.read().decode(errors='replace').strip()}")
    tables = {name: hash_table(held, name) for name in hashed_tables(held) if name in own}
    versions = {"database": held.version(), "pg_dump": program_version(program)}
    names = sorted(one.name for one in left_out if not one.of_table)
    return Dumped("postgresql", versions, POSTGRES_FILE, stored, tables, migrations, names)


def program_version(program: str) -> str:
    """Return what a program of PostgreSQL says it is."""
    said = subprocess.run([program, "--version"], capture_output=True, encoding="utf-8")  # noqa: S603
    return said.stdout.strip()


def applied_migrations(held: Database) -> dict[str, list[str]]:
    """Return {app: names} of the migrations that were applied to a database."""
    found: dict[str, list[str]] = {}
    if STATE_OF_MIGRATIONS in held.tables():
        for app, name in held.execute("SELECT app, name FROM django_migrations ORDER BY app, name"):
            found.setdefault(app, []).append(name)
    return found


def measured(path: Path) -> Stored:
    """Return size and checksum of a file that is there."""
    return Stored(path.stat().st_size, digest_of(path))


def need_room(folder: Path, size: int) -> None:
    """Refuse to begin what cannot fit. Raises CareRefused."""
    free = shutil.disk_usage(folder).free
    if size > free:
        raise CareRefused(
            f"{folder} has {readable_size(free)} left and about {readable_size(size)} are needed."
        )


@contextlib.contextmanager
def private_folder(beside: Path) -> Iterator[Path]:
    """Yield a folder that nobody else may read and that is gone afterwards."""
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".care-", dir=beside) as folder:
        yield Path(folder)
