"""``restore`` killed by SIGKILL: the site is the former one or the restored one, whole; again, it is done.

It is killed when something can be seen of it, and not after a time. Where the cut comes later than
that, what is asserted holds all the same.
"""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings as live_settings
from django.db import connection

from config.care.databases import open_database
from config.care.locks import held_folder
from config.care.manifests import read_backup
from config.care.restoring_postgres import ASIDE
from config.care.row_hashes import compare
from config.tests.care.own_site import OwnSite, own_database, sqlite_site
from config.tests.care.sites import ask, change, hashes_of, sqlite_at

IS_SQLITE = connection.vendor == "sqlite"
LEAF, LEAF_BYTES = "images/나무/480.webp", b"leaf " * 1000
PATIENCE_SECONDS = 60
MAKE = f"""
from accounts.tests.factories import make_person
from blog.tests.factories import make_article
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
make_article(make_person('minah', '미나'), '한글 날 이야기')
default_storage.save({LEAF!r}, ContentFile(b'leaf ' * 1000))
"""
# More than all pipes between the programs hold, in rows that are none the worse for a lost end.
NOISE = (
    "INSERT INTO auth_group (name) SELECT md5(random()::text) || md5(random()::text)"
    " || md5(random()::text) || md5(random()::text) FROM generate_series(1, 10000)"
)
CHANGE = "UPDATE blog_post SET title = '나중에 바뀐 제목'"
CHECKS = ("database", "migrations", "moderation", "numbers", "leftovers")
pytestmark = pytest.mark.django_db(transaction=True)


class Trial(NamedTuple):
    """A site that was changed since its backup."""

    site: OwnSite
    database: dict[str, Any]
    backup: Path

    @property
    def leaf(self) -> Path:
        return self.site.folder / "var" / "media" / LEAF

    def beside(self, pattern: str) -> list[Path]:
        """Return what lies beside an SQLite file."""
        return list(self.site.database.parent.glob(pattern))


@contextlib.contextmanager
def place(folder: Path, tables: Path | str) -> Iterator[tuple[OwnSite, dict[str, Any]]]:
    """Yield a site with a copy of ``tables``: a file, or a database of the test's server."""
    if IS_SQLITE:
        site = sqlite_site(folder, Path(tables))
        yield site, sqlite_at(site.database)
    else:
        with own_database("madang_killed", template=str(tables)) as url:
            name = url.rpartition("/")[2]
            yield OwnSite(folder, url), {**live_settings.DATABASES["default"], "NAME": name}


@pytest.fixture(scope="module")
def made(tmp_path_factory, empty_database, django_db_setup, django_db_blocker) -> Iterator[Trial]:
    """A site with a post and a picture; when it was backed up its tables were those of older code."""
    with django_db_blocker.unblock():
        connection.close()
        tables = empty_database if IS_SQLITE else connection.settings_dict["NAME"]
        with place(tmp_path_factory.mktemp("made"), tables) as (site, database):
            site.python(MAKE)
            if not IS_SQLITE:
                change(database, NOISE)
            succeed(site, "migrate", "-v0", "social", "0004")
            said = succeed(site, "backup", str(site.folder / "backups"))
            succeed(site, "migrate", "-v0")
            change(database, CHANGE)
            yield Trial(site, database, Path(said.split()[-1]))


@pytest.fixture
def trial(tmp_path, made) -> Iterator[Trial]:
    """The same in a place of its own; the picture is lost."""
    tables = made.database["NAME"]
    with place(tmp_path, tables) as (site, database):
        yield Trial(site, database, made.backup)


def succeed(site: OwnSite, *command: str) -> str:
    status, said = site.run(*command)
    assert status == 0, said
    return said


# When it is killed --------------------------------------------------------------------------------


def a_file_is_back(trial: Trial) -> bool:
    return trial.leaf.exists()


def a_new_file_is_begun(trial: Trial) -> bool:
    return bool(trial.beside(".site.sqlite3.restoring"))


def it_is_migrated(trial: Trial) -> bool:
    return bool(trial.beside(".site.sqlite3.restoring-wal"))


