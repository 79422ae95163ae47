"""What every address of the API has: tokens, scopes, limits, problems, pages, tags, repetition."""

import json
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import ClassVar

import pytest
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone
from rest_framework import exceptions, serializers

from accounts import actions
from accounts.models import AccessToken, User
from accounts.tests.factories import make_person
from config.answers import answer_once
from config.api import ANYONE, ApiView
from config.api.deprecation import Deprecation
from config.api.entity_tags import entity_tag
from config.api.problems import problem_of
from config.api.types import require_types
from config.models import StoredAnswer
from config.tests.api_client import api_client

pytestmark = pytest.mark.django_db


class Echo(ApiView):
    scopes: ClassVar = {"GET": ANYONE, "POST": "posts", "PATCH": "posts"}
    calls: ClassVar[list] = []

    def get(self, request):
        return self.one({"id": 1, "who": getattr(self.viewer, "handle", None), "view_count": 3})

    def post(self, request):
        self.calls.append(request.data)
        return self.created(
            {"id": len(self.calls), "url": "https://마당.example/1", "말": request.data.get("말")}
        )

    def patch(self, request):
        self.require_version({"id": 1, "view_count": 4})
        return self.one({"id": 1, "view_count": 4})


@pytest.fixture
def echo():
    Echo.calls.clear()
    view, factory = Echo.as_view(), RequestFactory()

    def call(method="get", data=None, token="", raw=None, **headers):
        if token:
            headers["authorization"] = f"Bearer {token}"
        body = raw if raw is not None else json.dumps(data or {}).encode()
        extra = {"data": body, "content_type": "application/json"} if method != "get" else {}
        response = view(getattr(factory, method)("/api/v1/echo/", headers=headers, **extra))
        response.render()
        return response

    return call


@pytest.fixture
def minah():
    return make_person("minah", "미나")


def body_of(response):
    return json.loads(response.content)


# Who asks ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-03")
def test_what_is_public_needs_no_token_and_the_rest_does(echo):
    assert body_of(echo())["who"] is None
    refused = echo("post")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert body_of(refused)["code"] == "not_authenticated"


@pytest.mark.behaviour("AP-03")
@pytest.mark.parametrize(
    "token",
    ["틀림", "madang_0000", "madang_" + "a" * 64, "a b"],
    ids=["hangul", "short", "made up", "two"],
)
def test_a_token_that_is_none_is_refused_even_for_what_is_public(echo, token):
    refused = echo(token=token.encode().decode("latin-1"))
    assert refused.status_code == 401
    assert body_of(refused)["code"] == "not_authenticated"


