"""Backups of a PostgreSQL database that is shared: only what is the site's comes and goes."""

import contextlib
import secrets
import subprocess

import pytest
from django.conf import settings as site
from django.core.files.storage import InMemoryStorage
from django.db import connection

from config.care import dumping
from config.care.backup import make_backup
from config.care.children import migrate
from config.care.databases import Postgres
from config.care.exceptions import CareRefused, NotEmpty, WrongChecksum
from config.care.manifests import read_backup
from config.care.restore import restore_backup
from config.tests.care.sites import ask, change, copy_of, hashes_of, rewrite_manifest

HERE = "default"
CHANGED = "UPDATE auth_group SET name = '바뀜' WHERE name = '편집자'"
NAMES = "SELECT name FROM auth_group WHERE name IN ('편집자', '마당지기', '바뀜')"
pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a server"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.behaviour("OP-27"),
]


@pytest.fixture
def shared(settings, tmp_path):
    """A database that its user owns without being anybody on the server, and that is not theirs alone.

    In it: an extension that the server's owner made, a second schema, and beside the site's tables
    those of a wiki, one of which is named as if it were of an app of ours.
    """
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    ours = site.DATABASES[HERE]
    name = f"test_care_{secrets.token_hex(4)}"
    with contextlib.closing(Postgres(ours)) as server:
        server.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER PASSWORD '한글 비밀'")
        server.execute(f"CREATE DATABASE {name} OWNER {name}")
        whole = {**ours, "NAME": name}
        change(
            whole,
            "CREATE EXTENSION pg_trgm",
            "COMMENT ON EXTENSION pg_trgm IS 'of the server'",
            "CREATE SCHEMA other",
            "CREATE TABLE other.page (id int)",
            "INSERT INTO other.page VALUES (7)",
        )
        as_user = {**whole, "USER": name, "PASSWORD": "한글 비밀"}
        migrate(as_user)
        change(
            as_user,
            "INSERT INTO auth_group (name) VALUES ('편집자')",
            "CREATE TABLE wiki_page (id serial PRIMARY KEY, title text)",
            "INSERT INTO wiki_page (title) VALUES ('대문')",
            "CREATE TYPE wiki_mood AS ENUM ('좋음')",
            "CREATE FUNCTION wiki_touch() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE VIEW wiki_titles AS SELECT title FROM wiki_page",
        )
        try:
            yield as_user
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            server.execute(f"DROP ROLE {name}")


def restore(backup, database, **options):
    told = []
    options = {"force": True, "storage": InMemoryStorage(), "tell": told.append} | options
    restore_backup(backup, database=database, **options)
    return told


