"""The evaluation set is whole: enough of every class, labels that exist, files that fit their sources."""

import gzip
import json
from collections import Counter

import pytest

from tools import evaluation_set
from tools.evaluation_set import DOCUMENTS, FOLDER, QUERIES, label, own_posts, query_lines

MB = 1024 * 1024
EVERY = 17
CLASSES = {
    "exact", "particle", "ending", "spacing_join", "spacing_split", "compound_part", "en_ko",
    "typo_ko", "typo_en", "choseong", "keyboard", "multi", "natural", "field", "title_weight",
    "false_friend",
}  # fmt: skip
SUGGESTED = {"prefix", "composing", "choseong", "keyboard", "latin", "typo"}


@pytest.fixture(scope="module")
def posts():
    return evaluation_set.read_documents()


@pytest.fixture(scope="module")
def questions():
    return [json.loads(line) for line in QUERIES.read_text(encoding="utf-8").splitlines()]


def test_there_are_enough_posts_of_every_language(posts):
    languages = Counter(post["lang"] for post in posts)

    assert languages["ko"] >= 1000
    assert min(languages[other] for other in ("en", "es", "ja")) >= 8
    assert len({post["id"] for post in posts}) == len(posts)
    assert all(post["title"] and post["body"] and post["author"] for post in posts)
    assert DOCUMENTS.stat().st_size < 2 * MB


def test_every_class_has_enough_queries(questions):
    classes = Counter(one["class"] for one in questions)

    assert set(classes) == CLASSES | {"ja", "es", "en"}
    assert min(classes[name] for name in CLASSES) >= 15
    assert min(classes[name] for name in ("ja", "es", "en")) >= 8
    assert sum(classes.values()) >= 350
    assert len({(one["class"], one["query"]) for one in questions}) == len(questions)


def test_every_label_names_posts_of_the_set(questions, posts):
    known = {post["id"] for post in posts}

    for one in questions:
        relevant, excluded = set(one["relevant"]), set(one.get("excluded", ()))
        assert relevant, one["query"]
        assert relevant | excluded <= known, one["query"]
        assert not relevant & excluded, one["query"]
        assert set(one.get("first", ())) <= relevant, one["query"]


def test_the_files_are_made_from_their_sources(questions, posts):
    """Whoever edits posts/ or queries/ runs ``python -m tools.evaluation_set``."""
    own = [post for post in posts if post["id"].startswith("own-")]

    assert own == sorted(own_posts(), key=lambda post: post["id"])
    lines = query_lines()
    assert [one["query"] for one in questions] == [line["query"] for line in lines]
    for place in range(0, len(lines), EVERY):  # all of them take half a minute
        assert questions[place] == label(lines[place], posts)


def test_suggestions_have_enough_beginnings():
    lines = (FOLDER / "suggest.jsonl").read_text(encoding="utf-8").splitlines()
    classes = Counter(json.loads(line)["class"] for line in lines)

    assert set(classes) == SUGGESTED
    assert min(classes.values()) >= 12


def test_the_documents_can_be_made_again_byte_by_byte(posts, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation_set, "DOCUMENTS", tmp_path / "documents.jsonl.gz")

    evaluation_set.write_documents(posts)

    again = (tmp_path / "documents.jsonl.gz").read_bytes()
    assert gzip.decompress(again) == gzip.decompress(DOCUMENTS.read_bytes())
