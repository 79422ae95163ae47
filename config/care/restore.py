"""A site out of a backup: everything is checked first, and nothing is left half done."""

import io
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from django.apps import apps
from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from config.care.belongings import known_tables
from config.care.children import find_program
from config.care.databases import Sqlite, is_sqlite, open_database
from config.care.dumping import need_room, private_folder
from config.care.exceptions import CareRefused, NotEmpty, WrongChecksum
from config.care.file_owners import make_folders
from config.care.locks import held_folder
from config.care.manifests import (
    POSTGRES_FILE,
    SETTINGS_FILE,
    SQLITE_FILE,
    Backup,
    Manifest,
    check_files,
    read_backup,
    setting_line,
)
from config.care.media_files import has_files, restore_media
from config.care.restoring_postgres import restore_postgres
from config.care.restoring_sqlite import restore_sqlite, verify_rows
from config.care.sealing import is_full, new_file, read_identities, unstore

log = structlog.get_logger(__name__)
PEOPLE = "accounts_user"
WAITING = "Another restore is at work, or what one that was killed had started; waiting for it."
VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Tell = Callable[[str], object]


class Restored(NamedTuple):
    """What came back, or what was checked."""

    manifest: Manifest
    media_written: int


def restore_backup(
    path: Path,
    *,
    verifies: bool = True,
    identity: Path | None = None,
    force: bool = False,
    database: Mapping[str, Any] | None = None,
    storage: Storage | None = None,
    migrates: bool = True,
    tell: Tell = lambda line: None,
) -> Restored:
    """Bring a backup back into the configured database and storage.

    All checksums are checked before anything is touched; what fails later leaves the old database.
    ``force``: what is there is replaced; of the storage, files that the backup does not have stay.
    ``migrates``: to this code; else the tables stay those of the code that made the backup.
    Raises CareRefused: NotEmpty, WrongChecksum.
    """
    database = database or settings.DATABASES["default"]
    storage = storage or default_storage
    backup = read_backup(Path(path), read_identities(identity))
    _refuse_other_engine(backup, database)
    refuse_newer_than_code(backup.manifest.migrations)
    with held_folder(Path(settings.VAR_DIR), tell, WAITING):
        if not force:
            _refuse_what_is_not_empty(backup, database, storage)
        written = _check_and_restore(
            backup, database, storage, verifies=verifies, migrates=migrates, tell=tell
        )
    if (
        setting_line("SECRET_KEY", settings.SECRET_KEY)
        not in settings_of_backup(backup).splitlines()
    ):
        tell(
            "SECRET_KEY is another one than when this backup was made: everybody must sign in again, "
            "links in mails are void, webhooks sign with other secrets. --settings-to shows the old one."
        )
    log.info("backup_restored", path=str(path), rows=backup.manifest.row_count)
    return Restored(backup.manifest, written)


def _check_and_restore(
    backup: Backup,
    database: Mapping[str, Any],
    storage: Storage,
    *,
    tell: Tell,
    **options: bool,
) -> int:
    check_files(backup)
    tell("All checksums are right.")
    if database is settings.DATABASES["default"]:
        connections.close_all()
    try:
        return _restore(backup, database, storage, tell=tell, **options)
    except (OSError, CareRefused) as error:
        if is_full(error):
            raise CareRefused(
                f"The disk is full ({error}). The database is as it was; uploaded files that were "
                "brought back already stay and do no harm."
            ) from error
        raise


def _restore(
    backup: Backup,
    database: Mapping[str, Any],
    storage: Storage,
    *,
    verifies: bool,
    migrates: bool,
    tell: Tell,
) -> int:
    manifest = backup.manifest
    written = 0
    # Files first: without their rows nobody sees them, while rows without files show holes.
    if manifest.media:
        if isinstance(storage, FileSystemStorage):
            make_folders(Path(storage.location))
            need_room(Path(storage.location), sum(one.size for one in manifest.media.values()))
        written = restore_media(backup, storage)
        tell(f"{written} of {len(manifest.media)} uploaded files were written.")
    restore = restore_sqlite if manifest.vendor == "sqlite" else restore_postgres
    restore(backup, database, verifies=verifies, migrates=migrates, tell=tell)
    return written


