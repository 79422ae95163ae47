"""Measuring how well searches find."""

import gzip
import json
import random

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from search.analysis import get_analyzer
from search.evaluating import fresh
from search.evaluating.measuring import MACRO, TARGETS, Answer, table
from search.evaluating.records import Question, Record, read_questions, read_records
from search.hangul import is_syllable, to_jamo


def answer(found, relevant, kind="exact", **options):
    question = Question("도커", kind, frozenset(relevant), **options)
    return Answer(question, tuple(found))


def test_recall_is_of_the_first_ten():
    assert answer("abc", "ab").recall == 1.0
    assert answer("xyz", "ab").recall == 0.0
    many = [str(number) for number in range(30)]
    assert answer(many, many).recall == 1.0
    assert answer(["x"] * 10 + ["a"], "a").recall == 0.0


def test_the_rank_is_of_the_first_that_belongs_on_top():
    assert answer("xab", "ab").reciprocal_rank == 0.5
    assert answer("xab", "ab", first=frozenset("b")).reciprocal_rank == pytest.approx(1 / 3)
    assert answer("xyz", "ab").reciprocal_rank == 0.0


def test_what_must_not_come_is_told():
    assert answer("xa", "a", excluded=frozenset("x")).is_wrong
    nothing = answer("", "", excluded=frozenset("x"))
    assert (nothing.recall, nothing.reciprocal_rank) == (1.0, 1.0)


def test_classes_and_their_mean_are_held_to_targets():
    rows = table([answer("a", "a"), answer("xa", "a", kind="typo_ko")], TARGETS)
    assert [row.kind for row in rows] == ["exact", "typo_ko", MACRO]
    assert [row.is_met for row in rows] == [True, False, False]
    assert rows[-1].rank == pytest.approx(0.75)


def test_files_may_be_compressed(tmp_path):
    path = tmp_path / "documents.jsonl.gz"
    row = {"id": 1, "title": "도커", "body": "글", "tags": ["백엔드"], "published_at": "2026-01-02"}
    path.write_bytes(gzip.compress(json.dumps(row).encode()))
    [record] = read_records(path)
    assert (record.id, record.title, record.tags) == ("1", "도커", ("백엔드",))
    assert record.published_at.tzinfo is not None


def test_fresh_queries_are_the_same_for_the_same_seed():
    texts = "데이터베이스 컨테이너 쿠버네티스 파이썬 프로그래밍 kubernetes docker python".split()
    records = [Record(str(number), text, "") for number, text in enumerate(texts)]
    first = fresh.fresh_questions(records, get_analyzer(), seed=3)
    assert first == fresh.fresh_questions(records, get_analyzer(), seed=3)
    assert first != fresh.fresh_questions(records, get_analyzer(), seed=4)
    assert {one.kind for one in first} == set(fresh.TARGETS)
    for one in first:
        assert one.relevant


def test_a_slip_is_one_letter():
    chance = random.Random(1)
    for word in ("데이터베이스", "컨테이너", "블루투스"):
        for _ in range(30):
            slip = fresh.slip_in_hangul(word, chance)
            assert all(map(is_syllable, slip))
            assert abs(len(to_jamo(slip)) - len(to_jamo(word))) <= 1


@pytest.fixture
def files(tmp_path):
    documents = [
        {
            "id": "a",
            "title": "도커 첫걸음",
            "body": "## 준비\n\n컨테이너를 띄운다.",
            "author": "미나",
        },
        {
            "id": "b",
            "title": "김치찌개",
            "body": "김치를 볶는다.",
            "tags": ["요리"],
            "author": "준호",
        },
    ]
    queries = [
        {"class": "exact", "query": "도커", "relevant": ["a"]},
        {"class": "field", "query": "글쓴이:준호 김치", "relevant": ["b"]},
        {"class": "field", "query": "태그:요리", "relevant": ["b"]},
    ]
    paths = []
    for name, rows in (("documents", documents), ("queries", queries)):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
        paths.append(path)
    return paths


@pytest.mark.behaviour("SE-20")
def test_records_are_stored_indexed_and_asked_as_in_life(files, indexed):
    from django.contrib.auth.models import AnonymousUser

    from search.actions.evaluating import store_records
    from search.selectors import search

    keys = store_records(read_records(files[0]))
    indexed()
    for question in read_questions(files[1]):
        found = search(question.query, viewer=AnonymousUser())
        assert list(found.ids) == [keys[pk] for pk in question.relevant]


def test_the_command_says_which_file_it_cannot_read(tmp_path):
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("search_eval", documents=tmp_path / "none.jsonl", queries=tmp_path / "none")
