"""Opening an archive that anybody may have made: it is believed in nothing.

Nothing is unpacked: members are read where they are, under the names that the manifest lists.
"""

import contextlib
import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from accounts.archive.arrays import NotAnArray, read_array
from accounts.archive.departing import FORMAT, VERSION
from accounts.archive.sections import Record
from accounts.exceptions import ArchiveRefused

FILES_MOST = 500_000
UNPACKED_MOST = 16 * 1024**3  # bytes
RATIO_MOST = 200
RATIO_MATTERS = 32 * 1024 * 1024  # bytes; a small text of one letter packs very well
DIRECTORY_MOST = 128 * 1024 * 1024  # bytes of the table of contents of FILES_MOST files
ACCOUNT_MOST = 1024 * 1024  # bytes
TAG_FILE_MOST = 128 * 1024 * 1024  # bytes; a manifest of FILES_MOST lines
LINE_MORE = 64 + 4  # bytes of a line of a manifest beside the name: the sum, the spaces, the end
ZIP: Any = zipfile
"""Its own reading of the last record, ZIP64 too: what that finds is what a ZipFile takes."""

METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""Others unpack a whole block at once, however little of it is asked for."""

CHUNK = 1024 * 1024  # bytes
ENCRYPTED = 0x1
MANIFEST = "manifest-sha256.txt"
LINE = re.compile(r"([0-9a-fA-F]{64}) +\*?(.+)")
DECLARED = re.compile(rb"BagIt-Version: (0\.97|1\.0)\r?\nTag-File-Character-Encoding: UTF-8\r?\n?")
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


class Bag:
    """What an archive holds, by the names inside of its one folder."""

    def __init__(self, opened: zipfile.ZipFile, length: int):
        """Read the table of contents of a file of ``length`` bytes. Raises ArchiveRefused."""
        self._zip = opened
        entries = opened.infolist()
        _require_measure(entries, length)
        base = _base_of(entries)
        self._entries = {
            info.filename.removeprefix(base): info for info in entries if not info.is_dir()
        }
        if not DECLARED.fullmatch(self.read("bagit.txt", 1000)):
            raise _not_ours()
        longest = max(len(name.encode()) for name in self._entries)
        # A byte of a name takes up to three in a manifest.
        self._manifest_most = min(TAG_FILE_MOST, len(entries) * (3 * longest + LINE_MORE))
        self.sums = self._manifest(MANIFEST)
        self.account = self._account()

    def __contains__(self, name: str) -> bool:
        """Return whether the manifest lists the file ``data/<name>``."""
        return f"data/{name}" in self.sums

    def _account(self) -> dict[str, Any]:
        try:
            account = json.loads(self.read("account.json", ACCOUNT_MOST))
        except (ValueError, RecursionError) as error:
            raise _not_ours() from error
        if not isinstance(account, dict) or account.get("format") != FORMAT:
            raise _not_ours()
        if account.get("version") != VERSION:
            raise ArchiveRefused(_("This archive was made by another version of this software."))
        return account

    def _manifest(self, name: str) -> dict[str, str]:
        """Return {file: sum} of a manifest; the sums of all files must be in it."""
        try:
            text = self.read(name, self._manifest_most).decode("utf-8")
        except UnicodeDecodeError as error:
            raise damaged() from error
        sums = {}
        for line in text.splitlines():
            match = LINE.fullmatch(line)
            if match is None:
                raise damaged()
            listed = match[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
            sums[listed] = match[1].lower()
        return sums

    # Reading

    def open(self, name: str) -> IO[bytes]:
        """Return a file of the archive, open for reading. Raises ArchiveRefused."""
        try:
            return self._zip.open(self._entries[name])
        except KeyError as error:
            raise damaged() from error
        except DAMAGED as error:
            raise damaged() from error

    def read(self, name: str, most: int) -> bytes:
        """Return a file of at most ``most`` bytes. Raises ArchiveRefused."""
        try:
            with self.open(name) as opened:
                data = opened.read(most + 1)
        except DAMAGED as error:
            raise damaged() from error
        if len(data) > most:
            raise damaged()
        return data

    def checked(self, name: str, most: int) -> bytes:
        """Return ``data/<name>`` if it has the sum that the manifest says. Raises ArchiveRefused."""
        data = self.read(f"data/{name}", most)
        if hashlib.sha256(data).hexdigest() != self.sums.get(f"data/{name}"):
            raise damaged()
        return data

    def records(self, section: str) -> Iterator[Record]:
        """Yield the records of a section, none if the archive does not have it.

        Raises ArchiveRefused where it is no list of records.
        """
        name = f"data/{section}.json"
        if name not in self.sums:
            return
        with self.open(name) as opened:
            try:
                yield from read_array(opened)
            except NotAnArray as error:
                raise damaged() from error
            except DAMAGED as error:
                raise damaged() from error

    def verify(self, tick: Callable[[int, int], None]) -> None:
        """Compare every file with its sum. Calls ``tick(done, total)``; raises ArchiveRefused."""
        listed = self._manifest("tagmanifest-sha256.txt") | self.sums
        payload = {name for name in self._entries if name.startswith("data/")}
        if payload != self.sums.keys() or not listed.keys() <= self._entries.keys():
            raise damaged()
        for number, (name, expected) in enumerate(listed.items(), 1):
            if self._sum(name) != expected:
                raise ArchiveRefused(
                    _("The file “%(name)s” in this archive is not as it was written.")
                    % {"name": name[:200]}
                )
            tick(number, len(listed))

    def _sum(self, name: str) -> str:
        digest = hashlib.sha256()
        try:
            with self.open(name) as opened:
                while chunk := opened.read(CHUNK):
                    digest.update(chunk)
        except DAMAGED as error:
            raise damaged() from error
        return digest.hexdigest()


@contextlib.contextmanager
def open_bag(path: Path) -> Iterator[Bag]:
    """Give the archive in the file ``path``. Raises ArchiveRefused."""
    try:
        _require_directory(path)
        opened = zipfile.ZipFile(path)
    except (*DAMAGED, ValueError) as error:
        raise _not_ours() from error
    with opened:
        yield Bag(opened, path.stat().st_size)


def _base_of(entries: list[zipfile.ZipInfo]) -> str:
    """Return the one folder that all is in, with its slash; empty if there is none."""
    names = [info.filename for info in entries]
    if len(set(names)) != len(names) or not all(map(_is_plain, entries)):
        raise damaged()
    declared = [name for name in names if name.rpartition("/")[2] == "bagit.txt"]
    declared = [name for name in declared if name.count("/") <= 1]
    if len(declared) != 1:
        raise _not_ours()
    base = declared[0].removesuffix("bagit.txt")
    if not all(name.startswith(base) for name in names):
        raise damaged()
    return base


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Return whether a member is a regular file or folder with a name that leads nowhere else."""
    name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
    if "\\" in name or "\x00" in name or name.startswith("/") or ":" in name.partition("/")[0]:
        return False
    if any(part in {"", ".", ".."} for part in name.removesuffix("/").split("/")):
        return False
    is_regular = kind in {0, stat.S_IFREG} or (info.is_dir() and kind == stat.S_IFDIR)
    is_readable = info.compress_type in METHODS and not info.flag_bits & ENCRYPTED
    return is_regular and is_readable


