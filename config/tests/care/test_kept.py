"""``manage.py doctor``: older states that restores kept are named, with what removes them."""

import shlex
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation

from config.care import doctor, restoring_postgres
from config.tests.care.own_site import sqlite_site


def kept() -> list[doctor.Finding]:
    with translation.override("en"):
        return [one.finding for one in doctor.examine(["kept"])]


@pytest.mark.behaviour("OP-07")
def test_the_file_that_a_restore_kept_is_named_until_it_is_removed(tmp_path, empty_database):
    site = sqlite_site(tmp_path / "마당 하나", empty_database)
    assert site.run("doctor", "--only", "kept", "--language", "en")[0] == 0
    assert site.run("backup", str(tmp_path / "backups"))[0] == 0
    (backup,) = (tmp_path / "backups").glob("madang-*")
    status, said = site.run("restore", str(backup))
    assert status == 0, said
    status, said = site.run("doctor", "--only", "kept", "--language", "en")
    assert status == 1, said
    (remedy,) = (line.partition("rm ")[2] for line in said.splitlines() if "rm " in line)
    (path,) = map(Path, shlex.split(remedy))
    assert path.parent == site.database.parent
    path.unlink()
    assert site.run("doctor", "--only", "kept", "--language", "en")[0] == 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a server")
@pytest.mark.behaviour("OP-07")
def test_schemas_that_restores_kept_are_named(db):
    assert kept() == []
    names = ["madang_kept_20261122_101500_000001", restoring_postgres.ASIDE]
    with connection.cursor() as cursor:
        for name in (*names, "madangXkept_of_others"):
            cursor.execute(f'CREATE SCHEMA "{name}"')
    found = kept()
    assert len(found) == 2
    assert all(any(name in one.how for one in found) for name in names)
