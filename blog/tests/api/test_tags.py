"""Tags and topics by programs: to find, read and follow them."""

import unicodedata
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.scopes import MEMBER_SCOPES
from blog import actions
from blog.models import Tag, TagFollow, Topic
from blog.tests.factories import make_article, make_note
from config.tests.api_client import api_client, matches_stored

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("AP-44")]
API = "http://testserver/api/v1"
NFD = unicodedata.normalize("NFD", "파이썬")  # as some file systems have it


@pytest.fixture
def tags(minah, junho):
    """도커 has three posts, django and 파이썬 one each; 비밀 is of a private text."""
    make_article(minah, "하나", tags=["도커", "Django"])
    make_article(minah, "둘", tags=["도커"])
    make_article(junho, "셋", tags=["도커", "파이썬"])
    make_article(minah, "넷", tags=["비밀"], visibility="private")
    return {tag.key: tag for tag in Tag.objects.all()}


def tag_url(name: str) -> str:
    return f"tags/{quote(name)}/"


def names(response) -> list[str]:
    return [one["name"] for one in response.json()["results"]]


# Tags ---------------------------------------------------------------------------------------------


@pytest.mark.behaviour("BL-42")
def test_the_list_is_in_the_order_of_the_page(tags, client):
    found = api_client().get("tags/")
    assert names(found) == ["도커", "Django", "파이썬"]
    assert [one["post_count"] for one in found.json()["results"]] == [3, 1, 1]
    shown = client.get("/tags/").content.decode()
    assert shown.index("도커") < shown.index("Django") < shown.index("파이썬")


@pytest.mark.behaviour("AP-09")
def test_a_list_is_walked_there_and_back(tags, minah):
    make_article(minah, "다섯", tags=["가", "나", "다", "django"])
    whole = names(api_client().get("tags/?page_size=100"))
    assert whole == ["도커", "Django", "가", "나", "다", "파이썬"]
    walked, pages = [], []
    address = "tags/?page_size=2"
    while address:
        page = api_client().get(address)
        pages.append(page.json())
        walked += names(page)
        address = page.json()["next"]
    assert walked == whole
    assert [page["previous"] is None for page in pages] == [True, False, False]
    back = api_client().get(pages[2]["previous"])
    assert names(back) == whole[2:4]
    first = api_client().get(back.json()["previous"])
    assert names(first) == whole[:2]
    assert first.json()["previous"] is None


@pytest.mark.behaviour("AP-09")
def test_past_the_end_the_way_back_works(tags):
    page = api_client().get("tags/?page_size=2").json()
    Tag.objects.filter(key="파이썬").update(post_count=0)
    empty = api_client().get(page["next"])
    assert (empty.status_code, names(empty)) == (200, [])
    assert names(api_client().get(empty.json()["previous"])) == ["도커", "Django"]


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJmIiwxLDJd"])
def test_a_cursor_of_another_list_is_refused(tags, cursor):
    refused = api_client().get(f"tags/?cursor={cursor}")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")


def test_a_tag_says_where_its_posts_and_feeds_are(tags, client):
    found = api_client().get(tag_url("도커"))
    matches_stored(found, "tag")
    links = found.json()["links"]
    assert links["self"] == found.json()["url"] == f"{API}/{tag_url('도커')}"
    posts = api_client().get(links["posts"]).json()["results"]
    assert {post["title"] for post in posts} == {"하나", "둘", "셋"}
    for feed in links["feeds"].values():
        assert client.get(feed.removeprefix("http://testserver")).status_code == 200


@pytest.mark.behaviour("BL-41")
@pytest.mark.parametrize(
    "name", ["DJANGO", "django", "파이썬", NFD], ids=["upper", "lower", "nfc", "nfd"]
)
def test_any_spelling_leads_to_the_one_tag(tags, name):
    assert api_client().get(tag_url(name)).json()["name"] in {"Django", "파이썬"}


@pytest.mark.behaviour("BL-43")
def test_a_merged_name_leads_on_and_a_banned_one_nowhere(tags, sora):
    actions.merge_tags(tags["파이썬"], tags["django"], actor=sora)
    moved = api_client().get(tag_url("파이썬"))
    assert moved.status_code == 301
    assert moved.headers["Location"] == f"{API}/tags/django/"
    assert api_client().get(moved.headers["Location"]).json()["name"] == "Django"
    actions.change_tag(tags["도커"], name="도커", is_banned=True)
    for path in (tag_url("도커"), tag_url("없는-태그")):
        assert api_client().get(path).status_code == 404
    assert names(api_client().get("tags/")) == ["Django"]


@pytest.mark.behaviour("AP-11")
def test_what_somebody_has_already_is_not_sent_again(tags):
    tag = api_client().get(tag_url("도커")).headers["ETag"]
    same = api_client().get(tag_url("도커"), headers={"if-none-match": tag})
    assert (same.status_code, same.content) == (304, b"")


# Following ----------------------------------------------------------------------------------------