def the_old_one_is_kept(trial: Trial) -> bool:
    return bool(trial.beside("site.sqlite3.before-*"))


def old_tables_are_waited_for(trial: Trial) -> bool:
    return bool(ask(trial.database, "SELECT 1 FROM pg_locks WHERE NOT granted"))


def new_tables_are_there(trial: Trial) -> bool:
    return bool(ask(trial.database, f"SELECT 1 FROM pg_namespace WHERE nspname = '{ASIDE}'"))


def new_tables_are_migrated(trial: Trial) -> bool:
    return new_tables_are_there(trial) and bool(
        ask(
            trial.database,
            "SELECT 1 FROM django_migrations WHERE app = 'social' AND name LIKE '0005%'",
        )
    )


Moment = Callable[[Trial], bool]
MOMENTS: list[Moment] = (
    [a_file_is_back, a_new_file_is_begun, it_is_migrated, the_old_one_is_kept]
    if IS_SQLITE
    else [a_file_is_back, new_tables_are_there, new_tables_are_migrated]
)


def kill_when(trial: Trial, moment: Moment) -> None:
    process = trial.site.start("restore", str(trial.backup), "--force", "--verify")
    given_up_at = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and not moment(trial):
        assert time.monotonic() < given_up_at, "it never came to that"
    process.kill()
    process.communicate()


# What is left -------------------------------------------------------------------------------------


def is_restored(trial: Trial) -> bool:
    with contextlib.closing(open_database(trial.database)) as held:
        held.hold()
        return not compare(held, read_backup(trial.backup).manifest.tables)


def assert_it_is_one_or_the_other(trial: Trial, former: dict[str, Any]) -> None:
    if not is_restored(trial):
        assert hashes_of(trial.database) == former
        return
    assert trial.leaf.read_bytes() == LEAF_BYTES
    # As every start does: what is left to be migrated.
    succeed(trial.site, "prepare", "--no-static")
    assert ask(trial.database, "SELECT title FROM blog_post") == [("한글 날 이야기",)]


@pytest.mark.behaviour("OP-27")
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda one: one.__name__)
def test_killed_it_leaves_one_site_or_the_other_and_again_it_is_done(trial, moment):
    former = hashes_of(trial.database)
    kill_when(trial, moment)
    assert_it_is_one_or_the_other(trial, former)
    succeed(trial.site, "restore", str(trial.backup), "--force", "--verify")
    assert is_restored(trial)
    assert trial.leaf.read_bytes() == LEAF_BYTES
    assert not list(trial.site.folder.rglob(".*restoring*"))
    if not IS_SQLITE:
        assert not new_tables_are_there(trial)
    wanted = (part for name in CHECKS for part in ("--only", name))
    succeed(trial.site, "doctor", *wanted, "--language", "en")


@pytest.mark.skipif(IS_SQLITE, reason="a server")
@pytest.mark.behaviour("OP-27")
def test_killed_while_the_dump_is_handed_over_nothing_of_it_is_there(trial):
    """Who reads it sees an end where there is none: what came until then is half a site."""
    former = hashes_of(trial.database)
    with contextlib.closing(open_database(trial.database)) as reader:
        reader.hold()
        reader.execute("SELECT 1 FROM blog_post")
        kill_when(trial, old_tables_are_waited_for)
    assert hashes_of(trial.database) == former
    assert not new_tables_are_there(trial)


@pytest.mark.behaviour("OP-27")
def test_who_restores_waits_for_what_a_killed_restore_had_started(tmp_path):
    told, lock = [], tmp_path / "var"
    lock.mkdir()
    with held_folder(lock, told.append, "기다립니다"):
        child = subprocess.Popen(
            [sys.executable, "-c", "print(input())"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            close_fds=False,
        )
    ending = threading.Timer(1, child.communicate, [b"end\n"])
    ending.start()
    with held_folder(lock, told.append, "기다립니다"):
        assert child.wait() == 0
    ending.join()
    assert told == ["기다립니다"]
