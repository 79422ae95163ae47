"""``manage.py upgrade``: looks, backs up, migrates; a cut leaves a site that goes on or goes back."""

import json
import os
from pathlib import Path

import pytest
from django.db import connection, migrations

from config.care import upgrade_notes, upgrading
from config.care.manifests import backups_in
from config.tests.care.newer_code import TABLE, newer_code
from config.tests.care.own_site import OwnSite, own_database, sqlite_site

SQLITE_ONLY = pytest.mark.skipif(connection.vendor != "sqlite", reason="a site in a file")
MAKE = (
    "from accounts.tests.factories import make_person; from blog.tests.factories import make_article;"
    "make_article(make_person('minah', '미나'), '한글 날 이야기')"
)
CHANGE = "from blog.models import Post; Post.objects.update(title='나중에 바뀐 제목')"
TABLES = "from django.db import connection; print(connection.introspection.table_names())"
READ = "from blog.models import Post; print(*Post.objects.values_list('title', flat=True))"


@pytest.fixture(scope="module")
def old_tables(tmp_path_factory, empty_database):
    """A file with a post whose tables are two migrations behind this code."""
    site = sqlite_site(tmp_path_factory.mktemp("old"), empty_database)
    site.python(MAKE)
    status, said = site.run("migrate", "-v0", "social", "0004")
    assert status == 0, said
    return site.database


@pytest.fixture
def old_site(tmp_path, old_tables):
    """A site of its own with these tables."""
    return sqlite_site(tmp_path, old_tables)


@pytest.fixture
def site(tmp_path, old_tables):
    """A site of its own whose tables are this code's."""
    one = sqlite_site(tmp_path, old_tables)
    assert one.run("migrate", "-v0")[0] == 0
    return one


@pytest.fixture
def newer(site):
    """The same site, run by the code of tomorrow."""
    return OwnSite(site.folder, site.url, **newer_code(site.folder))


def newer_than(site: OwnSite, folder: Path) -> OwnSite:
    """Return a copy of a site as it lies there, run by the code of tomorrow."""
    copy = sqlite_site(folder, site.database, **newer_code(site.folder))
    for end in ("-wal", "-shm"):
        beside = site.database.with_name(site.database.name + end)
        if beside.exists():
            (copy.folder / (copy.database.name + end)).write_bytes(beside.read_bytes())
    return copy


def note_of(site: OwnSite) -> dict:
    """Return what is noted of the last upgrade."""
    note = site.folder / "var" / upgrade_notes.NOTE
    return json.loads(note.read_text()) if note.exists() else {}


def begin_and_cut(newer: OwnSite, *done: str) -> None:
    """Leave what an upgrade leaves that was cut when the migration ``done`` was applied."""
    upgrade(newer)
    assert newer.run("migrate", "-v0", *done)[0] == 0
    note = newer.folder / "var" / upgrade_notes.NOTE
    note.write_text(json.dumps(note_of(newer) | {"state": upgrade_notes.BEGUN}))


def roll_back(site: OwnSite) -> str:
    status, said = site.run("upgrade", "--roll-back", "--language", "en")
    assert status == 0, said
    assert note_of(site)["state"] == upgrade_notes.ROLLED_BACK
    return said


def upgrade(site: OwnSite, *options: str) -> str:
    status, said = site.run("upgrade", "--no-static", "--language", "en", *options)
    assert status == 0, said
    return said


def assert_it_works(site: OwnSite) -> None:
    """The tables are this code's, nothing is broken, and the post is there."""
    checks = ("database", "migrations", "moderation")
    status, said = site.run("doctor", *(part for name in checks for part in ("--only", name)))
    assert status == 0, said
    assert "한글 날 이야기" in site.python(READ)


@SQLITE_ONLY
@pytest.mark.behaviour("OP-28")
def test_a_dry_run_names_what_is_pending_and_changes_nothing(old_site):
    before = old_site.database.read_bytes()
    said = upgrade(old_site, "--dry-run")
    assert "social.0005_reports" in said
    assert "social.0006_holds" in said
    assert old_site.database.read_bytes() == before
    assert not (old_site.folder / "var" / upgrading.FOLDER).exists()


