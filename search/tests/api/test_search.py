"""Searching by programs."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.scopes import MEMBER_SCOPES
from blog.actions import create_series, write_comment
from blog.tests.factories import make_article, make_note
from config import limits
from config.tests.api_client import api_client, matches_stored
from search.engines import EngineDown

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("AP-49")]
API = "http://testserver/api/v1"


@pytest.fixture
def ask(indexed):
    """Return a function that indexes and asks; gives the answer's JSON."""

    def get(query: str, status: int = 200, client=None):
        indexed()
        response = (client or api_client()).get(f"search/?{query}")
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
    assert hit["url"] == f"{API}/posts/{post.pk}/"
    assert hit["html_url"] == f"http://testserver{post.get_absolute_url()}"
    assert hit["title"]["text"] == "😀 도커를 배포하기"
    assert marked(hit["title"]) == marked(hit["snippet"]) == ["도커"]
    assert "1 < 2" in hit["snippet"]["text"]
    assert hit["author"] == {
        "handle": "minah",
        "display_name": "미나",
        "url": f"{API}/users/@minah/",
        "html_url": "http://testserver/@minah/",
    }
    assert hit["published_at"].endswith("Z")
    assert hit["is_related"] is False
    assert (found["total"], found["total_is_exact"]) == (1, True)
    assert found["corrected"] is None
    assert found["suggestions"] == []
    assert found["next"] is found["previous"] is None
    assert found["took_ms"] >= 0


def test_every_kind_has_the_same_keys_and_says_where_it_is(ask, minah, junho):
    series = create_series("도커 이야기", actor=minah)
    post = make_article(minah, "도커", tags=["도커"], series=series)
    comment = write_comment(post, actor=junho, source="도커 잘 읽었어요")
    keys = set(ask("q=" + quote("도커"))["results"][0])
    for kind, query, place in (
        ("comments", "도커", f"comments/{comment.pk}"),
        ("people", "미나", f"users/{minah.pk}"),
        ("tags", "도커", f"tags/{quote('도커')}"),
        ("series", "도커", f"series/{series.pk}"),
    ):
        (hit,) = ask(f"q={quote(query)}&type={kind}")["results"]
        assert set(hit) == keys
        assert hit["url"] == f"{API}/{place}/"
    assert ask(f"q={quote('미나')}&type=person")["results"][0]["type"] == "person"


def test_the_whole_answer_is_what_is_stored(ask, indexed, minah):
    make_article(minah, "도커로 배포하기", source="세 개를 도커 컴포즈로 묶는다.")
    indexed()
    response = api_client().get("search/", {"q": "도커"})
    response.data["took_ms"] = 1.0
    response.content = response.rendered_content
    matches_stored(response, "search")


def test_pages_name_their_neighbours(ask, minah, settings):
    settings.SEARCH_PAGE_SIZE = 2
    for number in range(3):
        make_article(minah, f"도커 이야기 {number}")
    first = ask(f"q={quote('도커')}&sort=newest")
    second = api_client().get(first["next"]).json()
    assert [len(first["results"]), len(second["results"])] == [2, 1]
    assert "sort=newest" in first["next"]
    assert first["previous"] is second["next"] is None
    assert not {hit["id"] for hit in first["results"]} & {hit["id"] for hit in second["results"]}


def test_everybody_gets_what_they_may_see(ask, minah, junho, taeo, stranger):
    make_article(minah, "도커 이웃", visibility="followers")
    make_note(minah, "도커 공개")
    for person, total in ((None, 1), (stranger, 1), (junho, 2), (minah, 2), (taeo, 0)):
        client = api_client(person)
        assert ask("q=" + quote("도커"), client=client)["total"] == total, person
    blind = api_client(junho, scopes=[scope for scope in MEMBER_SCOPES if scope != "read"])
    assert ask("q=" + quote("도커"), client=blind)["total"] == 1


def test_a_session_counts_only_on_our_own_pages(client, indexed, minah, junho):
    make_article(minah, "도커 이웃", visibility="followers")
    indexed()
    client.force_login(junho)
    address = "/api/v1/search/?q=" + quote("도커")
    assert client.get(address).json()["total"] == 0
    own = {"sec-fetch-site": "same-origin"}
    assert client.get(address, headers=own).json()["total"] == 1


