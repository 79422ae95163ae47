"""Uploaded files in a bucket: backed up, linked, brought back byte for byte; what it refuses is said."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage

from config.care.backup import make_backup
from config.care.exceptions import CareRefused
from config.care.manifests import read_backup
from config.care.restore import restore_backup
from config.tests.care.sites import another_database, media_in

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TREE, MOON, SUN = (f"images/{name}/480.webp" for name in ("나무", "달", "해"))

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.behaviour("OP-26", "OP-27"),
]


class BucketRefused(Exception):
    """An error of a library that is no OSError."""


class Bucket(Storage):
    """Keeps files as a bucket does: by keys under a folder, each with its moment."""

    location = "site"

    def __init__(self, **files: bytes):
        self.bucket = self.objects = self
        self.kept: dict[str, bytes] = {}
        self.moments: dict[str, datetime] = {}
        self.fetched: list[str] = []
        self.is_away = False
        for key, content in files.items():
            self.put(f"images/{key}/480.webp", content)

    def put(self, name, content):
        self.kept[name] = content
        self.moments[name] = NOON + timedelta(seconds=len(self.moments))

    def filter(self, **wanted):
        """List the keys."""
        self._answer()
        for name, content in self.kept.items():
            yield SimpleNamespace(
                key=wanted["Prefix"] + name, size=len(content), last_modified=self.moments[name]
            )

    def exists(self, name):
        self._answer()
        return name in self.kept

    def size(self, name):
        return len(self.kept[name])

    def delete(self, name):
        del self.kept[name]

    def _answer(self):
        if self.is_away:
            raise BucketRefused("could not connect")

    def _save(self, name, content):
        self._answer()
        self.put(name, content.read())
        return name

    def _open(self, name, mode="rb"):
        self._answer()
        self.fetched.append(name)
        return ContentFile(self.kept[name], name)


class Lost(File):
    """Was opened and is gone."""

    def read(self, size=-1):
        raise BucketRefused("NoSuchKey")


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()


def restore(backup, tmp_path, storage):
    with another_database(tmp_path) as other:
        return restore_backup(backup, database=other, storage=storage, force=True, migrates=False)


def test_only_new_files_are_fetched_from_a_bucket(tmp_path):
    bucket = Bucket(나무=b"leaf", 달=b"light")
    first = make_backup(tmp_path / "backups", storage=bucket)
    assert (first / "media" / MOON).read_bytes() == b"light"
    bucket.fetched.clear()
    bucket.put(SUN, b"heat")
    second = make_backup(tmp_path / "backups", storage=bucket)
    assert bucket.fetched == [SUN]
    assert (first / "media" / TREE).samefile(second / "media" / TREE)
    assert set(read_backup(second).manifest.media) == {TREE, MOON, SUN}


def test_what_was_lost_or_changed_in_a_bucket_comes_back_byte_for_byte(tmp_path):
    bucket = Bucket(나무=b"leaf", 달=b"light", 해=b"heat", 별=b"far")
    made = make_backup(tmp_path / "backups", storage=bucket)
    was = dict(bucket.kept)
    bucket.delete(TREE)
    bucket.put(MOON, b"LIGHT")
    bucket.put(SUN, b"hot")
    bucket.put("images/더/480.webp", b"more")
    assert restore(made, tmp_path, bucket).media_written == 3
    assert bucket.kept == was | {"images/더/480.webp": b"more"}


def test_files_move_from_a_disk_into_a_bucket_and_back(tmp_path):
    media = media_in(tmp_path / "media", 나무=b"leaf", 달=b"light")
    bucket = Bucket()
    made = make_backup(tmp_path / "backups", storage=media)
    assert restore(made, tmp_path, bucket).media_written == 2
    assert bucket.kept == {TREE: b"leaf", MOON: b"light"}
    again = media_in(tmp_path / "again")
    restore(make_backup(tmp_path / "backups", storage=bucket), tmp_path / "there", again)
    assert (tmp_path / "again" / MOON).read_bytes() == b"light"


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_file_that_is_deleted_while_it_is_fetched_is_noted(tmp_path, is_encrypted):
    keys = []
    if is_encrypted:
        pyrage = pytest.importorskip("pyrage")
        keys = [str(pyrage.x25519.Identity.generate().to_public())]
    bucket = Bucket(나무=b"leaf", 달=b"light")
    opened = bucket._open

    def open_and_lose(name, mode="rb"):
        if name != MOON:
            return opened(name, mode)
        bucket.delete(MOON)
        return Lost(None, name)

    bucket._open = open_and_lose
    told = []
    made = make_backup(tmp_path / "backups", storage=bucket, encrypt_to=keys, tell=told.append)
    assert any("1 files were deleted" in line for line in told)
    assert [path.name[:8] for path in (made / "media").rglob("*.webp*")] == ["480.webp"]


def test_a_bucket_that_does_not_answer_is_said_and_leaves_everything_as_it_was(tmp_path):
    bucket = Bucket(나무=b"leaf")
    made = make_backup(tmp_path / "backups", storage=bucket)
    bucket.is_away = True
    with pytest.raises(CareRefused, match="did not answer: BucketRefused: could not connect"):
        make_backup(tmp_path / "more", storage=bucket)
    assert not list((tmp_path / "more").glob("madang-*"))
    with another_database(tmp_path) as other:
        with pytest.raises(CareRefused, match="did not answer"):
            restore_backup(made, database=other, storage=bucket)
        with pytest.raises(CareRefused, match="did not answer"):
            restore_backup(made, database=other, storage=bucket, force=True)
