"""Restoring: everything is checked first, and what fails leaves what was there."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage

from blog.tests.factories import make_article, make_person
from config.care import restoring_postgres
from config.care.backup import make_backup
from config.care.databases import is_sqlite
from config.care.exceptions import CareRefused, NotEmpty, WrongChecksum
from config.care.manifests import ABOUT, MANIFEST, read_backup
from config.care.restore import check_backup, restore_backup
from config.tests.care.sites import (
    another_database,
    ask,
    change,
    copy_of,
    hashes_of,
    media_in,
    rewrite_manifest,
    sqlite_at,
)

HERE = "default"
LEAF = "images/나무/480.webp"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backup(settings, tmp_path):
    """A backup of a small site with one picture."""
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    make_article(make_person("minah", "미나"), title="마당", source="각자의 마당.")
    media = media_in(tmp_path / "media", 나무=b"leaf")
    return make_backup(tmp_path / "backups", storage=media)


@pytest.fixture
def other(tmp_path):
    """A second database, empty."""
    with another_database(tmp_path) as database:
        yield database


def is_untouched(database):
    if is_sqlite(database):
        folder = Path(database["NAME"]).parent
        return not folder.exists() or not list(folder.iterdir())
    return ask(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def database_of(backup):
    return next(backup.glob("database.*"))


SPOILED = {
    "a cut database": (lambda one: cut(database_of(one)), "bytes instead of"),
    "a flipped bit in the database": (lambda one: flip(database_of(one)), "another checksum"),
    "no database": (lambda one: database_of(one).unlink(), "is missing"),
    "a changed picture": (lambda one: (one / "media" / LEAF).write_bytes(b"LEAF"), "checksum"),
    "a lost picture": (lambda one: (one / "media" / LEAF).unlink(), "is missing"),
    "a changed manifest": (lambda one: flip(one / MANIFEST), "another checksum"),
    "no manifest": (lambda one: (one / MANIFEST).unlink(), "is missing"),
    "no page about it": (lambda one: (one / ABOUT).unlink(), "no complete backup"),
}


@pytest.mark.behaviour("OP-27")
def test_a_spoiled_backup_is_refused_before_anything_is_touched(backup, other, tmp_path):
    elsewhere = media_in(tmp_path / "elsewhere")
    for number, (spoil, why) in enumerate(SPOILED.values()):
        copy = copy_of(backup, tmp_path / f"spoiled{number}")
        spoil(copy)
        with pytest.raises(CareRefused, match=why):
            restore_backup(copy, database=other, storage=elsewhere)
        with pytest.raises(CareRefused, match=why):
            check_backup(copy)
        assert is_untouched(other)
        assert not (tmp_path / "elsewhere").exists()


@pytest.mark.behaviour("OP-27")
def test_a_place_that_holds_something_is_refused_and_replaced_by_force(backup, other, tmp_path):
    elsewhere = media_in(tmp_path / "elsewhere", other=b"mine")
    with pytest.raises(NotEmpty, match="uploaded files already"):
        restore_backup(backup, database=other, storage=elsewhere)
    restore_backup(backup, database=other, storage=elsewhere, force=True)
    change(other, "UPDATE blog_post SET title = 'changed since'")
    later = hashes_of(other)
    with pytest.raises(NotEmpty, match="holds a site with 1 people"):
        restore_backup(backup, database=other, storage=media_in(tmp_path / "third"))
    assert hashes_of(other) == later
    told = []
    (tmp_path / "elsewhere" / LEAF).write_bytes(b"spoiled since")
    restore_backup(backup, database=other, storage=elsewhere, force=True, tell=told.append)
    assert hashes_of(other) == read_backup(backup).manifest.tables
    assert (tmp_path / "elsewhere" / LEAF).read_bytes() == b"leaf"
    assert (tmp_path / "elsewhere/images/other/480.webp").read_bytes() == b"mine"
    if is_sqlite(other):
        kept = next(line for line in told if "is kept as" in line).rpartition(" as ")[2].rstrip(".")
        assert ask(sqlite_at(kept), "SELECT title FROM blog_post") == [("changed since",)]


@pytest.mark.behaviour("OP-27")
def test_rows_that_are_not_what_the_manifest_says_leave_what_was_there(backup, other, tmp_path):
    elsewhere = media_in(tmp_path / "elsewhere")
    restore_backup(backup, database=other, storage=elsewhere)
    change(other, "UPDATE blog_post SET title = 'changed since'")
    later = hashes_of(other)
    lying = copy_of(backup, tmp_path / "lying")
    tables = json.loads((lying / MANIFEST).read_text())["tables"]
    tables["accounts_user"][1] = "0" * 64
    rewrite_manifest(lying, tables=tables)
    with pytest.raises(WrongChecksum, match="accounts_user: as many rows, but others"):
        restore_backup(lying, database=other, storage=elsewhere, force=True)
    assert hashes_of(other) == later
    [(title,)] = ask(other, "SELECT title FROM blog_post")
    assert title == "changed since"
    if not is_sqlite(other):
        named = f"SELECT 1 FROM pg_namespace WHERE nspname = '{restoring_postgres.ASIDE}'"
        assert not ask(other, named)
        # Its triggers came back, too.
        change(other, "UPDATE blog_post SET title = 'and again'")
        assert ask(other, "SELECT count(*) FROM search_waiting WHERE kind = 'post'") == [(1,)]


@pytest.mark.behaviour("OP-27")
def test_triggers_are_those_of_the_restored_tables_while_the_old_ones_wait(backup, other, tmp_path):
    elsewhere = media_in(tmp_path / "elsewhere")
    restore_backup(backup, database=other, storage=elsewhere)
    # As an older backup: something is still to be migrated, so triggers go and come back.
    change(other, "DELETE FROM django_migrations WHERE app = 'search' AND name LIKE '0002%'")
    older = make_backup(tmp_path / "older", database=other, has_media=False)
    restore_backup(older, database=other, storage=elsewhere, force=True)
    change(other, "UPDATE blog_post SET title = 'changed since'")
    assert ask(other, "SELECT count(*) FROM search_waiting WHERE kind = 'post'") == [(1,)]
    triggers = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'moderation_guard%'"
        if is_sqlite(other)
        else "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'moderation_guard%'"
    )
    assert ask(other, triggers) == [(5,)]


@pytest.mark.behaviour("OP-27")
def test_a_failing_migration_leaves_what_was_there(backup, other, tmp_path, settings):
    elsewhere = media_in(tmp_path / "elsewhere")
    restore_backup(backup, database=other, storage=elsewhere)
    # A site that forgot that it has the tables of search: the next migration cannot make them.
    change(other, "DELETE FROM django_migrations WHERE app = 'search'")
    forgetful = make_backup(tmp_path / "forgetful", database=other, has_media=False)
    change(other, "UPDATE blog_post SET title = 'changed since'")
    later = hashes_of(other)
    with pytest.raises(CareRefused, match=r"(?s)The migrations failed.*already exists"):
        restore_backup(forgetful, database=other, storage=elsewhere, force=True)
    assert hashes_of(other) == later
    assert ask(other, "SELECT count(*) FROM django_migrations WHERE app = 'search'") == [(0,)]


def test_a_backup_of_a_newer_version_is_refused(backup, other, tmp_path):
    newer = copy_of(backup, tmp_path / "newer")
    migrations = json.loads((newer / MANIFEST).read_text())["migrations"]
    migrations["blog"].append("0999_from_the_future")
    rewrite_manifest(newer, migrations=migrations)
    with pytest.raises(CareRefused, match=r"newer Madang.*blog 0999_from_the_future"):
        restore_backup(newer, database=other, storage=InMemoryStorage())
    assert is_untouched(other)


def test_a_backup_of_the_other_engine_says_which_way_to_go(backup, tmp_path):
    here = is_sqlite(site.DATABASES[HERE])
    wrong = (
        {"ENGINE": "django.db.backends.postgresql", "NAME": "x"}
        if here
        else sqlite_at(tmp_path / "x.sqlite3")
    )
    with pytest.raises(CareRefused, match="move_database --to URL"):
        restore_backup(backup, database=wrong, storage=InMemoryStorage())


def test_names_that_lead_out_of_the_folder_are_refused(backup, tmp_path):
    evil = copy_of(backup, tmp_path / "evil")
    rewrite_manifest(evil, media={"../../etc/나무": [4, "0" * 64]})
    with pytest.raises(CareRefused, match="outside of its folder"):
        check_backup(evil)


def test_files_go_into_a_storage_that_is_no_disk(backup, other):
    bucket = InMemoryStorage()
    bucket.save(LEAF, ContentFile(b"only half"))
    restored = restore_backup(backup, database=other, storage=bucket, force=True, verifies=False)
    assert restored.media_written == 1
    with bucket.open(LEAF) as file:
        assert file.read() == b"leaf"


def test_a_storage_that_is_no_disk_is_backed_up_whole(backup, tmp_path):
    bucket = InMemoryStorage()
    bucket.save("avatars/달.webp", ContentFile(b"moon"))
    made = make_backup(tmp_path / "more", storage=bucket)
    assert (made / "media/avatars/달.webp").read_bytes() == b"moon"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_files_and_folders_that_root_brings_back_belong_to_who_owns_the_place(
    backup, other, tmp_path
):
    place = tmp_path / "place"
    place.mkdir()
    os.chown(place, 1234, 1235)
    restore_backup(backup, database=other, storage=media_in(place / "media"), force=True)
    made = [place / "media", *(place / "media").rglob("*")]
    assert len(made) == 4
    assert {(one.stat().st_uid, one.stat().st_gid) for one in made} == {(1234, 1235)}


def test_another_secret_key_is_told(backup, other, settings):
    settings.SECRET_KEY = "another one"
    told = []
    restore_backup(backup, database=other, storage=InMemoryStorage(), tell=told.append)
    assert any("SECRET_KEY is another one" in line for line in told)


def test_an_sqlite_file_in_use_is_not_replaced(tmp_path, empty_database, settings):
    settings.VAR_DIR = tmp_path
    source, target = tmp_path / "source.sqlite3", tmp_path / "target.sqlite3"
    shutil.copy(empty_database, source)
    shutil.copy(empty_database, target)
    made = make_backup(tmp_path / "backups", database=sqlite_at(source), has_media=False)
    with closing(sqlite3.connect(target)) as somebody:
        somebody.execute("PRAGMA journal_mode = WAL")
        somebody.execute("INSERT INTO auth_group (name) VALUES ('편집자')")
        somebody.commit()
        with pytest.raises(CareRefused, match="stop the web server"):
            restore_backup(made, database=sqlite_at(target), force=True)
        assert ("편집자",) in somebody.execute("SELECT name FROM auth_group").fetchall()
    assert not list(tmp_path.glob(".target*"))
