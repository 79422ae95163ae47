"""``manage.py prepare``: waits for the database, one process migrates, nothing is done twice."""

import contextlib
import re
import socket
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from config.care import catalogues, locks, preparing, static_files
from config.env import parse_database_url
from config.tests.care.own_site import OwnSite, own_database, sqlite_site

SQLITE_ONLY = pytest.mark.skipif(connection.vendor != "sqlite", reason="a file")
POSTGRES_ONLY = pytest.mark.skipif(connection.vendor != "postgresql", reason="a server")
AT_ONCE = 3


@pytest.fixture
def own_postgres():
    """The URL of an empty database."""
    with own_database("madang_prepare_test") as url:
        yield url


def prepare_at_once(site: OwnSite) -> list[str]:
    """Let several processes prepare the same site; all must end well. Return what each said."""
    processes = [site.start("prepare", "--no-static") for _number in range(AT_ONCE)]
    said = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * AT_ONCE, said
    return said


def migrated(said: list[str]) -> list[str]:
    """Return every migration that anybody applied, one line for each time."""
    return [name for one in said for name in re.findall(r"^Migrating: (\S+)", one, re.M)]


# Several at once ----------------------------------------------------------------------------------


@SQLITE_ONLY
@pytest.mark.behaviour("OP-11")
def test_of_several_processes_one_migrates_a_file(tmp_path, empty_database):
    site = sqlite_site(tmp_path, empty_database)
    assert site.run("migrate", "-v0", "social", "0005")[0] == 0
    said = prepare_at_once(site)
    names = migrated(said)
    assert "social.0006_holds" in names
    assert len(names) == len(set(names))
    assert all(one.rstrip().endswith("Ready.") for one in said)
    assert migrated([site.run("prepare", "--no-static")[1]]) == []


@POSTGRES_ONLY
@pytest.mark.behaviour("OP-11")
@pytest.mark.parametrize("pooler", ["off", "on"])
def test_of_several_processes_one_migrates_a_server(tmp_path, own_postgres, pooler):
    site = OwnSite(tmp_path, own_postgres, DATABASE_POOLER=pooler)
    names = migrated(prepare_at_once(site))
    assert "accounts.0001_initial" in names
    assert len(names) == len(set(names))
    assert migrated([site.run("prepare", "--no-static")[1]]) == []


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_held_by_one_and_given_on(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "PAUSE_SECONDS", 0.05)
    order, waited = [], threading.Event()

    def second() -> None:
        with locks.one_at_a_time(lambda line: waited.set()):
            order.append("second")
        connection.close()

    with locks.one_at_a_time(lambda line: None):
        thread = threading.Thread(target=second)
        thread.start()
        assert waited.wait(20)
        order.append("first")
    thread.join(20)
    assert order == ["first", "second"]


# A database that comes late -----------------------------------------------------------------------


@SQLITE_ONLY
@pytest.mark.behaviour("OP-11")
def test_it_waits_for_a_disk_that_comes_late(tmp_path, empty_database):
    site = sqlite_site(tmp_path)
    disk = tmp_path / "disk"
    disk.write_text("not mounted yet")
    site.environment["DATABASE_URL"] = f"sqlite:///{disk / 'site.sqlite3'}"
    process = site.start("prepare", "--no-static")
    assert process.stdout.readline().startswith("Waiting for the database")
    disk.unlink()
    disk.mkdir()
    (disk / "site.sqlite3").write_bytes(empty_database.read_bytes())
    said, _nothing = process.communicate(timeout=120)
    assert process.returncode == 0
    assert said.rstrip().endswith("Ready.")


