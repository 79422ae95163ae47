"""Archives: what is written of them into rows, whichever way they go."""

import logging
import shutil
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.actions.pictures import avatar_path, delete_avatar_files
from accounts.exceptions import ArchiveRefused
from accounts.models import ArchivedRow, ArchiveImport, CarriedRecord, Job, User, new_key
from accounts.policies import require_can_take_part
from config.commits import after_commit
from config.sizes import readable_size
from config.text import clean_line

if TYPE_CHECKING:
    from accounts.archive.sections import Arrival, Record, Section

logger = logging.getLogger(__name__)
State = ArchiveImport.State
IMPORT_KIND = "archive_import"
PLACE = "archive-imports"
WORKING = "archives"
"""Folder of VAR_DIR where archives are being written; of the storage where finished ones lie."""

ARCHIVES_A_PERSON = 3
ARCHIVE_DAYS = 7
AT_WORK = (State.READING, State.RUNNING, State.UNDOING)


def open_archive_import(
    *, actor: User, name: str, upload: File | None = None, path: Path | None = None
) -> ArchiveImport:
    """Store an uploaded archive where nobody else can read it; nothing of it is believed yet.

    ``path``: a file of the server instead (the command). Raises ArchiveRefused if it is too large
    or too many wait, PermissionRefused (accounts.policies).
    """
    require_can_take_part(actor)
    run = ArchiveImport(owner=actor, name=clean_line(PurePosixPath(name).name)[:255] or "?")
    if path is not None:
        run.archive = str(path.resolve())
        run.save()
        return run
    if upload is None or (upload.size or 0) > settings.IMPORT_MAX_BYTES:
        raise ArchiveRefused(
            _("This file is larger than %(size)s.")
            % {"size": readable_size(settings.IMPORT_MAX_BYTES)},
            field="upload",
        )
    if ArchiveImport.objects.filter(owner=actor).exclude(archive="").count() >= ARCHIVES_A_PERSON:
        raise ArchiveRefused(
            _("%(count)s files wait already. Bring them in or remove one first.")
            % {"count": ARCHIVES_A_PERSON},
            field="upload",
        )
    run.archive = default_storage.save(f"{PLACE}/{run.key}/archive.zip", upload)
    try:
        run.save()
    except BaseException:
        default_storage.delete(run.archive)
        raise
    return run


def change_archive_import(run: ArchiveImport, **fields: Any) -> ArchiveImport:
    """Note how far ``run`` is: state, plan, report, reason."""
    for name, value in fields.items():
        setattr(run, name, value)
    if fields.get("state") == State.DONE:
        run.finished_at = timezone.now()
        fields["finished_at"] = run.finished_at
    run.save(update_fields=list(fields))
    return run


def drop_archive_file(run: ArchiveImport) -> None:
    """Delete the uploaded file of ``run``; what came in stays. A file of the server is not ours."""
    stored, run.archive = run.archive, ""
    if not stored:
        return
    run.save(update_fields=["archive"])
    if not stored.startswith("/"):
        after_commit(_delete_with_folder, stored)


def _delete_with_folder(name: str) -> None:
    default_storage.delete(name)
    default_storage.delete(name.rpartition("/")[0])


@transaction.atomic
def discard_archive_import(run: ArchiveImport, *, actor: User) -> None:
    """Forget an archive that brought nothing in, with its file; of another only the file.

    Raises ArchiveRefused for another's and while it is at work.
    """
    held = ArchiveImport.objects.select_for_update().filter(pk=run.pk, owner=actor).first()
    if held is None or is_archive_at_work(held):
        raise ArchiveRefused(_("This cannot be removed now."))
    drop_archive_file(held)
    if not held.rows.exists() and not held.carried.exists():
        held.delete()


def archive_job(owner: User) -> Job | None:
    """Return the import of an archive that is on its way for ``owner``."""
    return Job.objects.by_owner(owner).unfinished().filter(kind=IMPORT_KIND).first()


def is_archive_at_work(run: ArchiveImport) -> bool:
    """Return whether a job works on ``run`` at this moment."""
    job = archive_job(run.owner)
    return run.state in AT_WORK and job is not None and job.params.get("run") == run.pk


def carry_record(run: ArchiveImport, section: str, record: "Record") -> None:
    """Keep a record that cannot become a row here, as it came; once for its owner."""
    CarriedRecord.objects.get_or_create(
        owner=run.owner,
        section=section,
        key=record["key"],
        defaults={"run": run, "data": record},
    )


@transaction.atomic
def undo_archived_row(section: "Section", owner: User, row: ArchivedRow) -> bool:
    """Take one thing away that an archive brought; False if it must stay."""
    is_gone = section.undo(owner, row)
    row.delete()
    return is_gone


def forget_carried(run: ArchiveImport) -> int:
    """Forget what ``run`` could only carry along; return how much."""
    return run.carried.all().delete()[0]


def clear_stale_archives() -> int:
    """Delete uploads of a week ago that nothing works on; return how many.

    Folders that no row names go, too.
    """
    folders = _stored_folders(PLACE)
    old = timezone.now() - timedelta(days=ARCHIVE_DAYS)
    number = 0
    for run in ArchiveImport.objects.filter(created_at__lt=old).exclude(archive=""):
        if not is_archive_at_work(run):
            try:
                drop_archive_file(run)
            except OSError:
                # No row names it any more: the sweep below tries again, every night.
                logger.exception("archive_not_deleted", extra={"folder": run.key})
            number += 1
    named = set(ArchiveImport.objects.exclude(archive="").values_list("key", flat=True))
    for key in folders - named:
        _clear_folder(f"{PLACE}/{key}", only_old=True)
    return number


