"""What queries mean: particles, spacing, keyboards, initials, slips, synonyms, operators."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.plan import MEANT


def ways(group, tier=None):
    """The alternatives of a group as texts, best first."""
    return ["+".join(one.tokens) for one in group.alternatives if tier is None or one.tier == tier]


def required(plan):
    return [ways(group) for group in plan.groups if group.is_required]


@pytest.mark.behaviour("SE-08")
@pytest.mark.parametrize("query", ["데이터베이스를", "데이터베이스에서는", "데이터베이스"])
def test_particles_fall_away(understand, query):
    [group] = understand(query).groups
    assert "데이터베이스" in ways(group)
    assert not understand(query).corrected


@pytest.mark.behaviour("SE-08")
def test_words_apart_are_also_one_word(understand):
    plan = understand("블루 투스")
    assert all("블루투스" in ways(group) for group in plan.groups)
    assert not plan.corrected


@pytest.mark.behaviour("SE-08")
def test_a_compound_asks_for_its_words(understand):
    plan = understand("메모리관리")
    assert [group.label for group in plan.required] == ["메모리", "관리"]
    assert all("메모리관리" in ways(group) for group in plan.required)


@pytest.mark.behaviour("SE-08")
def test_words_of_one_meaning_find_each_other(understand):
    [group] = understand("도커").groups
    assert ways(group, MEANT) == ["docker"]
    [group] = understand("Docker").groups
    assert "도커" in ways(group, MEANT)


def test_two_words_may_mean_what_one_means(understand):
    [group] = understand("machine learning").groups
    assert "machine+learning" in ways(group)
    assert "머신러닝" in ways(group, MEANT)
    [group] = understand("머신러닝").groups
    assert {"machine+learning", "기계+학습"} <= set(ways(group, MEANT))


@pytest.mark.behaviour("SE-09")
@pytest.mark.parametrize(
    ("query", "corrected", "token"),
    [
        ("vkdlTjs", "파이썬", "파이썬"),
        ("ehzjfmf", "도커를", "도커"),
        ("애찯ㄱ", "docker", "docker"),
        ("ㅍㅇㅆ", "파이썬", "파이썬"),
        ("pyton", "python", "python"),
        ("dokcer", "docker", "docker"),
        ("데이타베이스", "데이터베이스", "데이터베이스"),
        ("데이타베이스를", "데이터베이스를", "데이터베이스"),
        ("쿠버내티스", "쿠버네티스", "쿠버네티스"),
        ("메세지", "메시지", "메시지"),
        ("쿠버네", "쿠버네티스", "쿠버네티스"),
    ],
)
def test_slips_are_mended(understand, query, corrected, token):
    plan = understand(query)
    assert plan.corrected == corrected
    assert any(token in ways(group) for group in plan.required)
    assert plan.literal is not None
    assert plan.literal.corrected == ""


@pytest.mark.behaviour("SE-09")
def test_initials_of_the_latin_keyboard_are_that_word(understand):
    assert understand("ㅁㅈㄴ").corrected == "aws"


@pytest.mark.behaviour("SE-09")
def test_what_was_typed_can_be_searched_as_it_is(understand):
    plan = understand("데이타베이스", is_literal=True)
    assert plan.corrected == ""
    assert required(plan) == [["데이타베이스"]]


def test_a_word_of_the_dictionary_that_nobody_writes_stays(understand):
    for query in ("수도", "지도"):
        plan = understand(query)
        assert plan.corrected == ""
        assert required(plan) == [[query]]


def test_only_the_wrong_word_is_mended(understand):
    plan = understand("데이타베이스 인덱스 -mysql")
    assert plan.corrected == "데이터베이스 인덱스 -mysql"
    assert len(plan.required) == 2
    assert [ways(group) for group in plan.excluded] == [["mysql"]]


def test_questions_ask_for_their_nouns(understand):
    plan = understand("리눅스 서버에서 메모리를 어떻게 관리하나요?")
    assert {group.label for group in plan.required} == {"리눅스", "서버", "메모리", "관리"}


def test_what_only_asks_is_searched_when_it_is_all(understand):
    assert understand("방법").required
    assert [group.label for group in understand("도커 설치 방법").required] == ["도커", "설치"]


def test_words_in_titles(understand):
    plan = understand("title:도커")
    assert "^도커" in ways(plan.groups[0])
    assert understand("도커", scope="title").groups == plan.groups
    assert "^~instal" in ways(understand("title:installing").groups[0])


def test_japanese_words_are_asked_for_one_by_one(understand):
    plan = understand("コンテナを作成")
    assert [group.label for group in plan.required] == ["コンテナ", "作成"]


def test_other_forms_of_latin_words_are_no_slips(understand):
    plan = understand("containers installed")
    assert plan.corrected == ""
    assert "~instal" in ways(plan.groups[1])


def test_signs_alone_mean_nothing(understand):
    for query in ("", "   ", "???", "-", '""', "😀"):
        assert understand(query).is_empty


def test_what_nobody_writes_is_left_out_of_a_suggestion(understand):
    plan = understand("도커 카카오톡")
    assert "도커" in plan.suggestions


@pytest.mark.django_db
@pytest.mark.behaviour("SE-22")
@pytest.mark.parametrize(
    "query",
    [
        "가" * 8000,
        "ㄱ ㄴ ㄷ ㅏ ㅑ ㅓ",
        "' OR 1=1; DROP TABLE blog_post; --",
        "NEAR(a b) AND OR NOT * ^ ~ # @",
        '"""" """ -"" --- ::: title:: tag:"" author:',
        "(" * 200,
        "\x00\x01\ud800 \u200b",
        " ".join(["데이타베이스"] * 40),
        " ".join(["dokcer"] * 40),
        "a" * 200,
        "ㅋㅋㅋㅋㅋㅋ ㅠㅠㅠ",
        "🐳" * 100,
    ],
)
def test_odd_queries_are_planned_quickly(understand, query):
    understand(query)
    began = time.process_time()
    plan = understand(query)
    assert time.process_time() - began < 0.1
    assert len(plan.groups) <= 12
    assert all(len(group.alternatives) <= 12 for group in plan.groups)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(alphabet="도커를데이타 ㅍㅇㅆabcdehzj\"-:#@.~^'12コンテ作の", max_size=30))
def test_every_text_means_something(understand, query):
    plan = understand(query)
    for group in (*plan.groups, *plan.excluded):
        for one in group.alternatives:
            assert one.tokens
            assert all(token.strip() and " " not in token for token in one.tokens)