@pytest.mark.behaviour("AP-03")
def test_expired_and_revoked_tokens_are_dead_at_once(echo, minah):
    held, key = actions.make_token(minah)
    assert echo(token=key).status_code == 200
    AccessToken.objects.filter(pk=held.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    assert echo(token=key).status_code == 401
    other, second = actions.make_token(minah)
    actions.revoke_token(other)
    assert echo(token=second).status_code == 401


@pytest.mark.behaviour("AP-03")
@pytest.mark.behaviour("AP-04")
def test_a_token_that_is_too_narrow_is_told_the_scope_that_it_lacks(echo, minah):
    _held, key = actions.make_token(minah, scopes=["read"])
    refused = echo("post", token=key)
    assert refused.status_code == 403
    assert body_of(refused)["code"] == "insufficient_scope"
    assert "posts" in body_of(refused)["detail"]


def test_without_the_scope_of_reading_a_token_sees_what_a_visitor_sees(echo, minah):
    _held, key = actions.make_token(minah, scopes=["posts"])
    assert body_of(echo(token=key))["who"] is None


@pytest.mark.behaviour("AP-02")
def test_cookies_say_nothing_unless_a_page_of_ours_sends_them(minah):
    client = Client()
    client.force_login(minah)
    assert client.get("/api/v1/").status_code == 200
    refused = client.post("/api/v1/search/", {}, content_type="application/json")
    assert refused.status_code == 405  # not signed in by the cookie, and never led to a page
    own = client.get("/api/v1/", headers={"sec-fetch-site": "same-origin"})
    assert own.headers["RateLimit-Policy"].startswith('"token"')
    foreign = client.get("/api/v1/", headers={"sec-fetch-site": "cross-site"})
    assert foreign.headers["RateLimit-Policy"].startswith('"anonymous"')


@pytest.mark.behaviour("AP-19")
@pytest.mark.parametrize("state", ["suspended", "leaving"])
def test_the_tokens_of_a_closed_account_say_so(echo, minah, state):
    _held, key = actions.make_token(minah)
    User.objects.filter(pk=minah.pk).update(state=state)
    refused = echo(token=key)
    assert (refused.status_code, body_of(refused)["code"]) == (403, "account_inactive")


def test_only_a_hash_of_a_token_is_kept(minah):
    held, key = actions.make_token(minah)
    columns = [str(value) for value in AccessToken.objects.filter(pk=held.pk).values_list()[0]]
    assert key.startswith("madang_")
    assert not any(key in column or key[16:] in column for column in columns)


def test_a_call_reads_token_and_person_in_one_query_and_writes_nothing(
    echo, minah, django_assert_num_queries
):
    _held, key = actions.make_token(minah)
    with django_assert_num_queries(1):
        echo(token=key)
    with django_assert_num_queries(1):
        echo(token=key)


def test_the_day_of_the_last_use_is_stored_in_batches(echo, minah):
    actions.flush_token_use()  # of other tests in this process
    held, key = actions.make_token(minah)
    echo(token=key)
    assert actions.flush_token_use() == 1
    held.refresh_from_db()
    assert held.last_used_on is not None


# Problems ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-01")
@pytest.mark.parametrize(
    "raw",
    [b"{", b"[1]", b'"\xeb\xa7\x90"', b"\xff", b"null", b'{"a": NaN}', b"[" * 5000],
    ids=["broken", "list", "text", "not utf-8", "null", "nan", "deep"],
)
def test_what_is_no_json_object_is_malformed(echo, minah, raw):
    _held, key = actions.make_token(minah)
    refused = echo("post", raw=raw, token=key)
    assert (refused.status_code, body_of(refused)["code"]) == (400, "malformed")
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.behaviour("AP-01")
def test_other_media_types_are_refused(minah):
    client = api_client(minah)
    response = client.get("", HTTP_ACCEPT="text/html")
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")
    view = Echo.as_view()
    request = RequestFactory().post(
        "/api/v1/echo/",
        b"a=1",
        content_type="application/x-www-form-urlencoded",
        headers={"authorization": f"Bearer {client.key}"},
    )
    refused = view(request)
    refused.render()
    assert (refused.status_code, body_of(refused)["code"]) == (415, "unsupported_media_type")


@pytest.mark.behaviour("AP-01")
def test_the_root_lists_the_resources():
    found = api_client().get("").json()
    assert found["search"] == "http://testserver/api/v1/search/"
    assert api_client().get(found["search"]).status_code == 400


@pytest.mark.behaviour("AP-05")
def test_a_problem_names_itself_in_the_language_that_was_asked_for():
    spoken = {}
    for language in ("ko", "en"):
        response = api_client().get("search/", HTTP_ACCEPT_LANGUAGE=language)
        problem = response.json()
        assert {"type", "title", "status", "detail", "code", "request_id", "errors"} <= set(problem)
        assert problem["errors"][0]["field"] == "q"
        assert (problem["code"], problem["errors"][0]["code"]) == ("invalid", "required")
        spoken[language] = problem["detail"]
    assert spoken["ko"] != spoken["en"]


class TypedInput(serializers.Serializer):
    text = serializers.CharField(required=False)
    count = serializers.IntegerField(required=False, allow_null=True)
    is_on = serializers.BooleanField(required=False)
    names = serializers.ListField(child=serializers.CharField(), required=False)
    kind = serializers.ChoiceField(choices=[7, 30], required=False)
    inner = serializers.ListSerializer(child=serializers.DictField(), required=False)


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"text": 5}, ["text"]),
        ({"text": True}, ["text"]),
        ({"count": "5"}, ["count"]),
        ({"count": True}, ["count"]),
        ({"is_on": 1}, ["is_on"]),
        ({"is_on": "true"}, ["is_on"]),
        ({"names": ["감", 5]}, ["names.1"]),
        ({"text": 5, "count": "감"}, ["text", "count"]),
        ({"text": "5", "count": 5, "is_on": False, "names": ["5"], "kind": 7}, []),
        ({"count": None, "unknown": 5, "names": []}, []),
    ],
    ids=str,
)
def test_json_of_another_type_is_refused_for_each_field(sent, fields):
    reader = TypedInput(data=sent)
    if not fields:
        require_types(reader, sent)
        assert reader.is_valid()
        return
    with pytest.raises(exceptions.ValidationError) as refused:
        require_types(reader, sent)
    response = problem_of(refused.value, {"request": RequestFactory().get("/"), "view": None})
    assert [entry["field"] for entry in response.data["errors"]] == fields
    assert {entry["code"] for entry in response.data["errors"]} == {"invalid"}