@SQLITE_ONLY
@pytest.mark.behaviour("OP-28")
def test_it_checks_backs_up_migrates_and_says_to_restart(old_site):
    said = upgrade(old_site)
    places = [said.index(word) for word in ("Checking", "Backup:", "Migrating:", "restart")]
    assert places == sorted(places)
    assert_it_works(old_site)
    folder = old_site.folder / "var" / upgrading.FOLDER
    assert len(backups_in(folder)) == 1
    # Once more: nothing to do, and the way back is still the one from before.
    assert "no backup is needed" in upgrade(old_site)
    assert len(backups_in(folder)) == 1


@SQLITE_ONLY
@pytest.mark.behaviour("OP-28")
@pytest.mark.parametrize(
    "moment",
    ["Checking", "Backing up", "Backup:", "Migrating: tomorrow.0001", "Migrating: tomorrow.0002"],
)
def test_killed_at_any_moment_it_goes_on_or_goes_back(site, newer, moment):
    process = newer.start("upgrade", "--no-static", "--language", "en")
    for line in process.stdout:
        if line.startswith(moment):
            break
    else:
        pytest.fail(f"it never came to {moment}")
    process.kill()
    process.communicate()
    copy = newer_than(site, site.folder / "copy")
    upgrade(copy)
    assert_it_works(copy)
    if note_of(site):
        assert note_of(site)["state"] == upgrade_notes.BEGUN
        roll_back(site)
        assert_it_works(site)
    else:
        status, said = newer.run("upgrade", "--roll-back", "--language", "en")
        assert status == 1
        assert "no upgrade to roll back" in said


@SQLITE_ONLY
@pytest.mark.behaviour("OP-28")
def test_cut_in_the_middle_it_goes_on_with_the_backup_of_before(site, newer):
    begin_and_cut(newer, "tomorrow", "0001")
    [backup] = backups_in(site.folder / "var" / upgrading.FOLDER)
    # The old code comes up once more: it has nothing to migrate, and ends nothing.
    assert site.run("prepare", "--no-static")[0] == 0
    assert note_of(site)["state"] == upgrade_notes.BEGUN
    assert "goes on; its backup is" in upgrade(newer)
    assert backups_in(site.folder / "var" / upgrading.FOLDER) == [backup]
    assert note_of(site) == note_of(site) | {"state": "done", "backup": str(backup)}


@SQLITE_ONLY
@pytest.mark.behaviour("OP-28")
def test_what_was_begun_and_finished_by_prepare_is_done_and_the_next_upgrade_has_a_backup(
    site, newer
):
    begin_and_cut(newer, "tomorrow", "0001")
    assert newer.run("prepare", "--no-static")[0] == 0
    assert note_of(site)["state"] == upgrade_notes.DONE
    newer_code(site.folder, migrations=3)
    assert "Backup:" in upgrade(newer)
    assert note_of(site)["migrations"] == ["tomorrow.0003_step"]
    assert len(backups_in(site.folder / "var" / upgrading.FOLDER)) == 2


@pytest.mark.parametrize("pending", [["blog.0099"], ["social.0005", "social.0006"]], ids=str)
def test_a_note_of_long_ago_does_not_stand_for_a_backup_of_today(
    tmp_path, settings, monkeypatch, pending
):
    settings.VAR_DIR = tmp_path
    long_ago = tmp_path / "long ago"
    long_ago.mkdir()
    begun = upgrade_notes.Upgrade("", str(long_ago), ["social.0005", "social.0006"])
    upgrade_notes.write_note(begun, upgrade_notes.BEGUN)
    monkeypatch.setattr(upgrading, "make_backup", lambda *given, **options: tmp_path / "today")
    note = upgrading._begin(pending, tell=print, backup_to=None, has_backup=True)
    assert (note.backup, note.migrations) == (str(tmp_path / "today"), pending)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a site on a server")