def schemas(database):
    """Return the schemas that a restore leaves."""
    return ask(database, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'madang%'")


def assert_others_are_untouched(database):
    assert ask(database, "SELECT title FROM wiki_titles") == [("대문",), ("나중에",)]
    assert ask(database, "SELECT wiki_touch(), '좋음'::wiki_mood::text") == [(1, "좋음")]
    # Numbers go on.
    change(database, "INSERT INTO wiki_page (title) VALUES ('더')")
    assert ask(database, "SELECT max(id) FROM wiki_page") == [(3,)]
    change(database, "DELETE FROM wiki_page WHERE id = 3")


def test_who_owns_the_database_alone_restores_it_in_place_beside_what_others_keep(shared, tmp_path):
    told = []
    backup = make_backup(tmp_path / "backups", database=shared, has_media=False, tell=told.append)
    assert any("left out: wiki_page, wiki_titles, wiki_touch" in line for line in told)
    was = read_backup(backup).manifest.tables
    assert "wiki_page" not in was
    change(
        shared,
        CHANGED,
        "INSERT INTO wiki_page (title) VALUES ('나중에')",
        # Since the backup, and named as if it were of an app of ours.
        "CREATE TABLE config_values (id int)",
        "INSERT INTO config_values VALUES (1)",
    )
    told = restore(backup, shared)
    assert "All rows are what the manifest says." in told
    assert {name: hashes_of(shared)[name] for name in was} == was
    assert_others_are_untouched(shared)
    assert ask(shared, "SELECT id FROM config_values") == [(1,)]
    assert schemas(shared) == []
    triggers = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'moderation_guard%'"
    assert ask(shared, triggers) == [(5,)]


def test_a_dump_of_the_whole_database_is_restored_in_place_too(shared, tmp_path, monkeypatch):
    """As versions before wrote them: with extensions, comments and other schemas."""

    class Whole(subprocess.Popen):
        def __init__(self, command, **options):
            kept = [part for part in command if not part.startswith(("--schema=", "--no-comm"))]
            super().__init__(kept, **options)

    with monkeypatch.context() as patch:
        patch.setattr(dumping.subprocess, "Popen", Whole)
        # Of the other schema only the server's owner may read.
        as_owner = site.DATABASES[HERE] | {"NAME": shared["NAME"]}
        backup = make_backup(tmp_path / "backups", database=as_owner, has_media=False)
    change(shared, "INSERT INTO wiki_page (title) VALUES ('나중에')")
    restore(backup, shared)
    assert_others_are_untouched(shared)


def test_what_fails_leaves_the_sites_tables_and_those_of_others(shared, tmp_path):
    backup = make_backup(tmp_path / "backups", database=shared, has_media=False)
    lying = copy_of(backup, tmp_path / "lying")
    tables = {name: list(one) for name, one in read_backup(backup).manifest.tables.items()}
    tables["auth_group"][1] = "0" * 64
    rewrite_manifest(lying, tables=tables)
    change(
        shared,
        CHANGED,
        "INSERT INTO wiki_page (title) VALUES ('나중에')",
        "CREATE TABLE config_values (id int)",
    )
    later = hashes_of(shared)
    with pytest.raises(WrongChecksum, match="auth_group"):
        restore(lying, shared)
    assert hashes_of(shared) == later
    assert_others_are_untouched(shared)
    assert ask(shared, "SELECT count(*) FROM config_values") == [(0,)]
    assert schemas(shared) == []


def test_what_hangs_on_the_sites_tables_is_named_and_not_dropped(shared, tmp_path):
    backup = make_backup(tmp_path / "backups", database=shared, has_media=False)
    change(
        shared,
        "CREATE VIEW wiki_people AS SELECT handle FROM accounts_user",
        "CREATE TABLE wiki_reader (person bigint REFERENCES accounts_user)",
    )
    with pytest.raises(CareRefused, match="not the site's: wiki_people, wiki_reader"):
        restore(backup, shared)
    assert ask(shared, "SELECT count(*) FROM wiki_people") == [(0,)]


def test_tables_that_this_code_does_not_know_are_kept_and_never_dropped(shared, tmp_path):
    change(shared, "CREATE TABLE blog_of_before (id int)", "INSERT INTO blog_of_before VALUES (1)")
    backup = make_backup(tmp_path / "backups", database=shared, has_media=False)
    change(shared, "INSERT INTO blog_of_before VALUES (2)")
    told = restore(backup, shared)
    assert ask(shared, "SELECT id FROM blog_of_before") == [(1,)]
    [(kept,)] = schemas(shared)
    assert any(kept in line and "blog_of_before" in line for line in told)
    assert ask(shared, f"SELECT id FROM {kept}.blog_of_before") == [(1,), (2,)]


def test_a_schema_of_its_own_is_backed_up_and_restored_there_alone(shared, tmp_path):
    change(shared, "CREATE SCHEMA 마당")
    own = {**shared, "OPTIONS": {**shared.get("OPTIONS", {}), "options": "-csearch_path=마당"}}
    migrate(own)
    change(own, "INSERT INTO auth_group (name) VALUES ('마당지기')")
    backup = make_backup(tmp_path / "backups", database=own, has_media=False)
    change(own, "UPDATE auth_group SET name = '바뀜' WHERE name = '마당지기'")
    restore(backup, own)
    assert ask(own, NAMES) == [("마당지기",)]
    assert ask(shared, NAMES) == [("편집자",)]
    with pytest.raises(CareRefused, match="of the schema 마당, and DATABASE_URL leads to public"):
        restore(backup, shared)
    assert ask(shared, NAMES) == [("편집자",)]


def test_without_force_others_are_named(shared, tmp_path):
    backup = make_backup(tmp_path / "backups", database=shared, has_media=False)
    with pytest.raises(NotEmpty, match=r"wiki_page.*leaves all others alone"):
        restore(backup, shared, force=False)
