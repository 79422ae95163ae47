"""Lists that the site puts together, by programs: the timeline, and what is talked about."""

import pytest

from blog import actions
from blog.actions.trending import refresh_trending
from blog.tests.factories import make_article, make_note, make_person
from config.tests.api_client import api_client
from social.actions import block_person, follow_person, mute_term

pytestmark = pytest.mark.django_db


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def junho():
    return make_person("junho", "준호")


def bodies(answer):
    return [one["body"] for one in answer["results"]]


@pytest.mark.behaviour("AP-43")
def test_the_timeline_holds_what_one_follows_and_one_s_own_in_pages(minah, junho):
    follow_person(minah, actor=junho)
    for number in range(4):
        make_note(minah, f"쪽지 {number}", visibility="followers")
    make_note(junho, "내 쪽지")
    make_note(make_person("taeo"), "모르는 사람")
    client, seen, address = api_client(junho), [], "timeline/?page_size=2"
    while address:
        answer = client.get(address).json()
        seen.append(bodies(answer))
        last, address = answer, answer["next"]
    assert seen == [["내 쪽지", "쪽지 3"], ["쪽지 2", "쪽지 1"], ["쪽지 0"]]
    assert bodies(client.get(last["previous"]).json()) == ["쪽지 2", "쪽지 1"]
    mute_term("쪽지 2", kind="word", actor=junho)
    assert "쪽지 2" not in bodies(client.get("timeline/").json())
    block_person(junho, actor=minah)
    assert bodies(client.get("timeline/").json()) == ["내 쪽지"]


def test_the_timeline_is_for_members_whose_token_may_read(junho):
    assert api_client().get("timeline/").status_code == 401
    assert api_client(junho, scopes=["posts"]).get("timeline/").status_code == 403


def test_a_long_timeline_asks_as_little_as_a_short_one(minah, junho, django_assert_num_queries):
    follow_person(minah, actor=junho)
    client = api_client(junho)
    for number in range(3):
        make_article(minah, f"글 {number}", tags=["도커"])
        with django_assert_num_queries(4):
            client.get("timeline/")


@pytest.mark.behaviour("AP-43")
def test_anybody_reads_what_is_talked_about_the_most_first(minah, junho):
    posts = [make_article(minah, f"글 {number}") for number in range(3)]
    people = [make_person(handle) for handle in ("taeo", "sora", "hana")]
    for post, number in zip(posts, (1, 3, 2), strict=True):
        for person in people[:number]:
            actions.like_post(post, actor=person)
    refresh_trending()
    client = api_client()
    answer = client.get("trending/?page_size=2").json()
    assert [one["title"] for one in answer["results"]] == ["글 1", "글 2"]
    following = client.get(answer["next"]).json()
    assert [one["title"] for one in following["results"]] == ["글 0"]
    back = client.get(following["previous"]).json()
    assert [one["title"] for one in back["results"]] == ["글 1", "글 2"]
    assert client.get("trending/?kind=note").json()["results"] == []
    assert client.get("trending/?kind=poem").status_code == 400
    block_person(junho, actor=minah)
    assert api_client(junho).get("trending/").json()["results"] == []
