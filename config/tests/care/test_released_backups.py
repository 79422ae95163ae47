"""Backups of every released version: each is restored by this code, with all migrations since."""

import tarfile
from pathlib import Path

import pytest

from config.care.databases import url_of
from config.care.manifests import read_backup
from config.care.restore import restore_backup
from config.tests.care.sites import ask, hashes_of, media_in, sqlite_at

RELEASED = sorted(Path(__file__).with_name("released").glob("*.tar.xz"))


def test_there_is_one_and_all_are_small():
    assert RELEASED, "python -m tools.released_backup NAME"
    assert all(path.stat().st_size < 300_000 for path in RELEASED)


@pytest.mark.behaviour("OP-27")
@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.name.removesuffix(".tar.xz"))
def test_a_backup_of_a_released_version_restores(released, tmp_path, settings):
    settings.VAR_DIR = tmp_path
    with tarfile.open(released) as archive:
        # Debian 12's Python 3.11.2 has no filters yet.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
        archive.extractall(tmp_path)
    database = sqlite_at(tmp_path / "madang.sqlite3")
    told = []
    restore_backup(
        tmp_path / "backup",
        database=database,
        storage=media_in(tmp_path / "media"),
        tell=told.append,
    )
    assert "All rows are what the manifest says." in told
    manifest = read_backup(tmp_path / "backup").manifest
    assert set(manifest.media) == {
        path.relative_to(tmp_path / "media").as_posix()
        for path in (tmp_path / "media").rglob("*.*")
    }
    now = hashes_of(database)
    lost = {name for name, one in manifest.tables.items() if one.rows and name not in now}
    assert not lost, (
        f"Rows of {lost} are nowhere. If they were moved, say where: {url_of(database)}"
    )
    assert ask(database, "SELECT count(*) FROM accounts_user WHERE handle = 'minah'") == [(1,)]
    assert ask(database, "SELECT count(*) FROM blog_topic WHERE name_ko = '개발'") == [(1,)]
    assert ask(database, "SELECT count(*) FROM search_fts_a_places") is not None
    [(triggers,)] = ask(
        database,
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'search_watch_*'",
    )
    assert triggers > 10
