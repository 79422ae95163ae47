"""Places for backups, restores and moves in tests: a storage, other databases, raw looks at both."""

import contextlib
import json
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from config.care.databases import Postgres, is_sqlite, open_database
from config.care.manifests import ABOUT, MANIFEST, digest_of
from config.care.row_hashes import TableHash, hash_tables


def media_in(folder: Path, **files: bytes) -> FileSystemStorage:
    """Return a storage with files named ``images/<key>/480.webp``."""
    storage = FileSystemStorage(location=folder)
    for key, content in files.items():
        storage.save(f"images/{key}/480.webp", ContentFile(content))
    return storage


@contextlib.contextmanager
def another_database(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield a place for a second database on the engine of this run, empty."""
    ours = settings.DATABASES["default"]
    if is_sqlite(ours):
        yield {**ours, "NAME": str(folder / "다른 곳" / "other.sqlite3")}
        return
    name = f"test_care_{secrets.token_hex(4)}"
    with contextlib.closing(Postgres(ours)) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield {**ours, "NAME": name}
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def sqlite_at(path: Path) -> dict[str, Any]:
    """Return an entry of DATABASES for an SQLite file."""
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


def hashes_of(database: dict[str, Any]) -> dict[str, TableHash]:
    """Return the hashes of all tables that count, at one moment."""
    with contextlib.closing(open_database(database)) as held:
        held.hold()
        return hash_tables(held)


def ask(database: dict[str, Any], sql: str) -> list[tuple]:
    """Return the rows of one question."""
    with contextlib.closing(open_database(database)) as held:
        return held.execute(sql)


def change(database: dict[str, Any], *statements: str) -> None:
    """Change a database beside Django."""
    with contextlib.closing(open_database(database, writes=True)) as held:
        for sql in statements:
            held.execute(sql)


def rewrite_manifest(backup: Path, **changes: Any) -> None:
    """Change what a manifest says and sign it anew, as only its maker could."""
    told = json.loads((backup / MANIFEST).read_text()) | changes
    (backup / MANIFEST).write_text(json.dumps(told))
    about = json.loads((backup / ABOUT).read_text())
    about["manifest_sha256"] = digest_of(backup / MANIFEST)
    (backup / ABOUT).write_text(json.dumps(about))


def copy_of(backup: Path, folder: Path) -> Path:
    """Return a copy of a backup that a test may spoil."""
    return Path(shutil.copytree(backup, folder / backup.name))
