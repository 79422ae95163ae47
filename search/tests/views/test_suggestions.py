"""What the box offers while somebody types."""

from urllib.parse import quote

import pytest

from accounts.actions import change_profile
from blog.tests.factories import make_article
from social.actions import block_person

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("SE-15")]


@pytest.fixture
def offered(client, indexed):
    """Return a function that indexes and asks what is offered for a beginning."""

    def get(text: str) -> dict[str, list[dict[str, str]]]:
        indexed()
        response = client.get("/search/suggest/?q=" + quote(text))
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "private, no-store"
        return response.json()

    return get


def labels(lines: list[dict[str, str]]) -> list[str]:
    return [line["label"] for line in lines]


def test_words_titles_people_and_tags_with_their_addresses(offered, minah):
    post = make_article(
        minah, "데이터베이스 고르기", tags=["데이터"], source="데이터베이스 이야기."
    )
    found = offered("데이터")
    assert set(found) == {"words", "titles", "people", "tags"}
    assert "데이터베이스" in labels(found["words"])
    assert found["words"][0]["url"].startswith("/search/?q=%EB%8D%B0")
    assert [(line["label"], line["url"]) for line in found["titles"]] == [
        ("데이터베이스 고르기", post.get_absolute_url())
    ]
    assert labels(found["tags"]) == ["#데이터"]
    person = offered("미나")["people"][0]
    assert (person["label"], person["hint"], person["url"]) == ("미나", "@minah", "/@minah/")
    assert person["avatar"].startswith("/avatars/")


@pytest.mark.parametrize("typed", ["데이터벵", "데이터베", "ㄷㅇㅌ", "epdlxj"])
def test_a_syllable_under_way_initials_and_the_other_keyboard_are_understood(offered, minah, typed):
    make_article(minah, "데이터베이스 고르기", source="데이터베이스 이야기.")
    assert any(label.startswith("데이터") for label in labels(offered(typed)["words"]))


def test_nothing_hidden_is_offered(offered, client, minah, junho, stranger):
    make_article(minah, "비밀스러운 데이터베이스", visibility="private", source="비밀")
    make_article(minah, "이웃의 데이터베이스", visibility="followers", source="이웃")
    assert (
        offered("비밀스")
        == offered("데이터베")
        == {"words": [], "titles": [], "people": [], "tags": []}
    )
    client.force_login(junho)
    assert labels(offered("이웃의")["titles"]) == ["이웃의 데이터베이스"]
    assert labels(offered("미나")["people"]) == ["미나"]
    block_person(junho, actor=minah)
    assert offered("이웃의")["titles"] == offered("미나")["people"] == []


@pytest.mark.parametrize("typed", ["", " ", "\x00", "%", "_", "'", "ㅏ", "가" * 3000, "😀", "# @"])
def test_any_beginning_is_answered(offered, typed):
    assert set(offered(typed)) == {"words", "titles", "people", "tags"}


def test_it_is_asked_three_hundred_times_a_minute_at_most(client, db, monkeypatch):
    monkeypatch.setattr("search.views.limits.SUGGESTIONS", 2)
    statuses = [client.get("/search/suggest/?q=x").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_names_are_text(offered, minah):
    change_profile(minah, display_name="<b>미나")
    assert labels(offered("<b>미")["people"]) == ["<b>미나"]
