"""Search on a site elsewhere: the owner's public posts, or the pages of its index file (EM-12)."""

import pytest

from blog.actions import change_article
from blog.tests.factories import make_article, make_note
from embed import actions
from embed.finding import snippet_of
from embed.models import PageEntry
from embed.tests.factories import GARDEN, EmbedClient, make_site
from search.engines import EngineDown

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("EM-12")]
FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "items": [
        {
            "url": f"{GARDEN}/글/바람/",
            "title": "바람 부는 날",
            "content_html": "<p>도커를 <b>바람</b>처럼 띄운다.</p><script>나쁜말()</script>",
            "date_published": "2026-03-01T09:00:00+09:00",
        },
        {
            "url": "/글/비/",
            "title": "비 오는 날",
            "content_text": "도커는 쉬고 Docker만 돈다.",
            "date_published": "2026-04-01",
        },
        {"url": "https://evil.example/글/", "title": "남의 도커", "content_text": "도커"},
        {"url": "javascript:alert(1)", "title": "도커"},
        {"title": "주소 없는 도커"},
        "도커",
        None,
    ],
}


@pytest.fixture
def listed(minah):
    """A site with an index file that was read."""
    site = make_site(minah, index_url=f"{GARDEN}/index.json")
    assert actions.store_pages(site, FEED) == 2
    return site


def found(client: EmbedClient, query: str, rest: str = "") -> dict:
    response = client.get(f"search/?q={query}{rest}")
    assert response.status_code == 200
    return response.json()


def test_public_posts_of_the_owner_are_found_and_nothing_else(garden, minah, junho, indexed):
    shown = make_article(minah, "도커 이야기", source="도커로 띄운다.")
    make_article(junho, "준호의 도커", source="도커")
    hidden = make_article(minah, "숨은 도커", source="도커")
    change_article(hidden, actor=minah, visibility="followers")
    make_article(minah, "덜 알린 도커", source="도커", visibility="unlisted")
    indexed()
    answer = found(EmbedClient(garden), "도커")
    (hit,) = answer["results"]
    assert hit == {
        "title": "도커 이야기",
        "url": f"http://testserver{shown.get_absolute_url()}",
        "snippet": hit["snippet"],
        "published_at": hit["published_at"],
    }
    text, ranges = hit["snippet"]["text"], hit["snippet"]["ranges"]
    assert {text[start:end] for start, end in ranges} == {"도커"}
    assert (answer["total"], answer["total_is_exact"], answer["next"]) == (1, True, None)


def test_nobody_widens_the_search_by_an_operator(garden, minah, junho, indexed):
    make_article(minah, "도커 이야기", source="도커")
    make_article(junho, "준호의 도커", source="도커")
    indexed()
    for query in ("도커 author:junho", "author:junho", "@junho 도커"):
        titles = [hit["title"] for hit in found(EmbedClient(garden), query)["results"]]
        assert "준호의 도커" not in titles


def test_the_owner_with_a_key_finds_no_more_there_than_everybody(garden, minah, indexed):
    make_article(minah, "나만 보는 도커", source="도커", visibility="private")
    indexed()
    assert found(EmbedClient(garden, minah), "도커")["results"] == []


def test_pages_of_posts_name_their_neighbours(garden, minah, indexed):
    for number in range(12):
        make_note(minah, f"도커 {number}")
    indexed()
    client = EmbedClient(garden)
    first = found(client, "도커")
    assert (len(first["results"]), first["total"], first["previous"]) == (10, 12, None)
    second = client.get(first["next"]).json()
    assert (len(second["results"]), second["next"]) == (2, None)
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_listed_pages_are_found_instead_newest_first(listed, minah, indexed):
    make_article(minah, "도커 이야기", source="도커")
    indexed()
    answer = found(EmbedClient(listed), "도커")
    assert [(hit["title"], hit["url"]) for hit in answer["results"]] == [
        ("비 오는 날", f"{GARDEN}/글/비/"),
        ("바람 부는 날", f"{GARDEN}/글/바람/"),
    ]
    assert [hit["published_at"] for hit in answer["results"]] == [
        "2026-04-01T00:00:00Z",
        "2026-03-01T00:00:00Z",
    ]
    assert answer["results"][1]["snippet"] == {
        "text": "도커를 바람처럼 띄운다.",
        "ranges": [[0, 2]],
    }
    assert answer["total"] == 2


def test_every_word_has_to_be_there_whatever_its_case(listed):
    client = EmbedClient(listed)
    assert found(client, "DOCKER 도커")["total"] == 1
    assert found(client, "도커 없는말")["total"] == 0
    assert found(client, "나쁜말")["total"] == 0
    assert found(client, "%25")["total"] == 0
    assert found(client, "_")["total"] == 0


def test_ranges_count_code_points():
    shown = snippet_of("😀😀 도커와 도커", ["도커"])
    assert [shown.text[start:end] for start, end in shown.ranges] == ["도커", "도커"]
    far = snippet_of("가 " * 300 + "도커", ["도커"])
    assert "도커" in far.text
    assert len(far.text) <= 180


def test_a_new_index_replaces_the_former_one(listed):
    assert actions.store_pages(listed, [{"permalink": f"{GARDEN}/새/", "title": "새 글"}]) == 1
    assert [page.title for page in PageEntry.objects.all()] == ["새 글"]
    assert actions.store_pages(listed, {"items": "no"}) == 0


def test_an_index_that_cannot_be_fetched_leaves_what_there_was(listed):
    assert actions.refresh_pages(listed.pk) == 0
    assert PageEntry.objects.count() == 2
    assert actions.refresh_pages(10**9) == 0


def test_who_takes_the_index_away_searches_posts_again(listed, minah, indexed):
    make_article(minah, "도커 이야기", source="도커")
    indexed()
    actions.change_site(listed, actor=minah, index_url="")
    assert not PageEntry.objects.exists()
    titles = [hit["title"] for hit in found(EmbedClient(listed), "도커")["results"]]
    assert titles == ["도커 이야기"]


@pytest.mark.parametrize(
    ("query", "code"),
    [("q=", "invalid"), ("", "invalid"), ("q=도커&cursor=x", "invalid_cursor")],
)
def test_what_is_no_search_is_refused(garden, query, code):
    response = EmbedClient(garden).get(f"search/?{query}")
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_where_search_is_off_there_is_none(minah):
    response = EmbedClient(make_site(minah, has_search=False)).get("search/?q=도커")
    assert (response.status_code, response.json()["code"]) == (403, "search_off")


def test_while_the_engine_rests_the_answer_says_so(garden, monkeypatch):
    def down(*args, **kwargs):
        raise EngineDown

    monkeypatch.setattr("embed.api.views.sites.find_on", down)
    response = EmbedClient(garden).get("search/?q=도커")
    assert (response.status_code, response.json()["code"]) == (503, "search_down")
    assert response.headers["Retry-After"]
