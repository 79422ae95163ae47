"""Looking words up: as they are, as they begin, and as somebody misspelled them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.hangul import choseong_of, compose, damerau, to_jamo
from search.models import TermA
from search.vocabulary import ALL, TermChange, Vocabulary, count_terms, install_grams
from search.vocabulary.grams import edits_allowed, grams_of, is_spelled, pieces_of, trigrams

WORDS = (
    "도커 데이터베이스 데이터 파이썬 docker python javascript kubernetes 웹서버 스캐너 "
    "페이지네이션 배포 배경 바다 학교 학습 회의 회사 사과 사전 2026 의"
).split()


@pytest.fixture
def vocabulary(db):
    changes = {
        word: TermChange(10 - at % 7, at % 3, is_joined=False) for at, word in enumerate(WORDS)
    }
    count_terms("a", changes | {ALL: TermChange(40)})
    return Vocabulary("a")


def terms(words):
    return [word.term for word in words]


def test_words_are_looked_up_in_one_query_and_remembered(vocabulary, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = vocabulary.look_up(["도커", "모르는말", "docker"])
    assert sorted(found) == ["docker", "도커"]
    assert (found["도커"].df, found["도커"].jamo) == (10, "ㄷㅗㅋㅓ")
    with django_assert_num_queries(0):
        vocabulary.look_up(["도커", "모르는말"])


def test_the_number_of_documents_is_kept_beside_the_words(vocabulary):
    assert vocabulary.total == 40
    assert "" not in vocabulary.look_up(["", "도커"])
    assert "" not in terms(vocabulary.starting_with("", 100))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("도카", "도커"),
        ("데이타베이스", "데이터베이스"),
        ("파이선", "파이썬"),
        ("스케너", "스캐너"),
        ("페이지내이션", "페이지네이션"),
        ("pyton", "python"),
        ("dokcer", "docker"),
        ("jvaascript", "javascript"),
        ("Kubernetis", "kubernetes"),
        ("웹써버", "웹서버"),
    ],
)
def test_words_of_like_spelling_are_near(vocabulary, typed, meant):
    assert terms(vocabulary.near(typed))[0] == meant


def test_numbers_and_known_words_are_not_near_themselves(vocabulary):
    assert vocabulary.near("2025") == []
    assert "도커" not in terms(vocabulary.near("도커"))
    assert vocabulary.near("'; DROP TABLE search_terma --") == []


def test_words_are_found_by_their_initials(vocabulary):
    assert set(terms(vocabulary.by_choseong("ㅎㅅ"))) == {"학습", "회사"}
    assert set(terms(vocabulary.by_choseong("ㅂ"))) == {"배포", "배경", "바다"}
    assert terms(vocabulary.by_choseong("ㄷㅇㅌ", is_whole=True)) == ["데이터"]


def test_words_begin_with_what_is_typed_in_the_middle_of_a_syllable(vocabulary):
    assert terms(vocabulary.starting_with(to_jamo("페이지넹"))) == ["페이지네이션"]
    assert set(terms(vocabulary.starting_with(to_jamo("뱁")))) == set()
    assert set(terms(vocabulary.starting_with(to_jamo("배")))) == {"배포", "배경"}
    assert vocabulary.starting_with("%") == vocabulary.starting_with("_") == []


def test_longer_words_are_found_by_a_word_in_them(vocabulary):
    assert terms(vocabulary.containing("베이스")) == ["데이터베이스"]
    assert terms(vocabulary.containing("데이터")) == ["데이터베이스"]
    assert terms(vocabulary.containing("SCRIPT")) == ["javascript"]
    assert terms(vocabulary.containing("커")) == []


def test_a_word_that_is_gone_is_not_near_any_more(vocabulary):
    word = vocabulary.look_up(["도커"])["도커"]
    count_terms("a", {"도커": TermChange(-word.df, -word.title_df)})
    fresh = Vocabulary("a")
    assert fresh.near("도카") == [] and not fresh.look_up(["도커"])


def test_grams_are_made_again_for_words_that_are_there(vocabulary):
    """As after a migration that rebuilt the tables."""
    from django.db import connection

    from search.vocabulary import remove_grams

    remove_grams(connection)
    install_grams(connection)
    install_grams(connection)
    assert terms(vocabulary.near("도카")) == ["도커"]
    TermA.objects.filter(term="도커").delete()
    assert vocabulary.near("도카") == []


# What one wrong letter may do ---------------------------------------------------------------------

letters = st.text("ㄱㄴㄷㅁㅂㅅㅇㅏㅓㅗㅜㅣ", min_size=4, max_size=14)


@given(letters, st.data())
@settings(max_examples=200, deadline=None)
def test_one_wrong_letter_leaves_a_piece_whole(jamo, data):
    at = data.draw(st.integers(0, len(jamo) - 1))
    other = data.draw(st.sampled_from("ㄱㄹㅎㅏㅔ"))
    kind = data.draw(st.sampled_from(["wrong", "missing", "extra", "swapped"]))
    typed = {
        "wrong": jamo[:at] + other + jamo[at + 1 :],
        "missing": jamo[:at] + jamo[at + 1 :],
        "extra": jamo[:at] + other + jamo[at:],
        "swapped": jamo[:at] + jamo[at : at + 2][::-1] + jamo[at + 2 :],
    }[kind]
    if not is_spelled(typed):
        return
    assert damerau(typed, jamo, 1) <= 1
    kept = set(grams_of(jamo).split())
    shared = [piece for piece in pieces_of(typed) if kept >= set(trigrams(piece))]
    assert shared, (typed, jamo, list(pieces_of(typed)), edits_allowed(typed))
    assert abs(len(typed) - len(jamo)) <= edits_allowed(typed)


def test_what_is_no_word_has_no_grams():
    assert grams_of("2026") == grams_of("ㄱ") == grams_of("東京") == grams_of("") == ""
    assert compose(to_jamo("도커")) == "도커" and choseong_of("도커") == "ㄷㅋ"