@contextlib.contextmanager
def relay(port: int, host: str, target: int):
    """Stand at ``port`` and pass bytes on to a server, as if that had just come up there."""
    listener = socket.create_server(("127.0.0.1", port))

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection((host, target))
                threading.Thread(target=pump, args=(near, far), daemon=True).start()
                threading.Thread(target=pump, args=(far, near), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        listener.close()


@POSTGRES_ONLY
@pytest.mark.behaviour("OP-11")
def test_it_waits_for_a_server_that_comes_late_and_never_says_the_password(tmp_path, own_postgres):
    told = connection.settings_dict
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    late = own_postgres.replace(f":{told['PORT']}/", f":{port}/")
    late = re.sub(r"//([^:@]+)(:[^@]*)?@", r"//\1:geheim-비밀@", late)
    site = OwnSite(tmp_path, late)
    process = site.start("prepare", "--no-static")
    first = process.stdout.readline()
    assert first.startswith(f"Waiting for the database 127.0.0.1:{port}/madang_prepare_test")
    with relay(port, told["HOST"], int(told["PORT"])):
        rest, _nothing = process.communicate(timeout=300)
    assert process.returncode == 0
    assert "geheim" not in first + rest
    assert "Migrating: accounts.0001_initial" in rest


@pytest.mark.django_db
@pytest.mark.behaviour("OP-11")
def test_it_gives_up_in_its_own_time_and_says_where_it_looked(tmp_path, monkeypatch):
    disk = tmp_path / "disk"
    disk.write_text("")
    own = connection.copy()
    if connection.vendor == "postgresql":
        own.settings_dict |= {"HOST": "127.0.0.1", "PORT": 1, "NAME": "없음", "OPTIONS": {}}
    else:
        own.settings_dict |= {"NAME": str(disk / "site.sqlite3")}
    monkeypatch.setattr(preparing, "connections", {"default": own})
    heard = []
    with pytest.raises(preparing.DatabaseAway, match=re.escape(preparing.place_of(own))):
        preparing.wait_for_database(tell=heard.append, seconds=0.2, pause=0.1)
    assert heard


def test_where_a_server_is_is_said_without_its_password():
    wrapper = connection.copy()
    wrapper.vendor = "postgresql"
    wrapper.settings_dict = parse_database_url("postgres://madang:geheim@db.example:6432/site")
    assert preparing.place_of(wrapper) == "db.example:6432/site"


# Files --------------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path, settings):
    """A VAR_DIR of its own, and the storage of a server."""
    settings.VAR_DIR = tmp_path / "var"
    settings.STATIC_ROOT = tmp_path / "var" / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    (tmp_path / "var").mkdir()
    return tmp_path


def test_static_files_are_collected_once_and_again_when_one_changed(folders, monkeypatch):
    heard = []
    preparing.make_files(tell=heard.append)
    assert "Collecting static files." in heard
    assert static_files.is_complete()
    heard.clear()
    preparing.make_files(tell=heard.append)
    assert heard == []
    static_files.stamp().write_text("of another version")
    preparing.make_files(tell=heard.append)
    assert heard == ["Collecting static files."]


def test_code_that_cannot_be_written_to_brings_its_own_files(folders, monkeypatch):
    monkeypatch.setattr(preparing, "is_writable", lambda folder: False)
    heard = []
    with pytest.raises(OSError, match="no static files"):
        preparing.make_files(tell=heard.append)
    Path(settings.STATIC_ROOT).mkdir()
    (Path(settings.STATIC_ROOT) / static_files.MANIFEST).write_text("{}")
    preparing.make_files(tell=heard.append)
    assert heard == []


def test_a_catalogue_is_stale_until_it_is_compiled(tmp_path):
    folder = tmp_path / "locale" / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8"\n'
    )
    assert catalogues.stale(tmp_path)
    assert catalogues.compile_stale(tmp_path) == 1
    assert not catalogues.stale(tmp_path)


# Another version ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_database_that_is_newer_than_the_code_is_said_but_served():
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder(connection).record_applied("blog", "9999_from_tomorrow")
    assert preparing.unknown_migrations() == ["blog.9999_from_tomorrow"]
    heard = []
    preparing.bring_up_to_date([], tell=heard.append)
    assert "blog.9999_from_tomorrow" in heard[0]


@pytest.mark.django_db
def test_what_changes_with_the_code_alone_is_looked_after():
    from moderation.schema import missing_guards, remove_guards

    remove_guards()
    assert missing_guards()
    preparing.bring_up_to_date([], tell=lambda line: None)
    assert missing_guards() == []
