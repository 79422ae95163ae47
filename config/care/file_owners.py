"""Files and folders that root writes into somebody's place belong to whoever owns that place."""

import os
from contextlib import suppress
from pathlib import Path


def give_to_owner(path: Path, like: Path) -> None:
    """Let what root wrote belong to who owns ``like``."""
    if os.geteuid() == 0:
        told = like.stat()
        with suppress(OSError):
            os.chown(path, told.st_uid, told.st_gid)


def make_folders(folder: Path, mode: int | None = None) -> None:
    """Make a folder and those above it; each belongs to who owns the one that it lies in."""
    if folder.is_dir():
        return
    make_folders(folder.parent, mode)
    with suppress(FileExistsError):
        folder.mkdir()
        if mode is not None:
            folder.chmod(mode)
        give_to_owner(folder, folder.parent)
