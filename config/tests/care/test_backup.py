"""Backups: of one moment while the site writes, whole or not there, and nobody else's to read."""

import contextlib
import fcntl
import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from environ import Env

from blog.models import Tag, Topic
from blog.tests.factories import make_article, make_person
from config.backups import last_backup
from config.care import dumping
from config.care.backup import LOCK, make_backup
from config.care.databases import Sqlite, is_sqlite
from config.care.exceptions import CareRefused
from config.care.manifests import SETTINGS_FILE, read_backup
from config.care.restore import check_backup, restore_backup
from config.tests.care.sites import another_database, ask, hashes_of, media_in, sqlite_at
from config.tests.world import make_world

HERE = "default"
WRITERS = 3

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    """A folder of its own for what the site writes."""
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    return settings.VAR_DIR


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.behaviour("OP-26")
def test_a_backup_holds_rows_files_and_settings_and_says_what_they_are(tmp_path, var):
    make_world()
    media = media_in(tmp_path / "media", 나무=b"leaf", moon=b"light")
    made = make_backup(tmp_path / "backups", storage=media)
    manifest = read_backup(made).manifest
    assert manifest.tables == hashes_of(site.DATABASES[HERE])
    assert {name: one.size for name, one in manifest.media.items()} == {
        "images/나무/480.webp": 4,
        "images/moon/480.webp": 5,
    }
    assert (made / "media/images/moon/480.webp").read_bytes() == b"light"
    assert manifest.migrations["blog"][0].startswith("0001")
    assert last_backup().size == manifest.size
    assert not list(var.glob(".care-*"))
    check_backup(made)


@pytest.mark.behaviour("OP-26")
def test_only_the_owner_may_read_a_backup_because_its_settings_hold_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("MAIL_SERVER", "mail.example")
    monkeypatch.setenv("MAIL_USERNAME", "마당")
    monkeypatch.setenv("MAIL_PASSWORD", 'a"b\\c #$d')
    made = make_backup(tmp_path / "backups", has_media=False)
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files_in(made)} == {0o600}
    read: dict[str, str] = {}
    monkeypatch.setattr(Env, "ENVIRON", read)
    Env.read_env(made / SETTINGS_FILE)
    assert read["SECRET_KEY"] == site.SECRET_KEY
    assert read["MAIL_PASSWORD"] == 'a"b\\c #$d'


def write_in_pairs(stop, problems, number):
    """Write pairs of rows in one transaction each; a moment never shows one without the other."""
    try:
        count = 0
        while not stop.is_set() and count < 400:
            count += 1
            with transaction.atomic():
                Tag.objects.create(name=f"태그{number}-{count}", key=f"tag{number}-{count}")
                Topic.objects.create(
                    name=f"주제{number}-{count}", slug=f"topic-{number}-{count}", position=1
                )
    except Exception as error:
        problems.append(error)
    finally:
        connections.close_all()


@pytest.mark.behaviour("OP-26", "OP-27")
def test_a_backup_under_write_load_is_of_one_moment_and_restores_to_equal_hashes(tmp_path):
    make_world()
    stop, problems = threading.Event(), []
    writers = [
        threading.Thread(target=write_in_pairs, args=(stop, problems, number))
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    try:
        while Tag.objects.count() < 20:
            assert not problems
        before = Tag.objects.count()
        made = make_backup(tmp_path / "backups", storage=media_in(tmp_path / "media", 나무=b"leaf"))
        after = Tag.objects.count()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not problems
    assert before < after, "Nobody wrote meanwhile: this shows nothing."
    with another_database(tmp_path) as other:
        elsewhere = media_in(tmp_path / "elsewhere")
        told = []
        restore_backup(made, database=other, storage=elsewhere, tell=told.append)
        assert "All rows are what the manifest says." in told
        assert hashes_of(other) == read_backup(made).manifest.tables
        [(tags,)] = ask(other, "SELECT count(*) FROM blog_tag WHERE key LIKE 'tag%-%'")
        [(topics,)] = ask(other, "SELECT count(*) FROM blog_topic WHERE slug LIKE 'topic-%'")
        assert tags == topics
        assert before - 10 <= tags <= after
        [(waiting,)] = ask(other, "SELECT count(*) FROM search_waiting WHERE kind = 'tag'")
        assert waiting >= tags, "Triggers of search were not there."
        assert Path(elsewhere.path("images/나무/480.webp")).read_bytes() == b"leaf"


BUSY_WRITER = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20) as held:
    held.execute("PRAGMA journal_mode = WAL")
    held.execute("PRAGMA synchronous = OFF")
    for number in range(300_000):
        held.execute("BEGIN IMMEDIATE")
        held.execute("INSERT INTO auth_group (name) VALUES (?)", [f"왼쪽 {number}"])
        held.execute("INSERT INTO auth_group (name) VALUES (?)", [f"오른쪽 {number}"])
        held.execute("COMMIT")
        if number == 20:
            print("busy", flush=True)