def clear_expired_exports() -> int:
    """Delete finished archives that nobody may fetch, and working folders nobody goes on with.

    Returns how many files went. A folder that cannot be deleted stops no other.
    """
    # Listed before the jobs are: a folder of a job that begins now is none of ours.
    folders = _stored_folders(WORKING)
    now = timezone.now()
    known, fetched_from, worked_on = set(), set(), set()
    for job in _jobs_with_key():
        key = str(job.params["key"])
        known.add(key)
        # Tried again it is another job with the same key.
        if job.finished_at is None or _is_to_be_fetched(job):
            fetched_from.add(key)
        if job.finished_at is None or job.finished_at > now - timedelta(days=ARCHIVE_DAYS):
            worked_on.add(key)
    number = 0
    for key in folders - fetched_from:
        number += _clear_folder(f"{WORKING}/{key}", only_old=key not in known)
    for job in _jobs_with_key():
        stored = job.result.get("stored")
        if stored and not _is_to_be_fetched(job) and not default_storage.exists(stored):
            Job.objects.filter(pk=job.pk).update(result=job.result | {"stored": ""})
    working = Path(settings.VAR_DIR, WORKING)
    for folder in working.iterdir() if working.is_dir() else ():
        # Fetched by nobody who could: a failed job may be tried again for a week.
        is_old = folder.stat().st_mtime < (now - timedelta(days=1)).timestamp()
        if folder.name not in worked_on and is_old:
            shutil.rmtree(folder, ignore_errors=True)
    return number


def _jobs_with_key():
    jobs = Job.objects.filter(params__has_key="key")
    return jobs.only("params", "result", "finished_at").iterator()


def _is_to_be_fetched(job: Job) -> bool:
    until = parse_datetime(job.result.get("until") or "")
    return bool(job.result.get("stored")) and until is not None and until > timezone.now()


def remove_working_folder(key: str) -> None:
    """Delete what was written so far of the archive of that key."""
    shutil.rmtree(Path(settings.VAR_DIR, WORKING, Path(key).name), ignore_errors=True)


# Folders of the storage ---------------------------------------------------------------------------


def delete_export_folder(key: str) -> int:
    """Delete every finished archive of that key; return how many files went. Raises OSError."""
    return _delete_folder(f"{WORKING}/{key}") if key.isalnum() else 0


def delete_import_folder(key: str) -> int:
    """Delete what was uploaded under that key; return how many files went. Raises OSError."""
    return _delete_folder(f"{PLACE}/{key}") if key.isalnum() else 0


def _stored_folders(place: str) -> set[str]:
    try:
        return set(default_storage.listdir(place)[0])
    except FileNotFoundError:
        return set()


def _delete_folder(name: str) -> int:
    """Delete all that is in a folder, and the folder. Idempotent.

    What cannot be deleted stops no other file; then the first OSError is raised.
    """
    try:
        folders, files = default_storage.listdir(name)
    except FileNotFoundError:
        return 0
    number, problems = 0, []
    for one in files:
        try:
            default_storage.delete(f"{name}/{one}")
            number += 1
        except OSError as error:
            problems.append(error)
    for one in folders:
        try:
            number += _delete_folder(f"{name}/{one}")
        except OSError as error:
            problems.append(error)
    if problems:
        raise problems[0]
    default_storage.delete(name)
    return number


def _clear_folder(name: str, *, only_old: bool) -> int:
    """Delete a folder that nobody needs; what goes wrong is logged, for the next night to mend."""
    try:
        if only_old and not _is_old(name):
            return 0
        return _delete_folder(name)
    except OSError:
        logger.exception("archive_not_deleted", extra={"folder": name})
        return 0


def _is_old(name: str) -> bool:
    """Return whether nothing in a folder changed for a day; an upload has no row at first."""
    files = [f"{name}/{one}" for one in default_storage.listdir(name)[1]]
    latest = max(default_storage.get_modified_time(one) for one in files or [name])
    return latest < timezone.now() - timedelta(days=1)


# The person ---------------------------------------------------------------------------------------


@transaction.atomic
def bring_columns(arrival: "Arrival", section: "Section", changes: dict[str, Any]) -> None:
    """Change columns of whoever brings an archive in, and note what they were and became."""
    owner = User.objects.select_for_update().get(pk=arrival.owner.pk)
    before = {name: [getattr(owner, name), value] for name, value in changes.items()}
    for name, value in changes.items():
        setattr(owner, name, value)
        setattr(arrival.owner, name, value)
    owner.save(update_fields=list(changes))
    arrival.made(section, owner, before=before, part=section.name)


@transaction.atomic
def take_columns_back(owner: User, row: ArchivedRow) -> bool:
    """Give columns back what they held before an archive came, where they were not changed since."""
    held = User.objects.select_for_update().get(pk=owner.pk)
    changed = []
    for name, (was, became) in (row.before or {}).items():
        if getattr(held, name) == became:
            setattr(held, name, was)
            setattr(owner, name, was)
            changed.append(name)
            if name == "avatar_key":
                after_commit(delete_avatar_files, became)
    if changed:
        held.save(update_fields=changed)
    return True


def keep_avatar(squares: dict[int, bytes]) -> str:
    """Keep a picture byte for byte, which the caller has checked; return its key."""
    key = new_key()
    for size, content in squares.items():
        default_storage.save(avatar_path(key, size), ContentFile(content))
    return key