def _require_directory(path: Path) -> None:
    """Refuse by the table of contents what would fill the memory as soon as a ZipFile reads it.

    Raises ArchiveRefused, zipfile.BadZipFile, OSError.
    """
    with path.open("rb") as opened:
        record = ZIP._EndRecData(opened)
        if not record:
            raise zipfile.BadZipFile
        size, start = record[ZIP._ECD_SIZE], record[ZIP._ECD_LOCATION]
        if record[ZIP._ECD_ENTRIES_TOTAL] > FILES_MOST or size > DIRECTORY_MOST:
            raise _too_much()
        if record[ZIP._ECD_SIGNATURE] == ZIP.stringEndArchive64:
            start -= ZIP.sizeEndCentDir64 + ZIP.sizeEndCentDir64Locator
        if start < size:
            raise zipfile.BadZipFile
        opened.seek(start - size)
        # The record may say fewer entries than there are, and only its size counts.
        if opened.read(size).count(ZIP.stringCentralDir) > FILES_MOST:
            raise _too_much()


def _require_measure(entries: list[zipfile.ZipInfo], length: int) -> None:
    total = sum(info.file_size for info in entries)
    # By the file itself: members that lie over each other say more than there is.
    is_bomb = total > RATIO_MATTERS and total > RATIO_MOST * max(length, 1)
    if len(entries) > FILES_MOST or total > UNPACKED_MOST or is_bomb:
        raise _too_much()


def _too_much() -> ArchiveRefused:
    return ArchiveRefused(_("This archive unpacks to more than this site can take."))


def damaged() -> ArchiveRefused:
    """Return the refusal of an archive that is not as it was written."""
    return ArchiveRefused(_("This archive is damaged, or somebody changed it."))


def _not_ours() -> ArchiveRefused:
    return ArchiveRefused(_("This is no archive of this software."))
