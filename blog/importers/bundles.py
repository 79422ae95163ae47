"""What a person gives to be brought in, as files with names: a folder, one file, or a ZIP."""

import contextlib
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from blog.importers.opening import FILE_MOST, Note, fitting, open_blog
from config.text import nfc

KEPT = "@kept"
"""Begins the names of files that lay inside another file."""


class FileTooLarge(OSError):
    """A member holds more than its reader takes."""


class Bundle:
    """Files under relative names (NFC, ``/``), read one at a time.

    Names are looked up in what is really there, so none can lead outside; links are not followed.
    """

    def __init__(self, root: Path, closing: contextlib.ExitStack, name: str = ""):
        self.root = root
        self.is_file = root.is_file()
        self.name = nfc(name or root.name)
        self._closing = closing
        self._kept: Path | None = None
        self._paths: dict[str, Path] | None = None

    @property
    def paths(self) -> dict[str, Path]:
        """The regular files by name, in a fixed order; their contents stay on disk."""
        if self._paths is None:
            found = {self.name: self.root} if self.is_file else dict(_walk(self.root))
            self._paths = dict(sorted(found.items()))
        return self._paths

    def names(self, *endings: str) -> Iterator[str]:
        """Yield the names of all members, or of those that end so (``.xml``, lower case)."""
        for name in list(self.paths):
            if not endings or name.lower().endswith(endings):
                yield name

    def __contains__(self, name: str) -> bool:
        return name in self.paths

    def size(self, name: str) -> int:
        """Return the bytes of a member. Raises FileNotFoundError."""
        return self.path(name).stat().st_size

    def modified_at(self, name: str) -> datetime:
        """Return the time of the file itself. Raises FileNotFoundError."""
        return datetime.fromtimestamp(self.path(name).stat().st_mtime, tz=UTC)

    def path(self, name: str) -> Path:
        """Return where a member lies on this machine. Raises FileNotFoundError."""
        try:
            return self.paths[nfc(name)]
        except KeyError:
            raise FileNotFoundError(name) from None

    def open(self, name: str) -> BinaryIO:
        """Return a member opened for reading bytes. Raises FileNotFoundError."""
        return self.path(name).open("rb")

    def read(self, name: str, most: int) -> bytes:
        """Return a member of at most ``most`` bytes. Raises FileNotFoundError, FileTooLarge."""
        with self.open(name) as opened:
            data = opened.read(most + 1)
        if len(data) > most:
            raise FileTooLarge(name)
        return data

    def head(self, name: str, size: int = 4096) -> bytes:
        """Return how a member begins; nothing if it cannot be read."""
        try:
            with self.open(name) as opened:
                return opened.read(size)
        except OSError:
            return b""

    def find(self, name: str) -> str:
        """Return the member of this name, also if it was too long for a disk; empty if none."""
        name = nfc(name)
        if name in self.paths:
            return name
        short = fitting(name)
        return short if short in self.paths else ""

    def beside(self, name: str, reference: str) -> str:
        """Return the member that ``reference`` in the member ``name`` means; empty if none."""
        way = f"{PurePosixPath(name).parent.as_posix()}/{reference}" if name else reference
        return self.find(os.path.normpath(nfc(way)).lstrip("/"))

    def ending_with(self, tail: str) -> str:
        """Return the first member whose name ends with the path ``tail``; empty if none."""
        tail = nfc(tail).strip("/")
        if not tail:
            return ""
        return next((name for name in self.paths if name == tail or name.endswith(f"/{tail}")), "")

    def begin(self, name: str) -> tuple[str, BinaryIO]:
        """Return a new member for a file that lay inside another one, opened for writing.

        Whoever writes closes it; it goes with the bundle. Raises FileTooLarge while writing.
        """
        if self._kept is None:
            self._kept = Path(tempfile.mkdtemp(prefix="madang-import-"))
            self._closing.callback(shutil.rmtree, self._kept, ignore_errors=True)
        file = PurePosixPath(nfc(name).replace("\\", "/")).name.replace("\x00", "") or "file"
        mark = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]
        target = self._kept / f"{mark}{PurePosixPath(file).suffix[:12]}"
        member = f"{KEPT}/{mark}/{file}"
        self.paths[member] = target
        return member, _Bounded(target.open("wb"), FILE_MOST, name)


class _Bounded(io.RawIOBase):
    """A file that takes only so much."""

    def __init__(self, opened: BinaryIO, most: int, name: str):
        self.opened = opened
        self.left = most
        self.name = name

    def write(self, data: bytes) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise FileTooLarge(self.name)
        return self.opened.write(data)

    def close(self) -> None:
        self.opened.close()
        super().close()


def _walk(root: Path) -> Iterator[tuple[str, Path]]:
    for place, folders, files in os.walk(root, followlinks=False):
        folders[:] = [name for name in folders if name not in {"__MACOSX", "node_modules", ".git"}]
        for name in files:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield nfc(path.relative_to(root).as_posix()), path


@contextlib.contextmanager
def open_bundle(
    path: Path, note: Note = lambda name, why: None, *, name: str = ""
) -> Iterator[Bundle]:
    """Give the folder, file or ZIP ``path`` as a bundle; what was unpacked goes afterwards.

    ``name`` is what its owner calls a single file, if ``path`` does not.
    ``note`` hears which members of an archive were left out. Raises FileNotFoundError,
    ImportRefused (see blog.importers.opening for the limits).
    """
    with contextlib.ExitStack() as closing:
        root = open_blog(path, closing, note)
        yield Bundle(root, closing, name if root.is_file() else "")
