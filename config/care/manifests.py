"""What a backup says of itself: a page that anybody may read, and a manifest that may be sealed."""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from config.care.exceptions import CareRefused, WrongChecksum
from config.care.row_hashes import TableHash
from config.care.sealing import Stored, check, new_file, store, unstore

FORMAT = 1
ABOUT, MANIFEST = "about.json", "manifest.json"
NAME = re.compile(r"madang-\d{8}-\d{6}(?:-\d+)?")
WORKING = ".partial"
SQLITE_FILE, POSTGRES_FILE, SETTINGS_FILE, MEDIA = (
    "database.sqlite3",
    "database.dump",
    "settings.env",
    "media",
)


@dataclass
class Manifest:
    """Everything that a restore has to know and to check."""

    site: str
    vendor: str
    made_at: str
    versions: dict[str, str]
    migrations: dict[str, list[str]]
    tables: dict[str, TableHash]
    without_hash: dict[str, str]
    files: dict[str, Stored] = field(default_factory=dict)
    media: dict[str, Stored] = field(default_factory=dict)
    media_times: dict[str, int] = field(default_factory=dict)
    """When each was changed last, in nanoseconds: what did not change is linked by the next one."""
    has_media: bool = True
    gone: list[str] = field(default_factory=list)
    """Files that somebody deleted while they were copied."""

    @property
    def database_file(self) -> str:
        """The name of the file that holds the database."""
        return SQLITE_FILE if self.vendor == "sqlite" else POSTGRES_FILE

    @property
    def row_count(self) -> int:
        """How many rows there are in all tables that count."""
        return sum(table.rows for table in self.tables.values())

    @property
    def size(self) -> int:
        """How many bytes all files hold together."""
        return sum(one.size for held in (self.files, self.media) for one in held.values())


@dataclass(frozen=True)
class Backup:
    """A backup that was read: where it lies and what it says."""

    path: Path
    manifest: Manifest
    identities: Sequence[Any]

    def file(self, name: str) -> Path:
        """Return where a file lies; it may be sealed."""
        return self.path / name


def write_manifest(folder: Path, manifest: Manifest, recipients: Sequence[Any]) -> None:
    """Write the manifest and the page about it into a folder that is else complete."""
    told = {"format": FORMAT} | asdict(manifest)
    data = json.dumps(told, ensure_ascii=False, indent=1).encode()
    held = store(io.BytesIO(data), folder / MANIFEST, recipients)
    about = {
        "madang_backup": FORMAT,
        "site": manifest.site,
        "made_at": manifest.made_at,
        "database": manifest.vendor,
        "is_encrypted": bool(recipients),
        "bytes": manifest.size,
        "manifest_sha256": held.sha256,
    }
    with new_file(folder / ABOUT) as target:
        target.write(json.dumps(about, ensure_ascii=False, indent=1).encode() + b"\n")


def read_about(folder: Path) -> dict[str, Any]:
    """Return the page about a backup. Raises CareRefused for what is none."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        kind = about["madang_backup"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CareRefused(f"{folder} is no complete backup of Madang.") from error
    if kind != FORMAT:
        raise CareRefused(f"{folder} was written by a newer Madang (form {kind}).")
    return about


def read_backup(folder: Path, identities: Sequence[Any] = ()) -> Backup:
    """Return a backup by its folder. Raises CareRefused, and WrongChecksum for a changed manifest."""
    about = read_about(folder)
    if folder.name.endswith(WORKING):
        raise CareRefused(f"{folder} was never finished.")
    out = io.BytesIO()
    found = unstore(folder / MANIFEST, out, identities)
    if found.sha256 != about.get("manifest_sha256"):
        raise WrongChecksum(f"{MANIFEST} has another checksum than {ABOUT} says.")
    try:
        told = json.loads(out.getvalue())
        told.pop("format")
        told["tables"] = {name: TableHash(*one) for name, one in told["tables"].items()}
        for name in ("files", "media"):
            told[name] = {name: Stored(*one) for name, one in told[name].items()}
        manifest = Manifest(**told)
    except (ValueError, KeyError, TypeError) as error:
        raise CareRefused(f"The manifest of {folder} cannot be understood: {error!r}") from error
    for name in manifest.media:
        if not is_safe_name(name):
            raise CareRefused(f"The manifest names a file outside of its folder: {name!r}")
    return Backup(folder, manifest, identities)


def check_files(backup: Backup) -> None:
    """Read every file of a backup. Raises WrongChecksum for the first that is not what it was."""
    manifest = backup.manifest
    named = [(backup.file(name), one) for name, one in manifest.files.items()]
    named += [(backup.file(MEDIA) / name, one) for name, one in manifest.media.items()]
    for path, wanted in named:
        check(path, wanted, unstore(path, None, backup.identities))


def is_safe_name(name: str) -> bool:
    """Return whether a file of that name stays inside its folder."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def backups_in(folder: Path) -> list[Path]:
    """Return the complete backups in a folder, the oldest first."""
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if NAME.fullmatch(path.name) and path.is_dir()]
    return sorted((path for path in found if (path / ABOUT).is_file()), key=lambda one: one.name)


def name_for(moment: datetime, folder: Path) -> str:
    """Return a name that is free in ``folder``."""
    base = name = f"madang-{moment:%Y%m%d-%H%M%S}"
    number = 1
    while (folder / name).exists():
        number += 1
        name = f"{base}-{number}"
    return name


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def setting_line(name: str, value: str) -> str:
    """Return a setting as ``.env`` has it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'
