"""An SQLite file out of a backup: made ready beside the one in use, then put in its place."""

import glob
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from django.utils import timezone

from config.care.children import migrate
from config.care.databases import Sqlite
from config.care.dumping import need_room
from config.care.exceptions import CareRefused, WrongChecksum
from config.care.file_owners import give_to_owner
from config.care.manifests import SQLITE_FILE, Backup
from config.care.row_hashes import compare
from config.care.sealing import check, new_file, unstore

WAIT_SECONDS = 5
KEPT = ".before-"
BESIDE = ("", "-wal", "-shm", "-journal")
Tell = Callable[[str], object]


def restore_sqlite(
    backup: Backup,
    database: Mapping[str, Any],
    *,
    verifies: bool,
    tell: Tell,
    migrates: bool = True,
) -> None:
    """Put the file of a backup in the place of the database that ``database`` names.

    Until the last step, which is one renaming, the old database is as it was; it is kept under
    another name. Raises CareRefused, WrongChecksum.
    """
    target = Path(database["NAME"]).absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    wanted = backup.manifest.files[SQLITE_FILE]
    need_room(target.parent, wanted.size)
    made = target.with_name(f".{target.name}.restoring")
    _remove(made)
    try:
        with new_file(made) as out:
            check(made, wanted, unstore(backup.file(SQLITE_FILE), out, backup.identities))
        if verifies:
            verify_rows(backup, made)
            tell("All rows are what the manifest says.")
        if migrates:
            migrate({**database, "NAME": str(made)})
        _make_one_file(made)
        give_to_owner(made, target if target.exists() else target.parent)
        kept = _put_in_place(made, target)
    finally:
        _remove(made)
    if kept:
        tell(f"The database that was there before is kept as {kept}.")


def verify_rows(backup: Backup, path: Path) -> None:
    """Compare the rows of a file with the manifest. Raises WrongChecksum."""
    with closing(Sqlite(path)) as held:
        if found := compare(held, backup.manifest.tables):
            raise WrongChecksum("Rows differ: " + "; ".join(map(str, found)))


def _make_one_file(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as held:
        held.execute("PRAGMA journal_mode = DELETE")


def _put_in_place(made: Path, target: Path) -> Path | None:
    kept = None
    if target.exists():
        _refuse_if_used(target)
        kept = target.with_name(f"{target.name}{KEPT}{timezone.now():%Y%m%d-%H%M%S}")
        _remove_second_names(target)
        os.link(target, kept)
    # Of another database they would be read into this one.
    for end in BESIDE[1:]:
        target.with_name(target.name + end).unlink(missing_ok=True)
    os.sync()
    made.replace(target)
    return kept


def _remove_second_names(target: Path) -> None:
    """Of a restore that was killed between the last two steps: the file in use, not an old one."""
    for path in target.parent.glob(f"{glob.escape(target.name)}{KEPT}*"):
        if path.samefile(target):
            path.unlink()


def _refuse_if_used(target: Path) -> None:
    """Take the log of writes into the file; this needs to be alone with it. Raises CareRefused."""
    try:
        with closing(sqlite3.connect(target, timeout=WAIT_SECONDS)) as held:
            held.execute("PRAGMA journal_mode = DELETE")
            held.execute("BEGIN EXCLUSIVE")
            held.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        raise CareRefused(
            f"Something still uses {target}: stop the web server and the worker first ({error}). "
            "Nothing was changed."
        ) from error
    except sqlite3.DatabaseError:
        return  # damaged; that is why there are backups


def _remove(path: Path) -> None:
    for end in BESIDE:
        path.with_name(path.name + end).unlink(missing_ok=True)