# Limits -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-13")
@override_settings(API_RATES={"anonymous": (2, 60), "token": (3, 60), "write": (1, 60)})
def test_limits_are_told_and_kept(echo, minah):
    first, second, third = echo(), echo(), echo()
    assert first.headers["RateLimit-Policy"] == '"anonymous";q=2;w=60'
    assert '"anonymous";r=0;t=' in second.headers["RateLimit"]
    assert (third.status_code, body_of(third)["code"]) == (429, "throttled")
    assert 0 < int(third.headers["Retry-After"]) <= 60
    _held, key = actions.make_token(minah)
    assert echo("post", token=key).status_code == 201
    assert echo("post", token=key).status_code == 429
    assert echo(token=key).status_code == 200  # reading goes on


@pytest.mark.behaviour("AP-13")
@override_settings(API_RATES={"token": (9, 60), "write": (2, 60)})
def test_another_token_of_the_same_person_writes_no_more(echo, minah):
    keys = [actions.make_token(minah)[1] for _number in range(3)]
    assert [echo("post", token=key).status_code for key in keys] == [201, 201, 429]


@override_settings(API_RATES={"anonymous": (1, 60), "token": (9, 60)})
def test_wrong_tokens_count_as_no_token(echo):
    assert echo(token="madang_0").status_code == 401
    assert echo(token="madang_1").status_code == 429


def test_fields_that_there_are_not_are_refused_on_empty_pages_and_before_304(minah):
    client = api_client(minah)
    for path, headers in (("me/blocks/", {}), ("me/", {"HTTP_IF_NONE_MATCH": "*"})):
        refused = client.get(f"{path}?fields=id,없음", **headers)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == "fields"


@pytest.mark.behaviour("AP-09")
@pytest.mark.parametrize(
    "query", ["page_size=", "page_size=0", "page_size=-1", "page_size=둘", "page_size=3&page_size="]
)
def test_a_size_of_pages_that_is_none_is_refused(query):
    refused = api_client().get(f"users/?{query}")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "page_size")


# Caching and versions ---------------------------------------------------------------------------


@pytest.mark.behaviour("AP-14")
def test_public_answers_may_be_kept_for_a_moment_and_others_not(echo, minah):
    _held, key = actions.make_token(minah)
    open_answer, own = echo(), echo(token=key)
    assert open_answer.headers["Cache-Control"] == "public, max-age=30"
    assert {"Authorization", "Accept-Language", "Origin"} <= set(
        open_answer.headers["Vary"].split(", ")
    )
    assert own.headers["Cache-Control"] == "private, no-store"


