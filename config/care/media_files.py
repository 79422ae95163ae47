"""Uploaded files in a backup: copied from a disk or a bucket, linked where the last one has them.

Names are random and what lies under one never changes, so a copy that is made after the database's
moment holds every file that its rows know, unless somebody deleted it meanwhile.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage

from config.care.dumping import measured, need_room
from config.care.exceptions import CareRefused
from config.care.file_owners import give_to_owner, make_folders
from config.care.manifests import MEDIA, Backup, Manifest, is_safe_name
from config.care.sealing import Stored, check, new_file, sealed, store, unstore


class Held(NamedTuple):
    """A file in the storage."""

    name: str
    size: int
    changed: int
    """In nanoseconds; 0 where the storage does not say."""


def stored_files(storage: Storage) -> Iterator[Held]:
    """Yield every file of a storage."""
    if isinstance(storage, FileSystemStorage):
        yield from _on_disk(Path(storage.location), "")
    elif hasattr(storage, "bucket"):
        yield from _in_bucket(storage)
    else:
        yield from _listed(storage, "")


def has_files(storage: Storage) -> bool:
    """Return whether anything lies in a storage."""
    with _answering():
        return next(stored_files(storage), None) is not None


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Say in a sentence that a storage that is no disk did not do what it should."""
    try:
        yield
    except (CareRefused, OSError):
        raise
    except Exception as error:  # each storage has errors of its own
        raise CareRefused(
            f"The storage of uploaded files did not answer: {type(error).__name__}: {error}"
        ) from error


def _on_disk(root: Path, under: str) -> Iterator[Held]:
    try:
        entries = sorted(os.scandir(root / under), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        name = f"{under}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _on_disk(root, f"{name}/")
        elif entry.is_file():
            with contextlib.suppress(FileNotFoundError):
                told = entry.stat()
                yield Held(name, told.st_size, told.st_mtime_ns)


def _in_bucket(storage: Any) -> Iterator[Held]:
    # One request for a thousand, where asking for each size would be one for each.
    place = f"{storage.location.strip('/')}/" if storage.location.strip("/") else ""
    for one in storage.bucket.objects.filter(Prefix=place):
        if not one.key.endswith("/"):
            changed = int(one.last_modified.timestamp() * 1_000_000_000)
            yield Held(one.key.removeprefix(place), one.size, changed)


def _listed(storage: Storage, under: str) -> Iterator[Held]:
    folders, files = storage.listdir(under)
    for name in sorted(files):
        with contextlib.suppress(FileNotFoundError):
            yield Held(f"{under}{name}", storage.size(f"{under}{name}"), 0)
    for name in sorted(folders):
        yield from _listed(storage, f"{under}{name}/")


# Into a backup ------------------------------------------------------------------------------------


def copy_media(
    storage: Storage,
    folder: Path,
    manifest: Manifest,
    recipients: Sequence[Any],
    *,
    former: Backup | None,
) -> int:
    """Copy all files into a backup and note them in its manifest; return how many were linked.

    ``former``: an earlier backup on the same disk, in the open; what did not change since is a
    hard link to its file.
    """
    with _answering():
        held = [one for one in stored_files(storage) if is_safe_name(one.name)]
    linked = {one.name for one in held if former and _is_same(one, former.manifest)}
    need_room(folder, sum(one.size for one in held if one.name not in linked))
    number = 0
    for one in held:
        target = folder / MEDIA / one.name
        if one.name in linked and _link(former.file(MEDIA) / one.name, target):
            manifest.media[one.name] = former.manifest.media[one.name]
            number += 1
        else:
            with _answering():
                stored = _copy(storage, one.name, target, recipients)
            if stored is None:
                manifest.gone.append(one.name)
                continue
            manifest.media[one.name] = stored
        manifest.media_times[one.name] = one.changed
    return number


def _copy(storage: Storage, name: str, target: Path, recipients: Sequence[Any]) -> Stored | None:
    """Return what was copied; None if somebody deleted it meanwhile."""
    try:
        with storage.open(name) as source:
            return store(source, target, recipients)
    except FileNotFoundError:
        pass
    except Exception as error:
        # Of a bucket it may be opened and only then be gone, which it tells in its own words.
        if isinstance(error, OSError) or storage.exists(name):
            raise
    for left in (target, sealed(target)):
        left.unlink(missing_ok=True)
    return None


def _is_same(one: Held, former: Manifest) -> bool:
    known = former.media.get(one.name)
    return (
        known is not None
        and known.size == one.size
        and one.changed > 0
        and former.media_times.get(one.name) == one.changed
    )


def _link(source: Path, target: Path) -> bool:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        return False  # another disk, or one without links: copied then
    return True


# Out of a backup ----------------------------------------------------------------------------------


def restore_media(backup: Backup, storage: Storage) -> int:
    """Bring every file of a backup back; return how many were written.

    Each is written beside and put in place when its checksum is right, so nothing is ever half
    there. What the storage has besides stays. Raises WrongChecksum.
    """
    written = 0
    for name, wanted in backup.manifest.media.items():
        source = backup.file(MEDIA) / name
        if isinstance(storage, FileSystemStorage):
            written += _restore_to_disk(backup, source, storage, name, wanted)
        else:
            with _answering():
                written += _restore_to_storage(backup, source, storage, name, wanted)
    return written


def _restore_to_disk(
    backup: Backup, source: Path, storage: FileSystemStorage, name: str, wanted: Stored
) -> bool:
    target = Path(storage.path(name))
    if target.is_file() and target.stat().st_size == wanted.size and measured(target) == wanted:
        return False
    make_folders(target.parent, settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS)
    beside = target.with_name(f".{target.name}.restoring")
    beside.unlink(missing_ok=True)
    try:
        with new_file(beside) as out:
            check(source, wanted, unstore(source, out, backup.identities))
        beside.chmod(settings.FILE_UPLOAD_PERMISSIONS or 0o640)
        give_to_owner(beside, Path(storage.location))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return True


def _restore_to_storage(
    backup: Backup, source: Path, storage: Storage, name: str, wanted: Stored
) -> bool:
    is_there = storage.exists(name)
    if is_there and storage.size(name) == wanted.size and _digest(storage, name) == wanted.sha256:
        return False
    with tempfile.TemporaryFile() as out:
        check(source, wanted, unstore(source, out, backup.identities))
        out.seek(0)
        if is_there:
            storage.delete(name)
        kept = storage.save(name, File(out, name=name))
    if kept != name:
        raise CareRefused(f"The storage took {name} under another name: {kept}.")
    return True


def _digest(storage: Storage, name: str) -> str:
    found = hashlib.sha256()
    with storage.open(name) as file:
        for piece in file.chunks():
            found.update(piece)
    return found.hexdigest()
