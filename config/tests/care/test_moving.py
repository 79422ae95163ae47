"""Moving the database: equal hashes on both sides, and numbers that are never given twice."""

import shutil
from contextlib import closing

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command

from blog.models import Tag
from blog.tests.factories import make_person
from config.care.databases import Sqlite, is_sqlite, open_database, url_of
from config.care.exceptions import CareRefused, NotEmpty
from config.care.moving import move_database
from config.env import parse_database_url
from config.tests.care.sites import another_database, ask, change, hashes_of, sqlite_at
from config.tests.world import make_world

HERE = "default"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(tmp_path):
    """A second database on the engine of this run, empty."""
    with another_database(tmp_path) as database:
        yield database


@pytest.fixture
def target(tmp_path, empty_database):
    """An SQLite file with the tables of today, so that no test has to wait for migrations."""
    path = tmp_path / "target.sqlite3"
    shutil.copy(empty_database, path)
    return sqlite_at(path)


def counted(hashes):
    return {name: (one.rows, one.sha256) for name, one in hashes.items()}


@pytest.mark.behaviour("OP-29")
def test_a_site_goes_to_the_other_engine_and_back_with_equal_hashes(target, other):
    """Run on PostgreSQL it goes PostgreSQL → SQLite → PostgreSQL."""
    make_world()
    gone = Tag.objects.create(name="사라진 것", key="gone")
    highest = gone.pk
    gone.delete()
    before = hashes_of(site.DATABASES[HERE])
    told = []
    moved = move_database(url_of(target), tell=told.append)
    assert any("accounts_user" in line for line in told)
    assert not [name for name in moved.left if not name.startswith("search_fts")]
    assert counted(hashes_of(target)) == counted(before)
    move_database(url_of(other), database=target)
    assert hashes_of(other) == before
    # Work goes on over there: rows get new numbers, triggers tell search, the log is guarded.
    with closing(open_database(other)) as held:
        columns = held.columns("blog_tag")
    names = [name for name in columns if name != "id"]
    insert = f"INSERT INTO blog_tag ({', '.join(names)}) SELECT " + ", ".join(
        f"'새 {name}'" if name in {"name", "key"} else name for name in names
    )
    change(other, f"{insert} FROM blog_tag ORDER BY id LIMIT 1")
    [(new,)] = ask(other, "SELECT max(id) FROM blog_tag")
    assert new == highest + 1
    waiting = f"SELECT count(*) FROM search_waiting WHERE kind = 'tag' AND object_id = {new}"
    assert ask(other, waiting) == [(1,)]
    with pytest.raises(Exception, match="only ever added to"):
        change(other, "DELETE FROM moderation_logentry")


def test_a_target_that_holds_people_is_refused_and_replaced_by_force(target):
    make_person("minah", "미나")
    move_database(url_of(target))
    make_person("junho", "준호")
    with pytest.raises(NotEmpty, match="holds a site with 1 people"):
        move_database(url_of(target))
    move_database(url_of(target), force=True)
    assert counted(hashes_of(target)) == counted(hashes_of(site.DATABASES[HERE]))
    with pytest.raises(CareRefused, match="configured already"):
        move_database(url_of(site.DATABASES[HERE]))


def test_what_is_written_meanwhile_is_told(target):
    make_person("minah", "미나")

    def write(line):
        if "accounts_user" in line:
            Tag.objects.create(name="그사이", key="meanwhile")

    with pytest.raises(CareRefused, match=r"wrote while it was copied: blog_tag: 1 rows instead"):
        move_database(url_of(target), tell=write)


@pytest.mark.skipif(
    is_sqlite(site.DATABASES[HERE]), reason="what PostgreSQL refuses is tried with PostgreSQL"
)
def test_a_row_that_postgresql_cannot_keep_is_named(tmp_path, empty_database, other):
    source = sqlite_at(tmp_path / "source.sqlite3")
    shutil.copy(empty_database, source["NAME"])
    change(
        source,
        "INSERT INTO auth_group (id, name) VALUES (6, '편집자')",
        "INSERT INTO auth_group (id, name) VALUES (7, '편집' || char(0) || '자')",
    )
    with pytest.raises(CareRefused, match=r"auth_group, id=7: name holds the character NUL"):
        move_database(url_of(other), database=source)
    assert ask(other, "SELECT count(*) FROM auth_group WHERE id IN (6, 7)") == [(0,)]
    change(source, "UPDATE auth_group SET name = '자' WHERE id = 7")
    lost = "INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (7, 99999)"
    change(source, lost)
    with pytest.raises(CareRefused, match="foreign key"):
        move_database(url_of(other), database=source)


def test_a_source_that_lacks_migrations_is_told_to_migrate(tmp_path, target, empty_database):
    source = sqlite_at(tmp_path / "source.sqlite3")
    shutil.copy(empty_database, source["NAME"])
    change(source, "DROP TABLE social_mutedterm")
    with pytest.raises(CareRefused, match=r"no table social_mutedterm: run manage.py migrate"):
        move_database(url_of(target), database=source)


def test_the_command_says_what_to_set(tmp_path, capsys):
    make_person("minah", "미나")
    target = tmp_path / "다른 곳.sqlite3"
    call_command("move_database", "--to", f"sqlite:///{target}")
    said = capsys.readouterr().out
    assert "have equal hashes on both sides" in said
    assert "set DATABASE_URL" in said
    with pytest.raises(CommandError, match="Madang runs on"):
        call_command("move_database", "--to", "mysql://somewhere/db")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////srv/마당/madang.sqlite3",
        "postgres://user:p%40ss%2F%25@db.example:6432/madang?sslmode=require",
        "postgres://user@/madang?host=/run/postgresql",
        "postgres://user:pw@[::1]:5432/madang",
    ],
)
def test_an_address_of_a_database_is_written_as_it_is_read(url):
    database = parse_database_url(url)
    again = parse_database_url(url_of(database))
    assert {name: again[name] for name in database} == database


def test_a_database_that_is_not_there_is_said():
    with pytest.raises(CareRefused, match="There is no database"):
        open_database(sqlite_at("/nowhere/madang.sqlite3"))
    with pytest.raises(CareRefused, match="cannot be opened"):
        Sqlite("/nowhere/madang.sqlite3")
