import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.hangul import (
    choseong_of,
    compose,
    damerau,
    hangul_to_keys,
    has_loose_jamo,
    is_choseong,
    keys_to_hangul,
    to_jamo,
)

syllables = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=12)
short = st.text("ㄱㅏㄴ", max_size=7)


@pytest.mark.parametrize(
    ("text", "jamo"),
    [
        ("페이지", "ㅍㅔㅇㅣㅈㅣ"),
        ("페이지넹", "ㅍㅔㅇㅣㅈㅣㄴㅔㅇ"),
        ("값", "ㄱㅏㅂㅅ"),
        ("과", "ㄱㅗㅏ"),
        ("까", "ㄲㅏ"),
        ("ㄳ", "ㄱㅅ"),
        ("Docker 2", "docker 2"),
        (unicodedata.normalize("NFD", "값"), "ㄱㅏㅂㅅ"),
    ],
)
def test_text_is_taken_apart_stroke_by_stroke(text, jamo):
    assert to_jamo(text) == jamo


@given(syllables)
def test_strokes_write_the_same_text_again(text):
    assert compose(to_jamo(text)) == text
    assert keys_to_hangul(hangul_to_keys(text)) == text


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=12))
def test_latin_typed_on_a_korean_keyboard_can_be_read_back(latin):
    assert hangul_to_keys(keys_to_hangul(latin)) == latin


@given(st.text(max_size=30))
def test_any_text_is_taken_without_complaint(text):
    for function in (to_jamo, choseong_of, is_choseong, has_loose_jamo, compose, hangul_to_keys):
        function(text)
    keys_to_hangul(text)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("docker", "애찯ㄱ"),
        ("ehzj", "도커"),
        ("vkdlTjs", "파이썬"),
        ("rkqtdl", "값이"),
        ("rkqtl", "갑시"),
        ("ekfrdl", "닭이"),
        ("Rkcl", "까치"),
        ("EHZJ", "또커"),
        ("rjator!", "검색!"),
    ],
)
def test_keys_write_as_an_input_method_does(keys, text):
    assert keys_to_hangul(keys) == text


@pytest.mark.parametrize(
    ("text", "initials"),
    [("페이지 번호", "ㅍㅇㅈ ㅂㅎ"), ("ㄳ", "ㄱㅅ"), ("Go 언어", "go ㅇㅇ")],
)
def test_initials_of_words(text, initials):
    assert choseong_of(text) == initials


def test_initials_are_consonants_alone():
    assert is_choseong("ㅍㅇㅆ") and is_choseong("ㄳ") and is_choseong("ㄱ")
    assert not is_choseong("ㅏ") and not is_choseong("ㅍ이") and not is_choseong("")
    assert has_loose_jamo("애찯ㄱ") and has_loose_jamo("ㅋ") and not has_loose_jamo("도커 docker")


def plain_distance(first, second):
    rows = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for row in range(len(first) + 1):
        for column in range(len(second) + 1):
            if not row or not column:
                rows[row][column] = row + column
                continue
            change = first[row - 1] != second[column - 1]
            best = min(
                rows[row - 1][column] + 1,
                rows[row][column - 1] + 1,
                rows[row - 1][column - 1] + change,
            )
            if row > 1 and column > 1 and first[row - 2 : row] == second[column - 2 : column][::-1]:
                best = min(best, rows[row - 2][column - 2] + 1)
            rows[row][column] = best
    return rows[-1][-1]


@given(short, short, st.integers(min_value=1, max_value=3))
def test_distances_are_exact_up_to_the_limit(first, second, limit):
    assert damerau(first, second, limit) == min(plain_distance(first, second), limit + 1)


def test_one_wrong_stroke_is_one_away():
    assert damerau(to_jamo("데이타"), to_jamo("데이터"), 2) == 1
    assert damerau(to_jamo("pyton"), to_jamo("python"), 2) == 1
    assert damerau(to_jamo("도커"), to_jamo("컨테이너"), 2) == 3
