"""A folder, a single file or a ZIP as one folder; a ZIP is believed in nothing."""

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from blog.exceptions import ImportRefused
from config.text import nfc

FILES_MOST = 50_000
UNPACKED_MOST = 4 * 1024**3  # bytes
FILE_MOST = 1024**3  # bytes
RATIO_MOST = 200
RATIO_MATTERS = 32 * 1024 * 1024  # bytes; a small text of one letter packs very well
NOT_CONTENT = ("__MACOSX/", ".DS_Store", "Thumbs.db")
NAME_MOST = 255  # bytes
UTF8_NAME = 0x800
ENCRYPTED = 0x1

Note = Callable[[str, str], None]
"""Called with the name of a file that was left out and why."""


def open_blog(path: Path, closing: contextlib.ExitStack, note: Note) -> Path:
    """Return a folder (or single file) with what ``path`` holds; unpacked until ``closing``.

    A folder that holds nothing but one folder is that folder: so archives of repositories are.
    Raises FileNotFoundError, ImportRefused.
    """
    if not path.exists():
        raise FileNotFoundError(str(path))
    path = path.resolve()
    if path.is_file() and zipfile.is_zipfile(path):
        folder = Path(tempfile.mkdtemp(prefix="madang-import-"))
        closing.callback(shutil.rmtree, folder, ignore_errors=True)
        unpack(path, folder, note)
        return inner(folder)
    if path.is_file() and _begins_like_an_archive(path):
        raise ImportRefused(_("This archive is damaged and cannot be opened."))
    return path


def _begins_like_an_archive(path: Path) -> bool:
    with path.open("rb") as opened:
        return opened.read(4) == b"PK\x03\x04" or path.suffix.lower() == ".zip"


def inner(folder: Path) -> Path:
    """Return the only folder inside ``folder`` if there is nothing beside it."""
    while True:
        held = list(folder.iterdir())
        if len(held) != 1 or not held[0].is_dir() or held[0].name.startswith(("_", "content")):
            return folder
        folder = held[0]


def unpack(archive: Path, folder: Path, note: Note) -> None:
    """Unpack ``archive`` into ``folder``: only regular files, only inside, only so much.

    Raises ImportRefused for what is no archive or grows beyond all measure.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            _require_measure(opened.infolist())
            for entry in opened.infolist():
                _unpack_one(opened, entry, folder, note)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise ImportRefused(_("This archive is damaged and cannot be opened.")) from error


def _require_measure(entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_bomb = total > RATIO_MATTERS and total > RATIO_MOST * max(packed, 1)
    if len(entries) > FILES_MOST or total > UNPACKED_MOST or is_bomb:
        raise ImportRefused(
            _("This archive unpacks to more than this site can take. Split it into parts.")
        )


def _unpack_one(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, note: Note) -> None:
    name = name_of_entry(entry)
    if entry.is_dir() or name.startswith(NOT_CONTENT) or name.endswith(NOT_CONTENT[1:]):
        return
    parts = PurePosixPath(name).parts
    mode = entry.external_attr >> 16
    if not parts or name.startswith("/") or ".." in parts or ":" in parts[0] or "\x00" in name:
        note(name, _("left out: it would lie outside of the archive"))
    elif mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        note(name, _("left out: not a regular file"))
    elif entry.flag_bits & ENCRYPTED:
        note(name, _("left out: locked with a password"))
    elif entry.file_size > FILE_MOST:
        note(name, _("left out: too large"))
    else:
        target = folder / fitting(name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with opened.open(entry) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1024 * 1024)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            note(name, _("left out: a file and a folder have the same name"))
        except (
            OSError,
            zipfile.BadZipFile,
            RuntimeError,
            EOFError,
            ValueError,
            zlib.error,
        ) as error:
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)
            note(name, _("left out: damaged (%(error)s)") % {"error": type(error).__name__})
        else:
            _date(target, entry)


def _date(target: Path, entry: zipfile.ZipInfo) -> None:
    """A file without any other date is as old as its file; not every program wrote one."""
    with contextlib.suppress(ValueError, OverflowError, OSError):
        written = datetime(*entry.date_time, tzinfo=ZoneInfo(settings.TIME_ZONE)).timestamp()
        os.utime(target, (written, written))


def fitting(name: str) -> str:
    """Return ``name`` with each part as long as a disk takes: Windows counts letters, not bytes."""
    return "/".join(map(_fitting_part, name.split("/")))


def _fitting_part(part: str) -> str:
    raw = part.encode("utf-8", "surrogatepass")
    if len(raw) <= NAME_MOST:
        return part
    ending = PurePosixPath(part).suffix[:12]
    mark = f"~{hashlib.sha256(raw).hexdigest()[:8]}{ending}"
    short = raw[: NAME_MOST - len(mark.encode("utf-8", "surrogatepass"))]
    return short.decode("utf-8", "ignore") + mark


def name_of_entry(entry: zipfile.ZipInfo) -> str:
    """Return the name of a packed file: UTF-8, or CP949 as Korean Windows wrote it."""
    name = entry.filename
    if not entry.flag_bits & UTF8_NAME:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        for encoding in ("utf-8", "cp949"):
            try:
                name = raw.decode(encoding) if raw else name
                break
            except UnicodeDecodeError:
                continue
    return nfc(name.replace("\\", "/"))