held.close()
"""
BY_SIDE = (
    "SELECT substr(name, 1, 2), count(*) FROM auth_group WHERE name GLOB '[왼오]*' GROUP BY 1"
    " ORDER BY 1"
)


@pytest.mark.skipif(not is_sqlite(site.DATABASES[HERE]), reason="an SQLite file")
@pytest.mark.behaviour("OP-26")
def test_a_copy_beside_a_process_that_writes_without_a_pause_is_of_the_moment_it_began(
    tmp_path, empty_database, monkeypatch
):
    source, copy = sqlite_at(tmp_path / "source.sqlite3"), sqlite_at(tmp_path / "copy.sqlite3")
    shutil.copy(empty_database, source["NAME"])
    # So many steps that somebody writes between two of them.
    monkeypatch.setattr(dumping, "PAGES", 1)
    command = [sys.executable, "-c", BUSY_WRITER, source["NAME"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "busy\n"
        with contextlib.closing(Sqlite(source["NAME"])) as held:
            began = []
            hold = held.hold
            held.hold = lambda: (hold(), began.extend(held.execute(BY_SIDE)))
            dumping.copy_sqlite(held, Path(copy["NAME"]))
        was_busy = writer.poll() is None
        writer.kill()
    assert was_busy, "It waited for a moment without writers."
    assert ask(copy, BY_SIDE) == began
    [(_left, lefts), (_right, rights)] = began
    assert lefts == rights < ask(source, BY_SIDE)[0][1]
    assert ask(copy, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.behaviour("OP-26")
def test_an_encrypted_backup_shows_nothing_without_its_key(tmp_path, var):
    pyrage = pytest.importorskip("pyrage")
    make_article(make_person("minah", "미나"), title="아무도 못 읽는 제목")
    key, wrong = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(f"# created: today\n{key}\n")
    (tmp_path / "wrong").write_text(f"{wrong}\n")
    media = media_in(tmp_path / "media", 나무=b"leaf of a tree")
    made = make_backup(tmp_path / "backups", storage=media, encrypt_to=[str(key.to_public())])
    open_files = [path for path in files_in(made) if path.suffix != ".age"]
    assert [path.name for path in open_files] == ["about.json"]
    for path in files_in(made):
        data = path.read_bytes()
        assert b"leaf of a tree" not in data
        assert "아무도 못 읽는".encode() not in data
        assert site.SECRET_KEY.encode() not in data
    assert not list(var.glob(".care-*"))
    with pytest.raises(CareRefused, match="name the file of your secret key"):
        check_backup(made)
    with pytest.raises(CareRefused, match="encrypted to another key"):
        check_backup(made, identity=tmp_path / "wrong")
    with pytest.raises(CareRefused, match="holds no secret key"):
        check_backup(made, identity=made / "about.json")
    manifest = check_backup(made, identity=tmp_path / "key")
    assert manifest.tables == hashes_of(site.DATABASES[HERE])
    sealed = made / "media/images/나무/480.webp.age"
    sealed.write_bytes(sealed.read_bytes()[:-5])
    with pytest.raises(CareRefused, match="was cut or changed"):
        check_backup(made, identity=tmp_path / "key")


def test_a_key_that_is_none_is_said_before_anything_is_written(tmp_path):
    pytest.importorskip("pyrage")
    with pytest.raises(CareRefused, match="no public key"):
        make_backup(tmp_path / "backups", encrypt_to=["age1나무"])
    assert not (tmp_path / "backups").exists()


@pytest.mark.behaviour("OP-26")
def test_a_disk_that_gets_full_leaves_no_backup_and_says_so(tmp_path):
    make_person("minah", "미나")
    big = media_in(tmp_path / "media", 큰=os.urandom(300_000))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Of the database alone SQLite would speak; of a file the system.
    for limit in (30_000, 200_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limits[1]))
        try:
            with pytest.raises(CareRefused, match=r"disk .* full|could not be copied|too large"):
                make_backup(tmp_path / "backups", storage=big)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert [path.name for path in (tmp_path / "backups").iterdir()] == [LOCK]
    assert last_backup() is None


def test_what_cannot_fit_is_not_begun(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(CareRefused, match=r"1000.B left and about .* needed"):
        make_backup(tmp_path / "backups", has_media=False)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CareRefused, match="cannot be written"):
        make_backup(tmp_path / "file" / "backups")


def test_files_that_did_not_change_are_linked_to_the_backup_before(tmp_path):
    media = media_in(tmp_path / "media", 나무=b"leaf", moon=b"light")
    first = make_backup(tmp_path / "backups", storage=media)
    media.delete("images/moon/480.webp")
    media_in(tmp_path / "media", sun=b"heat")
    told = []
    second = make_backup(tmp_path / "backups", storage=media, tell=told.append)
    assert any("2 uploaded files" in line and "1 linked" in line for line in told)
    leaf = "media/images/나무/480.webp"
    assert (first / leaf).samefile(second / leaf)
    assert (first / "media/images/moon/480.webp").read_bytes() == b"light"
    assert not (second / "media/images/moon/480.webp").exists()
    # The same name with another content would be another file.
    (tmp_path / "media/images/나무/480.webp").write_bytes(b"LEAF")
    third = make_backup(tmp_path / "backups", storage=media)
    assert (third / leaf).read_bytes() == b"LEAF"
    assert (second / leaf).read_bytes() == b"leaf"
    shutil.rmtree(first)
    check_backup(second)


def test_files_that_vanish_while_they_are_copied_are_noted(tmp_path):
    media = media_in(tmp_path / "media", 나무=b"leaf", moon=b"light")
    opened = media.open

    def open_once(name, mode="rb"):
        media.delete("images/moon/480.webp")
        return opened(name, mode)

    media.open = open_once
    made = make_backup(tmp_path / "backups", storage=media)
    manifest = read_backup(made).manifest
    assert manifest.gone == ["images/moon/480.webp"]
    assert list(manifest.media) == ["images/나무/480.webp"]
    check_backup(made)


@pytest.mark.behaviour("OP-26")
def test_only_the_oldest_whole_backups_of_this_site_are_deleted(tmp_path, settings):
    place = tmp_path / "backups"
    settings.SITE_URL = "https://other.example"
    foreign = make_backup(place, has_media=False)
    settings.SITE_URL = "https://madang.example"
    made = []
    for second in range(3):
        one = make_backup(place, has_media=False)
        made.append(one.rename(place / f"madang-2020010{second + 1}-000000"))
    (place / "madang-20190101-000000").mkdir()
    (place / "오래된 것").mkdir()
    told = []
    newest = make_backup(place, has_media=False, keep=2, tell=told.append)
    assert sorted(path.name for path in place.iterdir() if path.is_dir()) == sorted(
        ["madang-20190101-000000", "madang-20200103-000000", foreign.name, newest.name, "오래된 것"]
    )
    assert [line for line in told if "Deleted" in line] == [
        "Deleted: madang-20200101-000000",
        "Deleted: madang-20200102-000000",
    ]


def test_what_a_killed_backup_left_never_looks_like_one_and_goes_with_the_next(tmp_path):
    place = tmp_path / "backups"
    left = place / "madang-20200101-000000.partial"
    left.mkdir(parents=True)
    (left / "about.json").write_text(json.dumps({"madang_backup": 1}))
    with pytest.raises(CareRefused, match="never finished"):
        restore_backup(left)
    make_backup(place, has_media=False)
    assert not left.exists()


def test_two_backups_at_once_into_one_place_are_one(tmp_path):
    place = tmp_path / "backups"
    place.mkdir()
    with open(place / LOCK, "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(CareRefused, match="Another backup"):
            make_backup(place)
    make_backup(place, has_media=False)


def test_the_command_tells_what_it_wrote_and_what_is_wrong(tmp_path, capsys):
    call_command("backup", tmp_path / "backups", "--no-media", "--keep", "1")
    said = capsys.readouterr().out
    assert ("SQLite" if is_sqlite(site.DATABASES[HERE]) else "PostgreSQL") in said
    made = Path(said.strip().splitlines()[-1].partition(": ")[2])
    assert not read_backup(made).manifest.has_media
    with pytest.raises(CommandError, match="at least 1"):
        call_command("backup", tmp_path, "--keep", "0")
    call_command("restore", made, "--only-check")
    assert "The backup is whole." in capsys.readouterr().out
    call_command("restore", made, "--settings-to", tmp_path / "env")
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600
    assert f'SECRET_KEY="{site.SECRET_KEY}"' in (tmp_path / "env").read_text()
    with pytest.raises(CommandError, match="no complete backup"):
        call_command("restore", tmp_path, "--verify")
