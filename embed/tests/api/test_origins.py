"""Whose pages may read and write: the exact origins of a site and nobody else (CORS)."""

import pytest
from django.test import Client

from accounts import actions as people
from blog.models import Comment
from embed.models import EmbedThread
from embed.tests.factories import EASY_BITS, GARDEN, EmbedClient, make_site, thread_path

pytestmark = pytest.mark.django_db
KEY = "글/바람"
ALLOWED = "Access-Control-Allow-Origin"
OTHERS = [
    "https://garden.example:8443",
    "http://garden.example",
    "https://www.garden.example",
    "https://garden.example.evil.example",
    "https://evil.example",
    "null",
    "*",
    "https://GARDEN.example",
    "https://garden.example/",
]


@pytest.fixture(autouse=True)
def easy_work(settings):
    settings.EMBED_CHALLENGE_BITS = EASY_BITS


def path_of(site, rest: str = "") -> str:
    return f"/api/v1/embed/{site.key}/{rest}"


def preflight(client: Client, path: str, origin: str, method: str = "POST"):
    return client.options(
        path,
        HTTP_ORIGIN=origin,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD=method,
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="content-type,authorization,idempotency-key",
    )


@pytest.mark.behaviour("EM-03")
def test_a_listed_origin_reads_without_credentials(client, garden):
    response = client.get(path_of(garden), HTTP_ORIGIN=GARDEN)
    assert response.headers[ALLOWED] == GARDEN
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "origin" in response.headers["Vary"].lower()
    exposed = response.headers["Access-Control-Expose-Headers"].lower()
    for name in ("link", "ratelimit", "ratelimit-policy", "retry-after", "location", "etag"):
        assert name in exposed


@pytest.mark.behaviour("EM-03", "EM-04")
@pytest.mark.parametrize("origin", OTHERS)
def test_any_other_origin_gets_no_headers_and_writes_nothing(client, garden, wind, origin):
    read = client.get(path_of(garden), HTTP_ORIGIN=origin)
    assert ALLOWED not in read.headers
    assert "origin" in read.headers["Vary"].lower()
    asked = preflight(client, path_of(garden, thread_path(KEY, "comments/")), origin)
    assert ALLOWED not in asked.headers
    for method, rest, body in (
        (client.post, thread_path(KEY, "comments/"), {"body": "안녕"}),
        (client.put, thread_path(KEY, "reaction/"), {}),
        (client.delete, thread_path(KEY, "reaction/"), {}),
        (client.patch, "comments/1/", {"body": "안녕"}),
        (client.delete, "comments/1/", {}),
        (client.put, "comments/1/like/", {}),
        (client.post, "comments/1/approve/", {}),
    ):
        response = method(
            path_of(garden, rest), body, content_type="application/json", HTTP_ORIGIN=origin
        )
        assert (response.status_code, response.json()["code"]) == (403, "origin_refused")
        assert ALLOWED not in response.headers
    assert not Comment.objects.exists()
    wind.refresh_from_db()
    assert wind.guest_reaction_count == 0


@pytest.mark.behaviour("EM-04")
def test_a_port_that_is_listed_is_an_origin_of_its_own(client, minah):
    site = make_site(minah, origins=["http://localhost:4000"])
    there = client.get(path_of(site), HTTP_ORIGIN="http://localhost:4000")
    assert there.headers[ALLOWED] == "http://localhost:4000"
    for origin in ("http://localhost", "http://localhost:4001", "https://localhost:4000"):
        assert ALLOWED not in client.get(path_of(site), HTTP_ORIGIN=origin).headers


def test_a_write_without_an_origin_is_refused(garden, wind):
    client = EmbedClient(garden, origin="")
    response = client.say(KEY)
    assert (response.status_code, response.json()["code"]) == (403, "origin_refused")


def test_a_read_without_an_origin_is_a_public_one(garden, wind):
    assert EmbedClient(garden, origin="").get(thread_path(KEY, "comments/")).status_code == 200


@pytest.mark.behaviour("EM-05")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_preflight_answers_what_may_be_sent(client, garden, method):
    path = path_of(garden, thread_path(KEY, "comments/"))
    response = preflight(client, path, GARDEN, method)
    assert response.status_code == 204
    assert not response.content
    assert response.headers[ALLOWED] == GARDEN
    methods = {name.strip() for name in response.headers["Access-Control-Allow-Methods"].split(",")}
    assert methods >= {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("content-type", "authorization", "idempotency-key"))
    assert response.headers["Access-Control-Max-Age"] == "600"
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.behaviour("EM-05")
def test_errors_carry_the_headers_too_and_each_once(garden, junho, wind, settings):
    client = EmbedClient(garden)
    answers = [
        client.get(thread_path(KEY, "comments/?page_size=x")),  # 400
        client.put("comments/1/like/"),  # 401
        client.say(KEY),  # 403
        client.get("comments/999999/"),  # 404
        client.put(""),  # 405
        client.post(thread_path(KEY, "comments/"), "[]", content_type="text/plain"),  # 415
    ]
    settings.API_RATES = settings.API_RATES | {"anonymous": (0, 60)}
    answers.append(client.get(""))  # 429
    assert [one.status_code for one in answers] == [400, 401, 403, 404, 405, 415, 429]
    for response in answers:
        names = [name.lower() for name, _value in response.items()]
        assert response.headers[ALLOWED] == GARDEN
        assert names.count(ALLOWED.lower()) == 1
        assert names.count("vary") == 1
        parts = [one.strip().lower() for one in response.headers["Vary"].split(",")]
        assert parts.count("origin") == 1
        assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.behaviour("EM-03")
