"""What is read of files that other programs wrote, and what of files that want to do harm."""

import gzip
import io
import json
import sqlite3
from datetime import UTC, datetime

import pytest

from blog.importers.xml_stream import EntityRefused
from embed.bringing import opening
from embed.bringing.isso import NotIsso, read_isso
from embed.bringing.madang import NotOurs, read_madang
from embed.bringing.opening import kind_of, reading, unpacked
from embed.exceptions import CommentFileRefused
from embed.tests.bringing.files import DISQUS, WORDPRESS, write_isso


def read(path):
    faults = []
    with reading(path, lambda line, why: faults.append((line, why))) as (kind, comments):
        return kind, list(comments), faults


@pytest.fixture
def disqus(tmp_path):
    path = tmp_path / "disqus.xml"
    path.write_text(DISQUS, encoding="utf-8")
    return path


@pytest.mark.behaviour("EM-16")
def test_disqus_gives_words_names_times_and_answers(disqus):
    kind, comments, faults = read(disqus)
    found = {one.key: one for one in comments}
    assert kind == "disqus"
    assert set(found) == {"disqus:1", "disqus:3", "disqus:4"}  # no spam, none without a page
    first, answer = found["disqus:1"], found["disqus:3"]
    assert first.text.startswith("학교에서 **잘** 읽었어요.")
    assert "script" not in first.text
    assert (first.name, first.created_at) == ("준호", datetime(2024, 5, 1, 1, tzinfo=UTC))
    assert answer.parent_key == "disqus:1"  # it answered spam, which answered this
    assert answer.thread.names == ("감나무-글",)
    assert len(faults) == 1


def test_a_packed_file_of_disqus_is_unpacked(disqus, tmp_path):
    packed = tmp_path / "disqus.xml.gz"
    packed.write_bytes(gzip.compress(disqus.read_bytes()))
    assert kind_of(unpacked(packed, tmp_path)) == "disqus"


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "FILE_MOST", 100_000)
    packed = tmp_path / "disqus.xml.gz"
    packed.write_bytes(gzip.compress(b"0" * 10_000_000))
    with pytest.raises(CommentFileRefused):
        unpacked(packed, tmp_path)
    assert (tmp_path / "unpacked").stat().st_size <= 100_000


def test_a_damaged_archive_is_refused(tmp_path):
    packed = tmp_path / "disqus.xml.gz"
    packed.write_bytes(gzip.compress(b"0" * 1000)[:-20])
    with pytest.raises(CommentFileRefused):
        unpacked(packed, tmp_path)


@pytest.mark.behaviour("EM-16")
def test_isso_gives_what_is_shown_and_what_waits(tmp_path):
    kind, comments, faults = read(write_isso(tmp_path / "comments.db"))
    assert (kind, faults) == ("isso", [])
    first, second = comments
    assert (first.text, first.name, first.is_approved) == ("잘 읽었어요, **정말**.", "준호", True)
    assert first.thread.address == "/2024/감나무/"
    assert (second.parent_key, second.is_approved, second.name) == ("isso:1", False, "")


def test_a_database_that_is_not_of_isso_is_refused(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE comments (id INTEGER)")
    database.close()
    with pytest.raises(NotIsso):
        list(read_isso(path, lambda line, why: None))


def test_a_database_whose_table_is_a_program_is_refused(tmp_path):
    path = write_isso(tmp_path / "comments.db")
    database = sqlite3.connect(path)
    database.executescript(
        """
        ALTER TABLE comments RENAME TO held;
        CREATE VIEW comments AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
          SELECT held.* FROM held, n;
        """
    )
    database.close()
    with pytest.raises(NotIsso):
        list(read_isso(path, lambda line, why: None))


@pytest.mark.behaviour("EM-16")
def test_wordpress_gives_the_comments_of_its_posts(tmp_path):
    path = tmp_path / "export.xml"
    path.write_text(WORDPRESS, encoding="utf-8")
    kind, (first, second), faults = read(path)
    assert (kind, faults) == ("wordpress", [])
    assert (first.name, first.text, first.is_approved) == ("준호", "잘 읽었어요", True)
    assert (second.parent_key, second.is_approved) == (first.key, False)
    assert first.thread.address == "https://blog.example/2024/감나무/"


@pytest.mark.parametrize(
    "head", ["<disqus", "<rss version='2.0' xmlns:wp='http://wordpress.org/export/1.2/'"]
)
def test_entities_are_refused(tmp_path, head):
    path = tmp_path / "harm.xml"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        f"{head}><post>&a;</post></x>",
        encoding="utf-8",
    )
    with pytest.raises(EntityRefused):
        read(path)


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\x00" * 50, b"<html><body>disqus</body></html>"],
    ids=["empty", "text", "zeros", "page"],
)
def test_another_file_is_refused(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(CommentFileRefused):
        kind_of(path)


def test_json_of_others_is_not_ours():

    for data in ({}, {"format": "other"}, [], {"format": "madang-comments", "threads": 3}):
        opened = io.BytesIO(json.dumps(data).encode())
        if data == {"format": "madang-comments", "threads": 3}:
            assert list(read_madang(opened, lambda line, why: None)) == []
        else:
            with pytest.raises(NotOurs):
                list(read_madang(opened, lambda line, why: None))