def check_backup(
    path: Path, *, identity: Path | None = None, tell: Tell = lambda line: None
) -> Manifest:
    """Check a backup without touching the site: checksums, and of SQLite every row.

    Raises CareRefused, WrongChecksum.
    """
    backup = read_backup(Path(path), read_identities(identity))
    check_files(backup)
    tell("All checksums are right.")
    if backup.manifest.vendor != "sqlite":
        _read_contents(backup)
        tell("pg_restore reads the dump; its rows are compared when it is restored.")
        return backup.manifest
    plain = backup.file(SQLITE_FILE)
    if plain.is_file():
        verify_rows(backup, plain)
    else:
        with private_folder(Path(settings.VAR_DIR)) as folder:
            opened = folder / SQLITE_FILE
            with new_file(opened) as out:
                unstore(plain, out, backup.identities)
            verify_rows(backup, opened)
    tell("All rows are what the manifest says.")
    return backup.manifest


def _read_contents(backup: Backup) -> None:
    program = find_program("pg_restore", least=0)
    with subprocess.Popen(  # noqa: S603
        [program, "--file=/dev/null"], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            unstore(backup.file(POSTGRES_FILE), process.stdin, backup.identities)
            process.stdin.close()
        except BrokenPipeError:
            pass
        said = process.stderr.read().decode(errors="replace").strip()
        if process.wait():
            raise WrongChecksum(f"pg_restore cannot read the dump: {said}")


def settings_of_backup(backup: Backup) -> str:
    """Return the settings that a backup holds, as lines for ``.env``."""
    out = io.BytesIO()
    unstore(backup.file(SETTINGS_FILE), out, backup.identities)
    return out.getvalue().decode()


def settings_of(path: Path, *, identity: Path | None = None) -> str:
    """Return the settings that the backup in a folder holds, as lines for ``.env``."""
    return settings_of_backup(read_backup(Path(path), read_identities(identity)))


# What is refused ----------------------------------------------------------------------------------


def _refuse_other_engine(backup: Backup, database: Mapping[str, Any]) -> None:
    wanted = "sqlite" if is_sqlite(database) else "postgresql"
    if backup.manifest.vendor == wanted:
        return
    raise CareRefused(
        f"This backup is of {VENDORS[backup.manifest.vendor]} and DATABASE_URL names "
        f"{VENDORS[wanted]}. Restore it into {VENDORS[backup.manifest.vendor]} by another "
        "DATABASE_URL, then take it over with: manage.py move_database --to URL"
    )


def refuse_newer_than_code(applied: Mapping[str, list[str]]) -> None:
    """Refuse a database that newer code than this has migrated. Raises CareRefused."""
    known = set()
    for key, migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items():
        known |= {key, *migration.replaces}
    held = {(app, name) for app, names in applied.items() for name in names}
    if newer := sorted(held - known):
        app, name = newer[0]
        raise CareRefused(
            f"This is of a newer Madang: its database had {len(newer)} changes that this code does "
            f"not know ({app} {name}). Use the version it is of, or a newer one."
        )


def _refuse_what_is_not_empty(
    backup: Backup, database: Mapping[str, Any], storage: Storage
) -> None:
    if why := what_is_there(database):
        what = "it" if is_sqlite(database) else "the site's tables and leaves all others alone"
        raise NotEmpty(f"{why} --force replaces {what}.")
    if backup.manifest.media and has_files(storage):
        raise NotEmpty(
            "There are uploaded files already. --force writes those of the backup among them."
        )


def what_is_there(database: Mapping[str, Any]) -> str:
    """Return what a database holds in one sentence; empty if it holds nobody's rows."""
    if is_sqlite(database) and not Path(database["NAME"]).exists():
        return ""
    with closing(open_database(database)) as held:
        name = f"The file {held.path}" if isinstance(held, Sqlite) else "The database"
        tables = set(held.tables())
        if PEOPLE in tables:
            [(number,)] = held.execute(f"SELECT count(*) FROM {PEOPLE}")  # noqa: S608 ours
            if number:
                return f"{name} holds a site with {number} people."
        ours = known_tables()
        labels = tuple(f"{app.label}_" for app in apps.get_app_configs())
        foreign = {table for table in tables - ours if not table.startswith(labels)}
        if foreign:
            return f"{name} holds tables of something else: {', '.join(sorted(foreign))}."
    return ""
