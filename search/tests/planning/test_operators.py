"""Taking a query apart: words, phrases, operators in two languages."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.planning.operators import QUERY_MAX_LENGTH, clean_query, days_of, take_apart

SEOUL = ZoneInfo("Asia/Seoul")


def words(query):
    return [one.text for one in take_apart(query).words]


@pytest.mark.behaviour("SE-07")
def test_operators_have_english_and_korean_names():
    for query in (
        "title:도커 tag:백엔드 author:미나 lang:ko",
        "제목:도커 태그:백엔드 글쓴이:미나 언어:한국어",
    ):
        parts = take_apart(query)
        assert [(one.text, one.is_title) for one in parts.words] == [("도커", True)]
        assert (parts.tags, parts.authors, parts.languages) == (["백엔드"], ["미나"], ["ko"])


@pytest.mark.behaviour("SE-07")
def test_phrases_exclusions_and_dates():
    parts = take_apart('"도커 볼륨" -윈도우 -tag:잡담 after:2025-12-31 before:2026-02 권한')
    assert parts.phrases == ["도커 볼륨"]
    assert [one.text for one in parts.excluded] == ["윈도우"]
    assert parts.excluded_tags == ["잡담"]
    assert words("권한 -윈도우") == ["권한"]
    assert parts.after == datetime(2025, 12, 31, tzinfo=SEOUL)
    assert parts.before == datetime(2026, 2, 1, tzinfo=SEOUL)


def test_a_value_may_be_quoted_or_stand_behind_a_space():
    assert take_apart('tag:"spring boot"').tags == ["spring boot"]
    assert take_apart("author: @minah").authors == ["minah"]
    assert take_apart("글쓴이:＠미나").authors == ["미나"]


def test_signs_alone_are_no_phrase():
    """No index knows them: every text would have to be read, also what nobody sees of it."""
    assert take_apart('"<!--" 도커 "!!!"').phrases == []
    assert take_apart('"c++ 20"').phrases == ["c++ 20"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("12:30 std::vector http://example.com", ["12:30", "std::vector", "http://example.com"]),
        ("참고:도커", ["참고:도커"]),
        ("after:점심 before:", ["after:점심", "before:"]),
        ("lang:klingon", ["lang:klingon"]),
        ("git --amend -", ["git", "--amend", "-"]),
        ('"닫지 않은 인용', ["닫지", "않은", "인용"]),
        ("tag:", ["tag:"]),
    ],
)
def test_what_is_no_operator_is_a_word(query, expected):
    assert [one.strip() for one in words(query)] == expected
    assert not take_apart(query).tags


def test_a_query_is_cut_to_200_characters_and_12_words():
    assert len(clean_query("가" * 8000)) == QUERY_MAX_LENGTH
    assert len(words(" ".join("가나다라마바사아자차카타파하"))) == 12


def test_forms_of_unicode_are_one():
    assert (
        clean_query("\u1103\u1169\u110f\u1165　ＤＯＣＫＥＲ\u200b “볼륨”") == '도커 DOCKER "볼륨"'
    )
    assert clean_query("ㅍㅇㅆ") == "ㅍㅇㅆ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", (date(2026, 1, 1), date(2027, 1, 1))),
        ("2026-12", (date(2026, 12, 1), date(2027, 1, 1))),
        ("2026.2.28.", (date(2026, 2, 28), date(2026, 3, 1))),
        ("2026-02-30", None),
        ("9999-12-31", None),
        ("0000", None),
        ("어제", None),
    ],
)
def test_dates_are_years_months_or_days(text, expected):
    assert days_of(text) == expected


@pytest.mark.behaviour("SE-22")
@given(st.text(max_size=300))
def test_any_text_is_taken_apart(text):
    parts = take_apart(text)
    assert all(parts.text[one.start : one.end] for one in parts.words)


@given(st.text(alphabet='"-: titlagbefor제목도커2026.@#', max_size=60))
def test_operators_in_any_order_are_taken_apart(text):
    take_apart(text)