def test_more_hits_take_no_more_queries(indexed, minah, junho):
    client = api_client(junho)
    address = "search/?q=" + quote("도커")

    def queries() -> int:
        indexed()
        client.get(address)  # what a process remembers is read once
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        return len(seen)

    make_article(minah, "도커 하나", tags=["도커"])
    few = queries()
    for number in range(8):
        make_article(minah, f"도커 {number}", tags=["도커", f"태그{number}"])
    assert queries() == few


@pytest.mark.behaviour("AP-05", "AP-07")
def test_what_goes_wrong_is_a_problem_document(ask, client, minah, monkeypatch):
    missing = ask("q=%20", status=400)
    assert missing["code"] == "invalid"
    assert [(one["field"], one["code"]) for one in missing["errors"]] == [("q", "required")]
    refused = api_client().post("search/", {"q": "x"})
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


@pytest.mark.behaviour("SE-23", "AP-13")
def test_page_and_api_share_their_limit_and_the_headers_tell_it(client, db, monkeypatch):
    monkeypatch.setattr("config.limits.time.time", lambda: float(limits.EPOCH))
    monkeypatch.setattr("search.views.limits.VISITOR_SEARCHES", 2)
    assert client.get("/search/?q=x").status_code == 200
    last = api_client().get("search/?q=x")
    assert last.status_code == 200
    assert '"search";q=2;w=60' in last.headers["RateLimit-Policy"]
    assert '"search";r=0;t=60' in last.headers["RateLimit"]
    throttled = api_client().get("search/?q=x")
    assert throttled.status_code == 429
    assert throttled.json()["code"] == "throttled"
    assert 1 <= int(throttled.headers["Retry-After"]) <= 60
    assert client.get("/search/?q=x").status_code == 429


@pytest.mark.behaviour("SE-23", "AP-13")
def test_members_have_as_many_searches_as_the_settings_say(minah, monkeypatch, settings):
    monkeypatch.setattr("config.limits.time.time", lambda: float(limits.EPOCH))
    assert settings.API_RATES["search"] == (120, 60)
    first, other = api_client(minah), api_client(minah)
    assert '"search";r=119;t=60' in first.get("search/?q=x").headers["RateLimit"]
    assert '"search";r=118;t=60' in other.get("search/?q=x").headers["RateLimit"]


def test_suggestions_are_those_of_the_page_with_whole_addresses(client, minah, junho, indexed):
    post = make_article(minah, "데이터베이스", source="데이터베이스", tags=["데이터베이스"])
    indexed()
    said = api_client().get("search/suggest/", {"q": "데이터"}).json()
    shown = client.get("/search/suggest/?q=" + quote("데이터")).json()
    for kind in ("words", "titles", "people"):
        assert [one["label"] for one in said[kind]] == [one["label"] for one in shown[kind]]
    assert said["words"]
    assert said["titles"][0] == {
        "label": "데이터베이스",
        "hint": "미나",
        "url": f"{API}/posts/{post.pk}/",
        "html_url": f"http://testserver{post.get_absolute_url()}",
    }
    assert said["tags"][0]["url"] == f"{API}/tags/{quote('데이터베이스')}/"
    assert api_client().get(said["words"][0]["url"]).json()["total"] == 1
    (person,) = api_client().get("search/suggest/", {"q": "미나"}).json()["people"]
    assert person["url"] == f"{API}/users/{minah.pk}/"
    assert person["avatar"].startswith("http://testserver/")


def test_suggestions_show_nobody_what_is_hidden(minah, junho, taeo, indexed):
    make_article(minah, "데이터베이스 이웃", visibility="followers")
    indexed()

    def titles(client) -> list:
        return client.get("search/suggest/", {"q": "데이터"}).json()["titles"]

    assert len(titles(api_client(junho))) == 1
    assert titles(api_client()) == titles(api_client(taeo)) == []
    assert titles(api_client(junho, scopes=["posts"])) == []
    assert api_client(taeo).get("search/suggest/", {"q": "미나"}).json()["people"] == []


def test_the_index_leads_there(db):
    links = api_client().get("").json()
    assert api_client().get(links["suggest"]).status_code == 200


def test_options_name_the_methods_and_nothing_of_the_code(client):
    for address in ("/api/v1/search/", "/api/v1/search/suggest/"):
        response = client.options(address)
        assert response.status_code == 204
        assert not response.content
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "query",
    ["type=nonsense", "in=x", "sort=", "period=31", "literal=0", "page=-1", "page=0", "page=끝"],
)
def test_what_is_none_of_the_choices_is_refused_by_name(query):
    response = api_client().get(f"search/?q=감나무&{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == query.partition("=")[0]
