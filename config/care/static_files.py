"""Collecting static files, unless the same set was collected before."""

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

MANIFEST = "staticfiles.json"


def static_root() -> Path:
    """Return the folder that web servers read."""
    return Path(settings.STATIC_ROOT)


def stamp() -> Path:
    """Return the file that says what the collected files were made from: beside their folder."""
    root = static_root()
    return root.with_name(f"{root.name}.sha256")


def is_complete() -> bool:
    """Return whether everything was collected once, perhaps by another version."""
    return (static_root() / MANIFEST).exists()


def is_current() -> bool:
    """Return whether the files that were collected are those of this code."""
    try:
        return is_complete() and stamp().read_text(encoding="utf-8") == _made_from()
    except OSError:
        return False


def is_writable(folder: Path) -> bool:
    """Return whether files can be made in ``folder``, which may not be there yet."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return os.access(there, os.W_OK) and not os.statvfs(there).f_flag & os.ST_RDONLY


def collect(*, clears: bool = False) -> None:
    """Collect and compress static files; pages that are open still find those of before.

    ``clears`` throws those away, for a site that nobody reads meanwhile.
    """
    stamp().unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=clears)
    stamp().write_text(_made_from(), encoding="utf-8")


def _made_from() -> str:
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda pair: pair[0]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
