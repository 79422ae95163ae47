"""A PostgreSQL database out of a backup: in one transaction, the old tables moved aside.

Only what is the site's is moved, and only tables that this code has models for are ever dropped.
"""

# S608: names in statements are constants or come quoted from the catalogue, never from a value.

import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from typing import Any

from django.utils import timezone

from config.care.belongings import (
    ROUTINE,
    TABLE,
    Own,
    Thing,
    hanging_on,
    known_tables,
    schemas_of,
    things_in,
    wanted_entries,
)
from config.care.children import connection_of, find_program, migrate
from config.care.databases import Postgres, quoted
from config.care.dumping import applied_migrations
from config.care.exceptions import CareRefused, WrongChecksum
from config.care.manifests import POSTGRES_FILE, Backup
from config.care.row_hashes import compare
from config.care.sealing import check, unstore

ASIDE = "madang_before_restore"
"""The schema in which the old tables wait until the new ones are found to be right."""

KEPT = "madang_kept_{:%Y%m%d_%H%M%S_%f}"
"""Its name for good: of what neither this code nor the backup knows, or a cut restore left."""

LOCK_SECONDS = 10
Tell = Callable[[str], object]


def restore_postgres(
    backup: Backup,
    database: Mapping[str, Any],
    *,
    verifies: bool,
    tell: Tell,
    migrates: bool = True,
) -> None:
    """Put the tables of a backup in the place of those that are in the database.

    What fails before the end leaves, or puts back, the tables that were there. Raises CareRefused,
    WrongChecksum.
    """
    with closing(Postgres(database)) as held:
        schema = held.schema()
        own = Own(backup.manifest.migrations)
        entries = _entries(backup, schema, own)
        there = things_in(held, schema)
        moved = _moved(backup, held, there, own)
        if hanging := hanging_on(held, moved):
            raise CareRefused(
                f"This hangs on the site's tables and is not the site's: {', '.join(hanging)}. Drop "
                "it first and make it anew afterwards. Nothing was changed."
            )
        steps = move_statements(moved, ASIDE)
        kept = KEPT.format(timezone.now())
        is_left = bool(held.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [ASIDE]))
        room = [f"ALTER SCHEMA {ASIDE} RENAME TO {kept}"] if is_left else []
        room += [f"CREATE SCHEMA {ASIDE}", *steps] if steps else []
        _load(backup, database, held, room, entries)
        if is_left:
            tell(
                "A restore before this one was cut short. The tables that it had replaced are kept "
                f"in the schema {kept}. When nobody misses them: DROP SCHEMA {kept} CASCADE"
            )
        try:
            if verifies:
                _verify(backup, held)
                tell("All rows are what the manifest says.")
            if migrates:
                migrate(database)
        except BaseException:
            stay = {one.path for one in there} - {one.path for one in moved}
            _put_back(backup, held, schema, own, stay, is_kept=bool(steps))
            tell("The tables that were there before are there again.")
            raise
        if steps:
            _clear_aside(held, schema, tell)
        held.execute("ANALYZE")


# What is ours -------------------------------------------------------------------------------------


def _entries(backup: Backup, schema: str, own: Own) -> list[str]:
    """Return the lines of the dump's own list that are wanted. Raises CareRefused."""
    program = find_program("pg_restore", least=_written_by(backup))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        with subprocess.Popen(  # noqa: S603
            [program, "--list"], stdin=subprocess.PIPE, stdout=out, stderr=said
        ) as process:
            # It reads the beginning and hangs up.
            with suppress(BrokenPipeError):
                unstore(backup.file(POSTGRES_FILE), process.stdin, backup.identities)
            with suppress(BrokenPipeError):
                process.stdin.close()
            if process.wait():
                said.seek(0)
                why = said.read().decode(errors="replace").strip()
                raise CareRefused(f"pg_restore cannot read the dump: {why}")
        out.seek(0)
        listed = out.read().decode()
    found = wanted_entries(listed, schema, own)
    if not found and (others := schemas_of(listed)):
        raise CareRefused(
            f"This backup is of the schema {', '.join(sorted(others))}, and DATABASE_URL leads to "
            f"{schema}: add ?options=-csearch_path%3D… to it, or another user. Nothing was changed."
        )
    return found


def _moved(backup: Backup, held: Postgres, there: list[Thing], own: Own) -> list[Thing]:
    """Return what makes room for the backup: never what only looks like ours by its name.

    Unless the database is ahead of the backup: then such tables are those of later migrations.
    """
    manifest = backup.manifest
    named = known_tables() | manifest.tables.keys() | manifest.without_hash.keys()
    ahead = tuple(
        f"{label}_"
        for label, names in applied_migrations(held).items()
        if set(names) - set(manifest.migrations.get(label, ()))
    )

    def is_moved(one: Thing) -> bool:
        if one.kind == ROUTINE:
            return own.holds(one) or one.name.startswith(ahead)
        name = one.of_table or one.name
        return name in named or name.startswith(ahead)

    return [one for one in there if is_moved(one)]