@pytest.mark.behaviour("AP-11")
def test_an_unchanged_object_is_not_sent_again_and_a_stale_change_is_refused(echo, minah):
    _held, key = actions.make_token(minah)
    tag = echo().headers["ETag"]
    again = echo(**{"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    stale = echo("patch", token=key, **{"if-match": '"other.tag"'})
    assert (stale.status_code, body_of(stale)["code"]) == (412, "stale")
    seen_since = entity_tag({"id": 1, "view_count": 1})
    assert echo("patch", token=key, **{"if-match": seen_since}).status_code == 200


# Once ---------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-12")
def test_the_same_request_again_is_answered_the_same_and_does_nothing(echo, minah):
    _held, key = actions.make_token(minah)
    headers = {"idempotency-key": "첫글".encode().hex()}
    first = echo("post", {"말": "감나무"}, token=key, **headers)
    again = echo("post", {"말": "감나무"}, token=key, **headers)
    assert first.content == again.content
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert len(Echo.calls) == 1
    other = echo("post", {"말": "대추"}, token=key, **headers)
    assert (other.status_code, body_of(other)["code"]) == (422, "idempotency_key_reused")


def test_the_keys_of_others_are_none_of_ours(echo, minah):
    junho = make_person("junho", "준호")
    for person in (minah, junho):
        _held, key = actions.make_token(person)
        assert echo("post", token=key, **{"idempotency-key": "k"}).status_code == 201
    assert len(Echo.calls) == 2


def test_after_a_day_a_key_is_new(echo, minah):
    _held, key = actions.make_token(minah)
    echo("post", token=key, **{"idempotency-key": "k"})
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    echo("post", token=key, **{"idempotency-key": "k"})
    assert len(Echo.calls) == 2


@pytest.mark.parametrize("key", ["", "한글", "a" * 256], ids=["blank", "hangul", "long"])
def test_a_key_that_cannot_be_one_is_refused(echo, minah, key):
    _held, token = actions.make_token(minah)
    header = key.encode().decode("latin-1")
    refused = echo("post", token=token, **{"idempotency-key": header})
    assert (refused.status_code, body_of(refused)["code"]) == (400, "invalid")


def test_what_failed_is_not_remembered():
    with pytest.raises(ZeroDivisionError):
        answer_once("person-1", "k", "h", lambda: {"n": 1 / 0})
    assert answer_once("person-1", "k", "h", lambda: {"n": 1}) == ({"n": 1}, False)


@pytest.mark.behaviour("AP-12")
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_make_one():
    made, barrier, seen = [], Barrier(50), []

    def ask():
        barrier.wait()
        try:
            seen.append(
                answer_once("person-1", "k", "h", lambda: made.append(1) or {"n": len(made)})
            )
        finally:
            connection.close()

    threads = [Thread(target=ask) for _number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(seen) == 50
    assert all(answer == {"n": 1} for answer, _is_old in seen)
    assert sum(not is_old for _answer, is_old in seen) == 1


# Other origins ----------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-15")
@override_settings(CORS_ALLOWED_ORIGINS=["https://blog.example"])
@pytest.mark.parametrize(
    "origin", ["https://blog.example:8443", "http://blog.example", "null", "https://evil.example"]
)
def test_an_origin_that_is_not_listed_gets_no_leave(origin):
    for path in ("/api/v1/", "/api/v1/search/", "/api/v1/nowhere/"):
        response = Client().get(path, headers={"origin": origin})
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "origin" in response.headers["Vary"].lower()


@pytest.mark.behaviour("AP-15")
@override_settings(CORS_ALLOWED_ORIGINS=["https://blog.example"])
def test_a_listed_origin_gets_leave_for_answers_errors_and_preflights():
    origin = {"origin": "https://blog.example"}
    for path, status in (("/api/v1/", 200), ("/api/v1/search/", 400), ("/api/v1/nowhere/", 404)):
        response = Client().get(path, headers=origin)
        assert response.status_code == status
        assert response.headers["Access-Control-Allow-Origin"] == "https://blog.example"
        assert "Access-Control-Allow-Credentials" not in response.headers
    preflight = Client().options(
        "/api/v1/search/", headers={**origin, "access-control-request-method": "POST"}
    )
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Max-Age"] == "600"
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in Client().get("/", headers=origin).headers


# The description ----------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-16")
def test_the_description_is_openapi_3_1_and_its_viewers_come_from_here(client):
    described = client.get("/api/v1/schema/").json()
    assert described["openapi"].startswith("3.1")
    for path in ("/api/v1/docs/", "/api/v1/docs/redoc/"):
        page = client.get(path)
        assert page.status_code == 200
        assert b"http://" not in page.content
        assert b"https://" not in page.content


# What goes away -----------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-17")
def test_what_goes_away_says_so_half_a_year_ahead():
    class Old(Echo):
        deprecated = Deprecation(
            datetime(2027, 1, 1, tzinfo=UTC),
            datetime(2027, 7, 5, tzinfo=UTC),
            "https://마당.example/",
        )

    answer = Old.as_view()(RequestFactory().get("/api/v1/old/"))
    assert answer.headers["Deprecation"] == "@1798761600"
    assert answer.headers["Sunset"] == "Mon, 05 Jul 2027 00:00:00 GMT"
    assert 'rel="deprecation"' in answer.headers["Link"]
    with pytest.raises(ValueError, match="six months"):
        Deprecation(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC), "/")
