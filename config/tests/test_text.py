"""Text at the door: NFC, graphemes, blankness, slugs, excerpts, reading time."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import text

pytestmark = pytest.mark.one_engine

NFD_HANGUL = unicodedata.normalize("NFD", "한글")
FAMILY = "👨‍👩‍👧‍👦"
ANY_TEXT = st.text(max_size=300)
KOREAN = st.text(alphabet=st.sampled_from("가나다라마바사힣 ㅋㅎab1👍🏽é\n,."), max_size=300)


def test_text_becomes_nfc_and_never_kc():
    assert len(NFD_HANGUL) == 6
    assert text.nfc(NFD_HANGUL) == "한글"
    assert text.nfc("ㅍㅇㅆ") == "ㅍㅇㅆ"
    assert text.nfc("①㈜ﬁ") == "①㈜ﬁ"


def test_stored_text_keeps_lines_and_drops_what_databases_refuse():
    assert text.clean("한 줄\r\n두 줄\r세 줄\n") == "한 줄\n두 줄\n세 줄\n"
    assert text.clean("가\x00나") == "가나"
    assert text.clean("외톨이 \ud800 대리") == "외톨이 ? 대리"


def test_one_line_has_single_spaces_and_nothing_invisible():
    assert text.clean_line("  마당\t에  \n서\u200b 놀다\u202e ") == "마당 에 서 놀다"


def test_one_line_keeps_the_joiner_of_emoji():
    assert text.clean_line(f"가족 {FAMILY}") == f"가족 {FAMILY}"


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(value):
    assert text.clean(text.clean(value)) == text.clean(value)
    assert text.clean_line(text.clean_line(value)) == text.clean_line(value)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("한글", NFD_HANGUL),
        ("Madang", "mADANG"),
        ("straße", "STRASSE"),
        ("ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς"),
        ("café", "CAFE\u0301"),
    ],
)
def test_spellings_of_one_name_have_one_key(left, right):
    assert text.identity_key(left) == text.identity_key(right)


def test_different_names_have_different_keys():
    assert text.identity_key("ㅋㅋㅋ") == "ㅋㅋㅋ"
    assert text.identity_key("가나") != text.identity_key("나가")


@given(ANY_TEXT)
def test_the_key_of_a_key_is_itself(value):
    assert text.identity_key(text.identity_key(value)) == text.identity_key(value)


@pytest.mark.parametrize(
    "value", ["", " ", "\n\t ", "\u3000", "\u200b", "\ufeff \u00a0", "\u3164", "\u200d"]
)
def test_what_shows_nothing_is_blank(value):
    assert text.is_blank(value)


@pytest.mark.parametrize("value", ["ㅋ", ".", " 가 ", "👍", "0"])
def test_what_shows_something_is_not_blank(value):
    assert not text.is_blank(value)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("", 0),
        ("한글", 2),
        (NFD_HANGUL, 2),
        (FAMILY, 1),
        ("🇰🇷🇯🇵", 2),
        ("👍🏽", 1),
        ("e\u0301", 1),
        ("\r\n", 1),
        ("नमस्ते", 3),
        ("ㅋㅋㅋ", 3),
    ],
)
def test_people_count_graphemes(value, count):
    assert text.count_graphemes(value) == count


@given(ANY_TEXT)
def test_graphemes_lose_nothing(value):
    assert "".join(text.graphemes(value)) == value
    assert len(text.graphemes(value)) == text.count_graphemes(value)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("도커로 배포하기", "도커로-배포하기"),
        ("Django & 장고: 첫걸음!", "django-장고-첫걸음"),
        (NFD_HANGUL, "한글"),
        ("  C++ / C#  ", "c-c"),
        ("ㅋㅋㅋ", "ㅋㅋㅋ"),
        ("日本語 タイトル", "日本語-タイトル"),
        ("¿Qué tal, señor?", "qué-tal-señor"),
        ("!!! ??? …", ""),
        ("../../etc/passwd", "etc-passwd"),
        ("a_b", "a-b"),
    ],
)
def test_slugs_keep_every_script(title, slug):
    assert text.slugify_title(title) == slug


def test_a_long_slug_is_cut_between_words():
    slug = text.slugify_title("가나다 " * 40)
    assert len(slug) <= 80
    assert set(slug.split("-")) == {"가나다"}


@given(ANY_TEXT, st.integers(min_value=1, max_value=80))
def test_slugs_are_clean_and_stable(title, length):
    slug = text.slugify_title(title, length)
    assert len(slug) <= length
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug
    assert not set(slug) & set("/?#%\\ \n\x00")
    assert text.nfc(slug) == slug


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("", 1),
        ("가" * 500, 1),
        ("가" * 501, 2),
        ("word " * 220, 1),
        ("word " * 221, 2),
        ("가" * 500 + " " + "word " * 220, 2),
        ("가나다 " * 1000, 6),
    ],
)
def test_reading_time_counts_hangul_by_characters_and_latin_by_words(value, minutes):
    assert text.reading_minutes(value) == minutes


def test_a_latin_word_with_an_apostrophe_is_one_word():
    assert text.LATIN_WORD.findall("don't stop Python을") == ["don't", "stop", "Python"]


def test_excerpts_cut_between_words():
    assert text.excerpt("오늘은 김밥을 말았다. 내일은 쉰다.", 12) == "오늘은 김밥을 말았다…"
    assert text.excerpt("짧은 글\n두 줄", 160) == "짧은 글 두 줄"


def test_excerpts_never_cut_inside_what_people_call_a_character():
    assert text.excerpt(FAMILY * 5, 2) == FAMILY * 2 + "…"


@given(KOREAN, st.integers(min_value=1, max_value=80))
def test_excerpts_are_a_beginning_of_the_line(value, length):
    line, cut = text.clean_line(value), text.excerpt(value, length)
    assert line.startswith(cut.removesuffix("…"))
    assert text.count_graphemes(cut) <= length + 1
