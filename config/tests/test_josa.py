"""Particles follow the last sound of the word before them.

The tables were compared once with PyPI tossi 0.3.1 and npm es-hangul 2.3: all three agree on words
that end in Hangul; on digits and closing brackets we agree with tossi; Latin words, which neither
knows, follow their usual Korean reading.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import josa
from config.josa import PAIRS, with_josa

pytestmark = [pytest.mark.behaviour("I18-06"), pytest.mark.one_engine]

CONSONANT = """소글 태산 마당 글 부산 강릉 한글 댓글 알림 값 닭 밖 물 길 칼 별 뷁 힣
    0 1 3 6 7 8 10 100 1,000 2026 URL HTML SQL XML JSON M N L R Python Atom Google Apple mail Excel
    app web Git Mac Slack book Internet iPhone Chrome Markdown theme 10km Python3 MP3
    장군(Django) 파이썬(Python) “인용” 마당! 글… 「마당」 《글》 한글. 서울역(2번) ㅋㅋㅋ ㄹ""".split()
VOWEL = """미나 준호 소라 태오 쪽지 팔로우 시리즈 제주 경주 도커 장고 가
    2 4 5 9 12 API CSS JS PDF CSV RSS PHP AWS LG S X Django Docker GitHub Linux Celery Naver Kakao
    Android blog post note Rust Go Java Ruby link tag page code Hugo Zola C++ C# 5G USB
    장고(Django) 미나😀 준호👍🏽 @미나 #미나 3% 50%""".split()


@pytest.mark.parametrize("word", CONSONANT)
def test_after_a_consonant(word):
    assert with_josa(word, "은/는") == f"{word}은"
    assert with_josa(word, "이/가") == f"{word}이"
    assert with_josa(word, "을/를") == f"{word}을"
    assert with_josa(word, "과/와") == f"{word}과"


@pytest.mark.parametrize("word", VOWEL)
def test_after_a_vowel(word):
    assert with_josa(word, "은/는") == f"{word}는"
    assert with_josa(word, "이/가") == f"{word}가"
    assert with_josa(word, "을/를") == f"{word}를"
    assert with_josa(word, "과/와") == f"{word}와"
    assert with_josa(word, "으로/로") == f"{word}로"


@pytest.mark.parametrize("word", ["서울", "글", "물", "1", "7", "8", "URL", "mail", "Google", "ㄹ"])
def test_after_rieul_the_direction_is_short(word):
    assert with_josa(word, "으로/로") == f"{word}로"
    assert with_josa(word, "을/를") == f"{word}을"


@pytest.mark.parametrize("word", ["부산", "집", "3", "6", "0", "Python", "app", "JSON"])
def test_after_another_consonant_the_direction_is_long(word):
    assert with_josa(word, "으로/로") == f"{word}으로"


def test_the_pair_may_be_written_in_any_of_the_usual_ways():
    assert (
        josa.josa("마당", "을를")
        == josa.josa("마당", "을/를")
        == josa.josa("마당", "을(를)")
        == "을"
    )


def test_an_unknown_pair_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        josa.josa("마당", "에서")


def test_nothing_at_all_takes_the_form_after_a_vowel():
    assert josa.josa("", "을를") == "를"
    assert josa.josa("😀", "을를") == "를"


@given(st.text(max_size=30), st.sampled_from(sorted(PAIRS)))
def test_any_word_gets_one_of_the_two(word, pair):
    assert josa.josa(word, pair) in PAIRS[pair]


@given(st.integers(min_value=0, max_value=11171), st.sampled_from(["은는", "이가", "을를", "과와"]))
def test_every_syllable_follows_its_final(offset, pair):
    """The finals of the 11,172 syllables repeat every 28 (Unicode Standard, 3.12)."""
    syllable = chr(0xAC00 + offset)
    assert josa.josa(syllable, pair) == PAIRS[pair][0 if offset % 28 else 1]


@given(st.integers(min_value=0, max_value=11171))
def test_brackets_and_signs_are_not_sounded(offset):
    syllable = chr(0xAC00 + offset)
    plain = josa.final_consonant(syllable)
    assert josa.final_consonant(f"{syllable}(abc)") == plain
    assert josa.final_consonant(f"“{syllable}!”") == plain
    assert josa.final_consonant(f"{syllable} 🎉") == plain
