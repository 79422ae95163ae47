"""GET /write/complete/: people and tags that a beginning may mean, to members alone."""

import re
import unicodedata

import pytest
from django.test import Client

from accounts.tests.factories import make_person
from blog.completion import typing_pattern
from blog.tests.factories import make_article, make_draft
from social.actions import block_person

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
URL = "/write/complete/"


def values(client, kind, text):
    answer = client.get(URL, {"kind": kind, "q": text}, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return [result["value"] for result in answer.json()["results"]]


def test_it_proposes_people_and_tags(as_user, minah, junho):
    make_article(minah, tags=["파이썬", "장고"])
    client = as_user(junho)
    assert values(client, "person", "mi") == ["@minah"]
    assert values(client, "person", "미나") == ["@minah"]
    assert values(client, "tag", "#파이") == ["파이썬"]
    result = client.get(URL, {"kind": "person", "q": "mi"}).json()["results"][0]
    assert (result["label"], result["hint"]) == ("미나", "@minah")
    assert result["avatar"].startswith("/avatars/")


def test_it_needs_login():
    answer = Client().get(URL, {"kind": "tag", "q": "파"}, headers={"Accept": "application/json"})
    assert answer.status_code == 401


def test_what_it_does_not_know_is_refused(as_user, minah):
    client = as_user(minah)
    assert client.get(URL, {"kind": "secret", "q": "a"}).status_code == 400
    assert client.post(URL, {"kind": "tag"}).status_code == 405
    assert values(client, "tag", "\x00\ud800"[:1] + "없음" * 500) == []


def test_people_hidden_by_a_block_are_left_out_both_ways(as_user, minah, taeo, stranger):
    block_person(minah, actor=stranger)
    assert values(as_user(minah), "person", "태") == []
    assert values(as_user(minah), "person", "stranger") == []
    assert values(as_user(taeo), "person", "minah") == []
    assert values(as_user(stranger), "person", "") == []


def test_suspended_people_and_oneself_are_left_out(as_user, minah, junho):
    junho.state = "suspended"
    junho.save(update_fields=["state"])
    client = as_user(minah)
    assert values(client, "person", "junho") == []
    assert values(client, "person", "minah") == []


def test_followed_people_come_first(as_user, minah, junho):
    make_person("mia", "미아")
    assert values(as_user(junho), "person", "") == ["@minah"]
    assert values(as_user(junho), "person", "mi") == ["@minah", "@mia"]


def test_a_name_is_searched_from_a_syllable_or_two_letters_on_but_of_whom_one_follows_at_once(
    as_user, minah, junho
):
    make_person("kim", "김태희")
    make_person("jane", "Taylor")
    assert values(as_user(junho), "person", "태") == ["@kim"]
    assert values(as_user(junho), "person", "ㅌ") == []
    assert values(as_user(junho), "person", "y") == []
    assert values(as_user(junho), "person", "yl") == ["@jane"]
    assert values(as_user(junho), "person", "태ㅎ") == ["@kim"]
    assert values(as_user(junho), "person", "태흐") == []
    assert values(as_user(junho), "person", "나") == ["@minah"]


def test_handles_come_before_names(as_user, minah, junho):
    make_person("aaa", "민수정")
    make_person("민수", "지나가던 사람")
    assert values(as_user(junho), "person", "민수") == ["@민수", "@aaa"]


@pytest.mark.parametrize("typed", ["Ив", "ив", "ИВ"])
def test_a_name_is_found_in_either_case(as_user, minah, typed):
    make_person("somebody", "Иван Éluard")
    assert values(as_user(minah), "person", typed) == ["@somebody"]
    assert values(as_user(minah), "person", "él") == ["@somebody"]


@pytest.mark.behaviour("BL-42")
def test_known_tags_come_by_use_and_hidden_ones_stay_hidden(as_user, minah, junho):
    make_article(minah, tags=["도커", "도시"])
    make_article(minah, tags=["도시"])
    make_draft(minah, tags=["도둑"])
    make_article(minah, tags=["도로"], visibility="private")
    assert values(as_user(junho), "tag", "도") == ["도시", "도커"]
    own = values(as_user(minah), "tag", "도")
    assert own[:2] == ["도시", "도커"]
    assert "도로" in own


@pytest.mark.behaviour("BL-42")
def test_a_syllable_under_way_finds_what_it_may_become(as_user, minah):
    make_article(minah, tags=["페이지네이션", "닭갈비", "까치"])
    client = as_user(minah)
    for beginning in ("ㅍ", "페", "페이지넹", "페이지네", unicodedata.normalize("NFD", "페이지")):
        assert values(client, "tag", beginning) == ["페이지네이션"]
    for beginning in ("다", "달", "닭", "ㄷ"):
        assert values(client, "tag", beginning) == ["닭갈비"]
    assert values(client, "tag", "[가-힣]") == []


@pytest.mark.parametrize(
    ("typed", "meant", "other"),
    [
        ("ㄱ", "가", "까"),
        ("미", "민수", "마"),
        ("민", "미나", "미사"),
        ("닭", "달가", "닥"),
        ("달", "닭", "닥"),
        ("없", "업소", "어"),
        ("a.", "a.b", "ab"),
    ],
)
def test_the_pattern_of_a_beginning(typed, meant, other):
    assert re.match(typing_pattern(typed), meant)
    assert not re.match(typing_pattern(typed), other)


def test_the_query_count_does_not_grow(as_user, minah, junho, django_assert_max_num_queries):
    client = as_user(junho)
    values(client, "person", "")
    for number in range(6):
        make_person(f"민수{number}")
    with django_assert_max_num_queries(5):  # session, person, followed, handles, names
        assert len(values(client, "person", "민")) >= 6


def test_too_many_questions_are_refused(as_user, minah, monkeypatch):
    monkeypatch.setattr("blog.views.completion.COMPLETIONS_AN_HOUR", 1)
    client = as_user(minah)
    values(client, "tag", "파")
    answer = client.get(URL, {"kind": "tag", "q": "파"}, headers={"Accept": "application/json"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
