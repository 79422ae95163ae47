"""From one version to the next: look, back up, migrate, make files; and the way back.

Each migration is one transaction: a cut leaves the tables as they were before it or after it, and
the note in VAR_DIR says that an upgrade was begun. Started again it goes on; rolled back, the
backup that it made first is put in its place.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _

from config.care import doctor, preparing
from config.care.backup import make_backup
from config.care.exceptions import CareRefused
from config.care.locks import Tell, one_at_a_time
from config.care.restore import check_backup, restore_backup
from config.care.upgrade_notes import (
    BEGUN,
    DONE,
    ROLLED_BACK,
    Upgrade,
    last_upgrade,
    write_note,
)

FOLDER = "upgrade-backups"
KEPT = 2
LOOKED_AT = ("database", "files", "disk")
"""What has to be in order before anything is changed."""

_hints: list[Callable[[], Iterable[str]]] = []


def register_hint(hints: Callable[[], Iterable[str]]) -> None:
    """Have ``hints()`` say what else is to be done after an upgrade."""
    _hints.append(hints)


def upgrade(
    *,
    tell: Tell,
    backup_to: Path | None = None,
    has_backup: bool = True,
    has_static: bool = True,
    force: bool = False,
    is_dry: bool = False,
) -> None:
    """Bring database and files to this code, after a backup. Safe to start again after any cut.

    ``force``: what the doctor calls serious does not stop it. Raises CareRefused.
    """
    with one_at_a_time(tell):
        tell(_("Checking."))
        pending = preparing.pending_migrations()
        _refuse_what_is_serious(tell, force=force)
        _tell_plan(pending, tell)
        if is_dry:
            return
        if pending:
            note = _begin(pending, tell=tell, backup_to=backup_to, has_backup=has_backup)
            preparing.bring_up_to_date(pending, tell=tell)
            write_note(note, DONE)
        else:
            preparing.bring_up_to_date([], tell=tell)
    tell(_("Texts and static files."))
    preparing.make_files(tell=tell, has_static=has_static)
    for hints in _hints:
        for hint in hints():
            tell(hint)


def roll_back(*, tell: Tell, identity: Path | None = None) -> None:
    """Put the backup of the last upgrade in the place of the database and the files.

    To be run by the old code: the new one would migrate it again. It is checked first. What was
    written since the upgrade is lost. Raises CareRefused.
    """
    last = last_upgrade()
    if last is None or not last.backup or last.state == ROLLED_BACK:
        raise CareRefused(
            _("There is no upgrade to roll back: restore a backup by hand (manage.py restore).")
        )
    path = Path(last.backup)
    if names := [one for one in last.migrations if one in _migrations_of_this_code()]:
        raise CareRefused(
            _(
                "This is still the new code: it has %(names)s. Stop the site, put the old code back,"
                " then say this again. If the old code cannot do it, run this before you put it"
                " back: %(command)s"
            )
            % {
                "names": ", ".join(names),
                "command": f"manage.py restore {path} --force --verify --no-migrate",
            }
        )
    with one_at_a_time(tell):
        tell(_("Checking %(path)s.") % {"path": path})
        check_backup(path, identity=identity, tell=tell)
        restore_backup(path, identity=identity, force=True, tell=tell)
        write_note(last, ROLLED_BACK)
        connection.close()
    tell(_("The site is as it was at %(moment)s.") % {"moment": last.at})


def irreversible(pending: Iterable[Migration]) -> list[str]:
    """Return the migrations that only a backup undoes."""
    return [
        str(one) for one in pending if not all(operation.reversible for operation in one.operations)
    ]


# Steps --------------------------------------------------------------------------------------------


def _refuse_what_is_serious(tell: Tell, *, force: bool) -> None:
    if unknown := preparing.unknown_migrations():
        raise CareRefused(
            _(
                "The database is newer than this code: it has %(names)s. Put the newer code back,"
                " or go back to the backup of before the upgrade with --roll-back."
            )
            % {"names": ", ".join(unknown)}
        )
    found = list(doctor.examine(LOOKED_AT))
    for one in found:
        tell(f"{one.finding.what} {one.finding.how}")
    if doctor.worst_of(found) == doctor.EXIT_CODES[doctor.SERIOUS] and not force:
        raise CareRefused(_("Nothing was changed. Mend this first, or say --force."))


def _tell_plan(pending: list[Migration], tell: Tell) -> None:
    if not pending:
        tell(_("No migration is pending; no backup is needed."))
        return
    tell(_("%(count)d migrations are pending:") % {"count": len(pending)})
    for migration in pending:
        tell(f"  {migration}")
    if names := irreversible(pending):
        tell(_("Only a backup undoes these: %(names)s") % {"names": ", ".join(names)})


def _begin(
    pending: list[Migration], *, tell: Tell, backup_to: Path | None, has_backup: bool
) -> Upgrade:
    last = last_upgrade()
    if last is not None and _is_half_done(last, pending):
        # A backup made now would hold half an upgrade.
        tell(_("An upgrade was begun and goes on; its backup is %(path)s.") % {"path": last.backup})
        return last
    note = Upgrade(BEGUN, migrations=[str(one) for one in pending], at=_now())
    if has_backup:
        tell(_("Backing up."))
        folder = backup_to or Path(settings.VAR_DIR, FOLDER)
        note.backup = str(make_backup(folder, keep=None if backup_to else KEPT, tell=tell))
        tell(_("Backup: %(path)s") % {"path": note.backup})
    write_note(note, BEGUN)
    return note


def _is_half_done(last: Upgrade, pending: list[Migration]) -> bool:
    """Return whether these are the rest of an upgrade that was cut short.

    Where all of it is still to come, or something else, the note may be of long ago.
    """
    return (
        last.state == BEGUN
        and {str(one) for one in pending} < set(last.migrations)
        and (not last.backup or Path(last.backup).exists())
    )


def _migrations_of_this_code() -> set[str]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {f"{app}.{name}" for app, name in loader.disk_migrations}


def _now() -> str:
    return timezone.now().isoformat(timespec="seconds")
