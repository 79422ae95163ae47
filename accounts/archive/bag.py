"""Writing a bag: one ZIP that grows file by file, and goes on where a killed worker was.

Each finished file is noted in a journal beside the ZIP, under a line about the whole. Whoever goes
on cuts the ZIP after the last one that was noted and leaves out what is there. Nothing is held in
memory but names and sums.

Sources: RFC 8493 (BagIt 1.0); APPNOTE 6.3.10, 4.4, for what of a file is repeated at the end of a
ZIP; Python's zipfile, which begins to write where an opened file stands.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from accounts.exceptions import ArchiveBusy

CHUNK = 1024 * 1024  # bytes
DATE = (1980, 1, 1, 0, 0, 0)
"""Of every file, the oldest that a ZIP can say: the same content gives the same file."""

PACKED_ALREADY = (".webp",)
DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data/"
READABLE = 0o100644 << 16


@dataclass(frozen=True)
class Entry:
    """A finished file: where it lies in the ZIP and what sums it has."""

    name: str
    offset: int
    end: int
    crc: int
    size: int
    packed: int
    method: int
    sha256: str


class BagWriter:
    """A bag on its way into the file ``zip_path``; use it as a context."""

    def __init__(self, folder: Path, base: str, counts: dict[str, int] | None = None):
        """Begin in ``folder``, or go on there; ``base`` is the one folder inside the ZIP.

        ``counts``: how many records each section has. Of what was written already, what was noted
        then is right: a person may have another handle and more posts by now. Raises ArchiveBusy
        while another process writes there.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.base, self.counts = folder, base, counts or {}
        self.zip_path = folder / "archive.zip"
        self.entries: dict[str, Entry] = {}
        self._closing = contextlib.ExitStack()
        try:
            self._lock()
            self._open()
        except BaseException:
            self._closing.close()
            raise

    def __enter__(self) -> "BagWriter":
        return self

    def __exit__(self, *error: object) -> None:
        # A ZipFile that is forgotten would write its table of contents over what goes on later.
        self._zip.fp = None
        self._closing.close()

    def _lock(self) -> None:
        held = self._closing.enter_context((self.folder / "lock").open("w"))
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ArchiveBusy from error

    def _open(self) -> None:
        journal = self.folder / "journal.jsonl"
        self.zip_path.touch()
        noted = self._noted(journal, self.zip_path.stat().st_size)
        self.entries = {entry.name: entry for entry in noted}
        head = {"base": self.base, "counts": self.counts}
        self._file = self._closing.enter_context(self.zip_path.open("r+b"))
        self._file.truncate(max((entry.end for entry in noted), default=0))
        self._file.seek(0, os.SEEK_END)
        # What was cut off in the middle of a line would spoil the next one.
        lines = [json.dumps(head) + "\n", *map(_line, noted)]
        fresh = journal.with_suffix(".new")
        fresh.write_text("".join(lines), encoding="utf-8")
        fresh.replace(journal)
        self._journal = self._closing.enter_context(journal.open("a", encoding="utf-8"))
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)
        self._zip.filelist = [self._info(entry) for entry in noted]
        self._zip.NameToInfo = {info.filename: info for info in self._zip.filelist}

    def _noted(self, journal: Path, length: int) -> list[Entry]:
        """Return the finished files, as far as they really lie in the ZIP; take over their head."""
        found: list[Entry] = []
        if not journal.exists():
            return found
        lines = iter(journal.read_text(encoding="utf-8", errors="replace").splitlines())
        try:
            head = json.loads(next(lines, ""))
            base, counts = str(head["base"]), dict(head["counts"])
            for line in lines:
                entry = Entry(**json.loads(line))
                if entry.end > length:
                    break
                found.append(entry)
        except (ValueError, TypeError, KeyError):
            pass  # the worker was killed over this line
        if found:
            self.base = base
            written = {entry.name for entry in found}
            kept = {name for name in counts if f"{PAYLOAD}{name}.json" in written}
            self.counts = self.counts | {name: counts[name] for name in kept}
        return found

    def _info(self, entry: Entry) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(f"{self.base}/{entry.name}", DATE)
        info.header_offset, info.CRC = entry.offset, entry.crc
        info.file_size, info.compress_size = entry.size, entry.packed
        info.compress_type, info.external_attr = entry.method, READABLE
        return info

    # Files

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def add(self, name: str, chunks: Iterable[bytes]) -> Entry:
        """Write one file; one that is there already stays as it is."""
        if name in self.entries:
            return self.entries[name]
        info = zipfile.ZipInfo(f"{self.base}/{name}", DATE)
        is_packed = name.endswith(PACKED_ALREADY)
        info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        info.external_attr = READABLE
        digest = hashlib.sha256()
        with self._zip.open(info, "w", force_zip64=True) as opened:
            for chunk in chunks:
                digest.update(chunk)
                opened.write(chunk)
        self._file.flush()
        entry = Entry(
            name=name,
            offset=info.header_offset,
            end=self._file.tell(),
            crc=info.CRC,
            size=info.file_size,
            packed=info.compress_size,
            method=info.compress_type,
            sha256=digest.hexdigest(),
        )
        self._journal.write(_line(entry))
        self._journal.flush()
        self.entries[name] = entry
        return entry

    def finish(self, info: dict[str, str], tags: dict[str, bytes]) -> Path:
        """Write what describes the bag (``info`` of bag-info.txt, ``tags``: more files) and close.

        Returns the path of the whole ZIP, which is the caller's to move.
        """
        payload = [entry for entry in self.entries.values() if entry.name.startswith(PAYLOAD)]
        oxum = f"{sum(entry.size for entry in payload)}.{len(payload)}"
        lines = [f"{name}: {' '.join(value.split())}\n" for name, value in info.items()]
        described = {
            "bagit.txt": DECLARATION.encode(),
            "bag-info.txt": "".join([*lines, f"Payload-Oxum: {oxum}\n"]).encode(),
            "manifest-sha256.txt": manifest(payload),
            **tags,
        }
        for name, content in described.items():
            self.add(name, [content])
        others = [entry for entry in self.entries.values() if not entry.name.startswith(PAYLOAD)]
        self.add("tagmanifest-sha256.txt", [manifest(others)])
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        return self.zip_path


def manifest(entries: Iterable[Entry]) -> bytes:
    """Return the lines of a manifest, in the order of names."""
    lines = sorted((entry.name, entry.sha256) for entry in entries)
    return "".join(f"{digest}  {_escaped(name)}\n" for name, digest in lines).encode()


def _escaped(name: str) -> str:
    """Return ``name`` as RFC 8493, 2.1.3, writes it."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _line(entry: Entry) -> str:
    return json.dumps(asdict(entry)) + "\n"


def json_chunks(records: Iterable[Any]) -> Iterator[bytes]:
    """Yield a JSON array with one record a line, the same for the same records."""
    before = "[\n"
    for record in records:
        text = json.dumps(record, ensure_ascii=False, sort_keys=True)
        yield f"{before}{text}".encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"


def remove_folder(folder: Path) -> None:
    """Delete what is left of an archive that was written in ``folder``."""
    shutil.rmtree(folder, ignore_errors=True)