def test_following_a_tag_brings_it_to_ones_own_list(tags, junho):
    client = api_client(junho)
    for _twice in range(2):
        followed = client.put(tag_url("DJANGO") + "follow/")
        assert followed.status_code == 200
        assert followed.json()["viewer"] == {"following": True}
    client.put(tag_url("도커") + "follow/")
    own = client.get("me/followed-tags/")
    assert names(own) == ["Django", "도커"]
    assert all(one["viewer"]["following"] for one in own.json()["results"])
    assert [one["viewer"]["following"] for one in client.get("tags/").json()["results"]] == [
        True,
        True,
        False,
    ]
    for _twice in range(2):
        assert client.delete(tag_url("도커") + "follow/").status_code == 204
    assert names(client.get("me/followed-tags/")) == ["Django"]
    assert client.get(tag_url("도커")).json()["viewer"] == {"following": False}


@pytest.mark.behaviour("AP-03")
def test_following_needs_a_token_made_for_it(tags, junho):
    path = tag_url("도커") + "follow/"
    for method in ("put", "delete"):
        missing = getattr(api_client(), method)(path)
        assert missing.status_code == 401
        assert missing.headers["WWW-Authenticate"] == "Bearer"
        narrow = getattr(api_client(junho, scopes=["read"]), method)(path)
        assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")
    assert api_client().get("me/followed-tags/").status_code == 401
    assert api_client(junho, scopes=["follows"]).get("me/followed-tags/").status_code == 403
    assert not TagFollow.objects.exists()


def test_a_token_that_may_not_read_is_told_what_visitors_are(tags, junho):
    actions.follow_tag(tags["도커"], actor=junho)
    blind = api_client(junho, scopes=[one for one in MEMBER_SCOPES if one != "read"])
    assert "viewer" not in blind.get(tag_url("도커")).json()
    assert "viewer" not in api_client().get("tags/").json()["results"][0]


@pytest.mark.behaviour("AP-18", "SO-11")
def test_page_and_api_count_follows_together(tags, client, junho, monkeypatch):
    monkeypatch.setattr("social.limits.FOLLOWS_AN_HOUR", 1)
    client.force_login(junho)
    client.post("/tags/도커/follow/")
    refused = api_client(junho).put(tag_url("Django") + "follow/")
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")


def test_there_is_an_end_to_following(tags, junho, monkeypatch):
    monkeypatch.setattr("blog.actions.tag_follows.FOLLOWED_TAGS_MAX", 1)
    client = api_client(junho)
    client.put(tag_url("도커") + "follow/")
    refused = client.put(tag_url("Django") + "follow/")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_followed")


@pytest.mark.behaviour("AP-19")
def test_limited_people_follow_nothing(tags, junho):
    junho.state = "limited"
    junho.save(update_fields=["state"])
    refused = api_client(junho).put(tag_url("도커") + "follow/")
    assert (refused.status_code, refused.json()["code"]) == (403, "account_inactive")


def test_more_tags_take_no_more_queries(tags, minah, junho):
    client = api_client(junho)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("tags/?page_size=100").status_code == 200
            assert client.get("me/followed-tags/?page_size=100").status_code == 200
        return len(seen)

    actions.follow_tag(tags["도커"], actor=junho)
    few = queries()
    make_article(minah, "많다", tags=[f"태그{number}" for number in range(9)])
    for tag in Tag.objects.filter(key__startswith="태그"):
        actions.follow_tag(tag, actor=junho)
    assert queries() == few == 4


def test_one_tag_takes_two_queries_and_the_token(tags, junho, django_assert_max_num_queries):
    client = api_client(junho)
    with django_assert_max_num_queries(3):
        client.get(tag_url("도커"))


# Topics -------------------------------------------------------------------------------------------


@pytest.fixture
def topics(db):
    for position, slug, english in ((2, "책", "Books"), (1, "개발", "Code"), (2, "그림", "Art")):
        Topic.objects.create(slug=slug, name_ko=slug, name_en=english, position=position)


def test_topics_come_in_the_order_of_the_site(topics):
    found = api_client().get("topics/")
    assert [one["slug"] for one in found.json()["results"]] == ["개발", "그림", "책"]
    page = api_client().get("topics/?page_size=2").json()
    rest = api_client().get(page["next"]).json()
    assert [one["slug"] for one in rest["results"]] == ["책"]
    back = api_client().get(rest["previous"]).json()
    assert [one["slug"] for one in back["results"]] == ["개발", "그림"]


def test_a_topic_speaks_the_language_of_the_answer(topics, minah):
    path = f"topics/{quote('개발')}/"
    matches_stored(api_client().get(path), "topic")
    english = api_client().get(path, headers={"accept-language": "en"})
    assert english.json()["name"] == "Code"
    topic = Topic.objects.get(slug="개발")
    make_article(minah, "주제 있는 글", topic=topic)
    make_note(minah)
    posts = api_client().get(english.json()["links"]["posts"]).json()["results"]
    assert [post["title"] for post in posts] == ["주제 있는 글"]
    assert api_client().get(f"topics/{quote('없다')}/").status_code == 404


def test_topics_take_one_query(topics, django_assert_num_queries):
    with django_assert_num_queries(1):
        api_client().get("topics/")