def move_statements(things: list[Thing], schema: str) -> list[str]:
    """Return what moves things into another schema; a table takes its sequences along."""
    return [
        f"ALTER {one.kind} {one.path} SET SCHEMA {quoted(schema)}"
        for one in things
        if not one.of_table
    ]


# Steps --------------------------------------------------------------------------------------------


def _written_by(backup: Backup) -> int:
    found = re.search(r"\) (\d+)", backup.manifest.versions.get("pg_dump", ""))
    return int(found[1]) if found else 0


def _load(
    backup: Backup,
    database: Mapping[str, Any],
    held: Postgres,
    room: list[str],
    entries: list[str],
) -> None:
    major = held.raw.server_version // 10_000
    reader = find_program("pg_restore", least=max(major, _written_by(backup)))
    psql = find_program("psql", least=major)
    place, secret = connection_of(database)
    before = ["BEGIN", f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'", *room]
    before += ["SET LOCAL lock_timeout = 0"]
    command = [psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    command += [f"--dbname={place}", "--file=-"]
    wanted = backup.manifest.files[POSTGRES_FILE]
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile() as use:
        use.write("".join(f"{line}\n" for line in entries).encode())
        use.flush()
        opener = [reader, "--no-owner", "--no-privileges", "--no-comments", "--file=-"]
        opener += [f"--use-list={use.name}"]
        loader = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=secret,
            close_fds=False,  # the lock of this restore: it holds until that has ended, too
        )
        try:
            loader.stdin.write("".join(f"{step};\n" for step in before).encode())
            loader.stdin.flush()
            with subprocess.Popen(  # noqa: S603
                opener, stdin=subprocess.PIPE, stdout=loader.stdin, stderr=said
            ) as opened:
                source = backup.file(POSTGRES_FILE)
                check(source, wanted, unstore(source, opened.stdin, backup.identities))
                opened.stdin.close()
                if opened.wait():
                    raise CareRefused("pg_restore failed.")
            # Not the end of what it reads: that comes as well when this process is killed.
            loader.stdin.write(b"COMMIT;\n")
            loader.stdin.close()
            if loader.wait():
                raise CareRefused("psql failed.")
        except (CareRefused, BrokenPipeError) as error:
            loader.kill()
            loader.wait()
            said.seek(0)
            why = said.read().decode(errors="replace").strip() or str(error)
            raise CareRefused(
                f"The database took nothing and is as it was: {why}"
                + (" (is the site stopped?)" if "lock timeout" in why else "")
            ) from error
        except BaseException:
            loader.kill()
            loader.wait()
            raise


def _verify(backup: Backup, held: Postgres) -> None:
    held.hold()
    try:
        found = compare(held, backup.manifest.tables)
    finally:
        held.execute("ROLLBACK")
    if found:
        raise WrongChecksum("Rows differ: " + "; ".join(map(str, found)))


def _clear_aside(held: Postgres, schema: str, tell: Tell) -> None:
    """Drop the old tables that there are new ones of; keep under another name what is left then."""
    held.execute("BEGIN")
    known = known_tables()
    waiting = things_in(held, ASIDE)
    if doomed := [one.path for one in waiting if one.kind == TABLE and one.name in known]:
        held.execute(f"DROP TABLE {', '.join(doomed)} CASCADE")
    new = {one.within for one in things_in(held, schema)}
    for one in waiting:
        if one.kind == ROUTINE and one.within in new:
            held.execute(f"DROP ROUTINE {one.path} CASCADE")
    if left := things_in(held, ASIDE):
        kept = KEPT.format(timezone.now())
        held.execute(f"ALTER SCHEMA {ASIDE} RENAME TO {kept}")
        names = sorted(one.name for one in left if not one.of_table)
        tell(
            f"What neither the backup nor this code has a use for is kept in the schema {kept}: "
            f"{', '.join(names)}. When nobody misses it: DROP SCHEMA {kept} CASCADE"
        )
    else:
        held.execute(f"DROP SCHEMA {ASIDE}")
    held.execute("COMMIT")


def _put_back(
    backup: Backup, held: Postgres, schema: str, own: Own, stay: set[str], *, is_kept: bool
) -> None:
    """Drop what was restored and bring the old tables back, in one transaction."""
    held.execute("BEGIN")
    for one in things_in(held, schema):
        is_new = own.holds(one) or one.name in backup.manifest.tables
        if is_new and one.path not in stay and not one.of_table:
            held.execute(f"DROP {one.kind} IF EXISTS {one.path} CASCADE")
    if is_kept:
        for step in move_statements(things_in(held, ASIDE), schema):
            held.execute(step)
        held.execute(f"DROP SCHEMA {ASIDE}")
    held.execute("COMMIT")
