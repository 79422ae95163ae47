"""Searching by programs."""

from urllib.parse import quote

import pytest

from blog.actions import write_comment
from blog.tests.factories import make_article, make_note
from search.engines import EngineDown

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("AP-49")]


@pytest.fixture
def ask(client, indexed):
    """Return a function that indexes and asks; gives the answer's JSON."""

    def get(query: str, status: int = 200):
        indexed()
        response = client.get(f"/api/v1/search/?{query}")
        assert response.status_code == status
        kind = "application/json" if status == 200 else "application/problem+json"
        assert response.headers["Content-Type"].startswith(kind)
        return response.json()

    return get


def marked(part: dict) -> list[str]:
    return [part["text"][start:end] for start, end in part["ranges"]]


def test_hits_are_texts_with_ranges(ask, minah):
    post = make_article(minah, "😀 도커를 배포하기", source="학교에서 **도커**를 배웠다. 1 < 2")
    found = ask("q=" + quote("도커"))
    (hit,) = found["results"]
    assert hit["id"] == post.pk
    assert hit["type"] == "post"
    assert hit["url"] == hit["html_url"] == f"http://testserver{post.get_absolute_url()}"
    assert hit["title"]["text"] == "😀 도커를 배포하기"
    assert marked(hit["title"]) == marked(hit["snippet"]) == ["도커"]
    assert "1 < 2" in hit["snippet"]["text"]
    assert hit["author"] == {
        "handle": "minah",
        "display_name": "미나",
        "url": "http://testserver/@minah/",
    }
    assert hit["published_at"].endswith("Z")
    assert hit["is_related"] is False
    assert (found["total"], found["total_is_exact"]) == (1, True)
    assert found["corrected"] is None
    assert found["suggestions"] == []
    assert found["next"] is found["previous"] is None
    assert found["took_ms"] >= 0


def test_every_kind_has_the_same_keys(ask, minah, junho):
    post = make_article(minah, "도커", tags=["도커"])
    write_comment(post, actor=junho, source="도커 잘 읽었어요")
    keys = set(ask("q=" + quote("도커"))["results"][0])
    for kind, query in (("comments", "도커"), ("people", "미나"), ("tags", "도커")):
        (hit,) = ask(f"q={quote(query)}&type={kind}")["results"]
        assert set(hit) == keys
    assert ask(f"q={quote('미나')}&type=person")["results"][0]["type"] == "person"


def test_pages_name_their_neighbours(ask, client, minah, settings):
    settings.SEARCH_PAGE_SIZE = 2
    for number in range(3):
        make_article(minah, f"도커 이야기 {number}")
    first = ask(f"q={quote('도커')}&sort=newest")
    second = client.get(first["next"]).json()
    assert [len(first["results"]), len(second["results"])] == [2, 1]
    assert "sort=newest" in first["next"]
    assert first["previous"] is second["next"] is None
    assert not {hit["id"] for hit in first["results"]} & {hit["id"] for hit in second["results"]}


def test_everybody_gets_what_they_may_see(ask, client, minah, junho):
    make_article(minah, "도커 이웃", visibility="followers")
    make_note(junho, "도커 공개")
    assert ask("q=" + quote("도커"))["total"] == 1
    client.force_login(junho)
    assert ask("q=" + quote("도커"))["total"] == 2


@pytest.mark.behaviour("AP-05", "AP-07")
def test_what_goes_wrong_is_a_problem_document(ask, client, minah, monkeypatch):
    missing = ask("q=%20", status=400)
    assert missing["code"] == "invalid"
    assert [(one["field"], one["code"]) for one in missing["errors"]] == [("q", "required")]
    refused = client.post("/api/v1/search/", {"q": "x"}, content_type="application/json")
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    assert refused.json()["code"] == "method_not_allowed"
    unknown = client.get("/api/v1/search/?q=x", headers={"accept": "image/png"})
    assert (unknown.status_code, unknown.json()["code"]) == (406, "not_acceptable")
    nowhere = client.get("/api/v1/nowhere/", headers={"accept": "text/html"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")

    def down(*args, **kwargs):
        raise EngineDown("no answer")

    monkeypatch.setattr("search.api.views.search", down)
    resting = ask("q=x", status=503)
    assert resting["code"] == "search_down"
    assert "no answer" not in str(resting)


@pytest.mark.behaviour("SE-23")
def test_page_and_api_share_their_limit(client, db, monkeypatch):
    monkeypatch.setattr("config.limits.time.time", lambda: 1_800_000_000.0)
    monkeypatch.setattr("search.views.limits.VISITOR_SEARCHES", 2)
    assert client.get("/search/?q=x").status_code == 200
    assert client.get("/api/v1/search/?q=x").status_code == 200
    throttled = client.get("/api/v1/search/?q=x")
    assert throttled.status_code == 429
    assert throttled.json()["code"] == "throttled"
    assert 1 <= int(throttled.headers["Retry-After"]) <= 60


def test_suggestions_are_those_of_the_page(client, minah, indexed):
    make_article(minah, "데이터베이스", source="데이터베이스")
    indexed()
    said = client.get("/api/v1/search/suggest/?q=" + quote("데이터")).json()
    assert said == client.get("/search/suggest/?q=" + quote("데이터")).json()
    assert said["words"]


def test_the_index_leads_there(client, db):
    links = client.get("/api/v1/").json()
    assert client.get(links["suggest"]).status_code == 200


def test_options_name_the_methods_and_nothing_of_the_code(client):
    for address in ("/api/v1/search/", "/api/v1/search/suggest/"):
        response = client.options(address)
        assert response.status_code == 204
        assert not response.content
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
