"""A backup of everything: database, uploaded files and settings of one moment, while the site runs.

It is a folder that gets its name when it is whole: what has the name of a backup is one.
"""

import contextlib
import fcntl
import io
import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import django
import structlog
from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from config import env as environment
from config.backups import record_backup
from config.care.dumping import dump
from config.care.exceptions import CareRefused
from config.care.manifests import (
    SETTINGS_FILE,
    WORKING,
    Backup,
    Manifest,
    backups_in,
    name_for,
    read_about,
    read_backup,
    setting_line,
    write_manifest,
)
from config.care.media_files import copy_media
from config.care.row_hashes import derived_tables
from config.care.sealing import is_full, read_recipients, store
from config.sizes import readable_size

log = structlog.get_logger(__name__)
LOCK = ".madang-backup.lock"
Tell = Callable[[str], object]


def make_backup(
    target: Path,
    *,
    encrypt_to: Sequence[str] = (),
    keep: int | None = None,
    has_media: bool = True,
    database: Mapping[str, Any] | None = None,
    storage: Storage | None = None,
    tell: Tell = lambda line: None,
) -> Path:
    """Make a backup in a new folder inside ``target`` and return that folder.

    ``encrypt_to``: public keys of age. ``keep``: afterwards the oldest of this site go, until that
    many are left. Raises CareRefused; then nothing of it is left behind.
    """
    recipients = read_recipients(encrypt_to)
    target = Path(target).absolute()
    now = timezone.now()
    with _alone_in(target):
        _clear_leftovers(target)
        name = name_for(now, target)
        folder = target / f"{name}{WORKING}"
        folder.mkdir(mode=0o700)
        try:
            manifest = _fill(
                folder,
                recipients,
                made_at=now.isoformat(timespec="seconds"),
                former=None if recipients else _former(target),
                has_media=has_media,
                database=database or settings.DATABASES["default"],
                storage=storage or default_storage,
                tell=tell,
            )
            write_manifest(folder, manifest, recipients)
            # Everything has to be on the disk before the name says that it is.
            os.sync()
            folder.rename(target / name)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if is_full(error):
                raise CareRefused(
                    f"The disk of {target} is full, or a quota is reached: no backup was made and "
                    f"nothing of it is left there ({error})."
                ) from error
            raise
        _sync_folder(target)
        made = target / name
        record_backup(made, manifest.size)
        if keep:
            _delete_oldest(target, keep, tell)
    log.info("backup_made", path=str(made), rows=manifest.row_count, files=len(manifest.media))
    return made


def _fill(
    folder: Path,
    recipients: Sequence[Any],
    *,
    made_at: str,
    former: Backup | None,
    has_media: bool,
    database: Mapping[str, Any],
    storage: Storage,
    tell: Tell,
) -> Manifest:
    dumped = dump(database, folder, recipients, scratch=Path(settings.VAR_DIR))
    manifest = Manifest(
        site=settings.SITE_URL,
        vendor=dumped.vendor,
        made_at=made_at,
        versions={
            "django": django.get_version(),
            "python": platform.python_version(),
            **dumped.versions,
        },
        migrations=dumped.migrations,
        tables=dumped.tables,
        without_hash=derived_tables(),
        has_media=has_media,
    )
    manifest.files[dumped.file] = dumped.stored
    tell(
        f"{dumped.versions['database']}: {manifest.row_count} rows in {len(dumped.tables)} tables,"
        f" {readable_size(dumped.stored.size)}"
    )
    if dumped.left_out:
        tell(f"Not of Madang, and left out: {', '.join(dumped.left_out)}")
    if has_media:
        linked = copy_media(storage, folder, manifest, recipients, former=former)
        size = sum(one.size for one in manifest.media.values())
        tell(f"{len(manifest.media)} uploaded files, {readable_size(size)}; {linked} linked")
        if manifest.gone:
            tell(f"{len(manifest.gone)} files were deleted while they were copied")
    said = io.BytesIO(settings_text().encode())
    manifest.files[SETTINGS_FILE] = store(said, folder / SETTINGS_FILE, recipients)
    return manifest


def settings_text() -> str:
    """Return all settings that are set, with their secrets, as lines for ``.env``."""
    given = environment.given() | {"SECRET_KEY": settings.SECRET_KEY}
    lines = ["# The settings of the site when this backup was made. Secrets are among them."]
    return "\n".join([*lines, *(setting_line(name, value) for name, value in given.items())]) + "\n"


# The folder of backups ----------------------------------------------------------------------------


@contextlib.contextmanager
def _alone_in(target: Path) -> Iterator[None]:
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(target / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CareRefused(f"{target} cannot be written: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CareRefused(f"Another backup is being made in {target}.") from error
        yield
    finally:
        os.close(lock)


def _clear_leftovers(target: Path) -> None:
    """Delete what a backup left that was killed: whoever holds the lock is the only one at work."""
    for path in target.glob(f"madang-*{WORKING}"):
        shutil.rmtree(path, ignore_errors=True)


def _former(target: Path) -> Backup | None:
    for path in reversed(backups_in(target)):
        with contextlib.suppress(CareRefused):
            if not read_about(path)["is_encrypted"]:
                return read_backup(path)
    return None


def _delete_oldest(target: Path, keep: int, tell: Tell) -> None:
    """Delete the oldest complete backups of this site; those of another one are not ours."""
    ours = []
    for path in backups_in(target):
        with contextlib.suppress(CareRefused):
            if read_about(path).get("site") == settings.SITE_URL:
                ours.append(path)
    for path in ours[:-keep]:
        # From here on it has no name of a backup: a cut in the middle leaves none that is broken.
        doomed = path.with_name(f"{path.name}{WORKING}")
        path.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)
        tell(f"Deleted: {path.name}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
