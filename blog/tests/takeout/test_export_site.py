"""``manage.py export_site``: a folder that needs no Madang to be read, and that brings posts back."""

import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from accounts import site_export
from accounts.models import User
from accounts.tests.factories import make_person
from blog.models import Post, Tag
from blog.tests.factories import make_article, make_note
from blog.tests.talk.factories import say


def lines_of(folder, name: str) -> list[dict]:
    text = (folder / "site" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def lively(db, settings, tmp_path):
    """Two people, three posts and a comment."""
    settings.VAR_DIR = tmp_path / "var"
    minah, junho = make_person("minah", "미나"), make_person("junho", "준호")
    post = make_article(minah, "한글 날 이야기", source="훈민정음 👩‍👩‍👧 #한글", tags=["한글"])
    make_article(minah, "나만 보는 글", visibility="private")
    make_note(junho, "짧은 글 #점심")
    say(junho, post, "잘 읽었어요")
    return tmp_path


@pytest.mark.behaviour("OP-30")
def test_everything_is_there_as_lines_and_archives_and_nothing_secret(lively):
    out = lively / "out"
    call_command("export_site", str(out), stdout=io.StringIO())
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["counts"]["posts"] == 3
    assert manifest["counts"]["members"] == 2
    assert {one["author"] for one in lines_of(out, "posts")} == {"minah", "junho"}
    assert lines_of(out, "comments")[0]["source"] == "잘 읽었어요"
    assert {one["key"] for one in lines_of(out, "tags")} == {"한글", "점심"}
    for name, digest in manifest["files"].items():
        assert site_export._digest(out / name) == digest
    assert not (out / "unfinished.json").exists()
    every = "".join(path.read_text() for path in (out / "site").glob("*.jsonl"))
    for person in User.objects.all():
        assert person.password not in every
    with zipfile.ZipFile(out / "members" / "minah.zip") as archive:
        assert any("markdown" in name for name in archive.namelist())
    with pytest.raises(CommandError, match="something else"):
        call_command("export_site", str(out), stdout=io.StringIO())


@pytest.mark.behaviour("OP-30")
def test_a_members_part_brings_the_posts_back_on_an_empty_site(lively):
    out = lively / "out"
    call_command("export_site", str(out), stdout=io.StringIO())
    before = set(Post.objects.filter(author__handle="minah").values_list("guid", "title", "source"))
    User.objects.all().delete()
    Tag.objects.all().delete()
    assert not Post.objects.exists()
    make_person("minah", "미나")
    call_command(
        "import_archive", str(out / "members" / "minah.zip"), owner="minah", stdout=io.StringIO()
    )
    assert set(Post.objects.values_list("guid", "title", "source")) == before


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


def test_an_export_that_was_stopped_goes_on_where_it_was(lively):
    out = lively / "out"

    def stop(line: str) -> None:
        if line == "@minah":
            raise Stopped

    with pytest.raises(Stopped):
        site_export.export_site(out, tell=stop)
    first = out / "members" / "minah.zip"
    written_at = first.stat().st_mtime_ns
    assert not (out / "manifest.json").exists()
    call_command("export_site", str(out), stdout=io.StringIO())
    assert first.stat().st_mtime_ns == written_at
    assert json.loads((out / "manifest.json").read_text())["counts"]["members"] == 2
    assert not list(out.rglob("*.partial"))


def test_a_long_table_is_read_some_rows_at_a_time(lively, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(site_export, "ROWS_AT_A_TIME", 2)
    with django_assert_num_queries(3):
        assert len(list(site_export.rows_of(Post.objects.all(), ("title",)))) == 3