@pytest.mark.behaviour("OP-28")
def test_killed_on_a_server_it_goes_on(tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        connection.close()
        tables = connection.settings_dict["NAME"]
    with own_database("madang_upgrade_test", template=tables) as url:
        site = OwnSite(tmp_path, url)
        site.python(MAKE)
        assert site.run("migrate", "-v0", "social", "0004")[0] == 0
        process = site.start("upgrade", "--no-static", "--no-backup", "--language", "en")
        for line in process.stdout:
            if line.startswith("Migrating: social.0006"):
                break
        process.kill()
        process.communicate()
        upgrade(site, "--no-backup")
        assert_it_works(site)


@SQLITE_ONLY
@pytest.mark.behaviour("OP-28")
def test_rolling_back_checks_the_backup_and_brings_back_what_was_there_then(site, newer):
    upgrade(newer)
    site.python(CHANGE)
    [backup] = backups_in(site.folder / "var" / upgrading.FOLDER)
    dump = backup / "database.sqlite3"
    whole = dump.read_bytes()
    dump.chmod(0o600)
    dump.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    status, said = site.run("upgrade", "--roll-back", "--language", "en")
    assert status == 1
    assert "checksum" in said.lower()
    assert "나중에 바뀐 제목" in site.python(READ)
    dump.write_bytes(whole)
    roll_back(site)
    assert_it_works(site)
    status, said = site.run("upgrade", "--roll-back", "--language", "en")
    assert "no upgrade to roll back" in said


@SQLITE_ONLY
@pytest.mark.behaviour("OP-28")
def test_the_new_code_does_not_roll_back_and_says_how_to(site, newer):
    upgrade(newer)
    site.python(CHANGE)
    status, said = newer.run("upgrade", "--roll-back", "--language", "en")
    assert status == 1
    assert "still the new code: it has tomorrow.0001_step, tomorrow.0002_step" in said
    assert note_of(site)["state"] == upgrade_notes.DONE
    assert "나중에 바뀐 제목" in site.python(READ)
    # What it names for old code that cannot: the tables are the old ones, whoever runs it.
    command = said.partition("manage.py ")[2].split()
    status, said = newer.run(*command)
    assert status == 0, said
    assert TABLE not in site.python(TABLES)
    assert_it_works(site)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a site on a server")
@pytest.mark.behaviour("OP-28")
def test_rolled_back_on_a_server_it_keeps_the_tables_of_the_new_code_elsewhere(
    tmp_path, django_db_setup, django_db_blocker
):
    with django_db_blocker.unblock():
        connection.close()
        tables = connection.settings_dict["NAME"]
    with own_database("madang_upgrade_test", template=tables) as url:
        site = OwnSite(tmp_path, url)
        newer = OwnSite(tmp_path, url, **newer_code(tmp_path))
        site.python(MAKE)
        upgrade(newer)
        site.python(CHANGE)
        assert newer.run("upgrade", "--roll-back")[0] == 1
        said = roll_back(site)
        assert TABLE not in site.python(TABLES)
        assert "is kept in the schema madang_kept_" in said
        assert TABLE in said
        assert_it_works(site)
        # And forward once more.
        upgrade(newer)
        assert_it_works(newer)


@SQLITE_ONLY
@pytest.mark.behaviour("OP-28")
def test_a_database_that_is_newer_than_the_code_and_a_damaged_one_are_left_alone(old_site):
    old_site.python(
        "from django.db import connection; from django.db.migrations.recorder import"
        " MigrationRecorder as R; R(connection).record_applied('blog', '9999_from_tomorrow')"
    )
    status, said = old_site.run("upgrade", "--language", "en")
    assert status == 1
    assert "9999_from_tomorrow" in said
    data = bytearray(old_site.database.read_bytes())
    data[len(data) // 2 :] = os.urandom(len(data) - len(data) // 2)
    old_site.database.write_bytes(data)
    status, said = old_site.run("upgrade", "--language", "en")
    assert status == 1
    assert not Path(old_site.folder, "var", upgrading.FOLDER).exists()


def test_migrations_that_only_a_backup_undoes_are_named():
    one = migrations.Migration("0042_forget", "blog")
    one.operations = [migrations.RunPython(migrations.RunPython.noop)]
    assert upgrading.irreversible([one]) == ["blog.0042_forget"]
    one.operations = [migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)]
    assert upgrading.irreversible([one]) == []