@pytest.mark.parametrize(
    "path",
    ["/", "/embed.js", "/api/v1/", "/api/v1/embed/0123456789abcdef/", "/embed/sign-in/"],
)
def test_every_other_path_gets_no_headers_for_that_origin(client, garden, path):
    assert ALLOWED not in client.get(path, HTTP_ORIGIN=GARDEN).headers


def test_the_origins_of_one_site_are_not_those_of_another(client, minah, garden):
    other = make_site(minah, origins=["https://river.example"])
    assert ALLOWED not in client.get(path_of(other), HTTP_ORIGIN=GARDEN).headers
    settings_origin = client.get(path_of(other), HTTP_ORIGIN="https://river.example")
    assert settings_origin.headers[ALLOWED] == "https://river.example"


def test_origins_that_programs_may_have_open_no_site(client, garden, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    response = client.get(path_of(garden), HTTP_ORIGIN="https://app.example")
    assert ALLOWED not in response.headers


# Tokens -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("EM-09")
def test_a_key_works_from_its_own_origin_alone(minah, junho):
    river = "https://river.example"
    site = make_site(minah, origins=[GARDEN, river])
    _token, key = people.make_token(
        junho, scopes=("comments", "reactions"), seconds=600, origin=GARDEN
    )
    client = EmbedClient(site)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}", HTTP_ORIGIN=GARDEN)
    assert client.get(thread_path(KEY)).json()["viewer"]["handle"] == "junho"
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}", HTTP_ORIGIN=river)
    assert client.get(thread_path(KEY)).status_code == 401
    assert client.say(KEY).status_code == 401
    assert not EmbedThread.objects.exists()


@pytest.mark.behaviour("EM-09")
@pytest.mark.parametrize("path", ["/api/v1/me/", "/api/v1/users/junho/", "/api/v1/posts/"])
def test_a_key_opens_nothing_but_what_is_embedded(client, garden, junho, path):
    _token, key = people.make_token(
        junho, scopes=("comments", "reactions"), seconds=600, origin=GARDEN
    )
    response = client.get(path, HTTP_AUTHORIZATION=f"Bearer {key}", HTTP_ORIGIN=GARDEN)
    assert response.status_code in {401, 404}
    assert b"junho@example.com" not in response.content


def test_a_key_on_a_site_that_does_not_list_its_origin_reads_as_a_visitor(minah, junho):
    site = make_site(minah, origins=["https://river.example"])
    client = EmbedClient(site, junho, origin=GARDEN)
    assert client.get(thread_path(KEY)).json()["viewer"]["is_member"] is False


def test_a_session_says_nothing_here(client, garden, minah, wind):
    client.force_login(minah)
    response = client.get(
        path_of(garden, thread_path(KEY)), HTTP_ORIGIN=GARDEN, HTTP_SEC_FETCH_SITE="same-origin"
    )
    assert response.json()["viewer"]["is_member"] is False


def test_a_key_without_the_scope_is_told_which(garden, junho, wind):
    client = EmbedClient(garden, junho, scopes=("reactions",))
    response = client.say(KEY)
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
    narrow = EmbedClient(garden, junho, scopes=("comments",))
    assert narrow.put(thread_path(KEY, "reaction/"), {}).status_code == 403


def test_a_dead_key_is_told_so_by_401(garden, junho, wind, time_machine):
    from datetime import timedelta

    from django.utils import timezone

    client = EmbedClient(garden, junho)
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    response = client.say(KEY)
    assert response.status_code == 401
    assert response.headers[ALLOWED] == GARDEN


def test_who_may_not_take_part_reads_and_writes_nothing(garden, wind, settings):
    from accounts.tests.factories import make_unconfirmed_person

    settings.MAIL_ENABLED = True
    client = EmbedClient(garden, make_unconfirmed_person())
    assert client.get(thread_path(KEY)).json()["viewer"]["is_member"] is True
    response = client.say(KEY)
    assert (response.status_code, response.json()["code"]) == (403, "email_unconfirmed")
