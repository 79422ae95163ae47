"""What somebody tries who means no good: floods, forged cursors, odd methods, many addresses."""

import json
from base64 import urlsafe_b64encode

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.tests.factories import make_person
from blog.actions import write_comment
from blog.models import Series
from blog.tests.factories import make_article
from config import limits
from config.api import documents
from config.api.rendering import DEEPEST, LARGEST_BODY
from config.tests.api_client import ROOT, api_client, described_api

pytestmark = pytest.mark.django_db


@pytest.fixture
def minah():
    return make_person("minah", "미나")


def post_raw(client, path: str, body: str | bytes):
    """Send ``body`` as JSON just as it is."""
    return client.generic("POST", ROOT + path, body, content_type="application/json")


# Bodies -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-01")
@pytest.mark.parametrize("depth", [DEEPEST + 1, 300, 700, 1000])
def test_what_lies_too_deep_is_malformed(minah, depth):
    body = '{"a":' * depth + "1" + "}" * depth
    for headers in ({}, {"HTTP_IDEMPOTENCY_KEY": f"깊이-{depth}".encode().hex()}):
        client = api_client(minah)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {client.key}", **headers)
        refused = post_raw(client, "posts/", body)
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    "body",
    [
        '{"handle": "' + "가" * (LARGEST_BODY // 3) + '"}',
        '{"a":[' + "[]," * (LARGEST_BODY // 3) + "[]]}",
    ],
    ids=["one long text", "a flood of lists"],
)
def test_nobody_floods_a_small_form_with_a_large_body(body):
    refused = post_raw(api_client(), "users/", body)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_a_flood_of_small_things_is_refused_where_long_texts_are_not(minah):
    client = api_client(minah)
    flood = '{"title": "홍수", "tags":[' + "[]," * 1_200_000 + "[]]}"
    assert len(flood) > LARGEST_BODY
    refused = post_raw(client, "posts/", flood)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    text = "긴 글, [정말] {길다}. " * 60_000
    assert len(text.encode()) > LARGEST_BODY
    assert client.post("posts/", {"title": "긴 글", "body": text}).status_code == 201


@pytest.mark.parametrize("link", ["http://[::1", "https://[", "//[x"])
def test_half_an_address_is_no_website(minah, link):
    refused = api_client(minah).patch("me/", {"websites": [link]})
    assert refused.status_code == 400


# Methods ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PAGE", "INITIAL", "SCOPES", "CALLER", "TRACE", "X"])
def test_a_method_that_is_the_name_of_something_else_is_none(minah, method):
    for client in (api_client(), api_client(minah)):
        refused = client.generic(method, "posts/")
        assert refused.status_code == 405
        assert "GET" in refused.headers["Allow"]


# Cursors ------------------------------------------------------------------------------------------

FORGED = (
    ["f", "0001-01-01T00:00:00+14:00", 1],
    ["b", "9999-12-31T23:59:59-14:00", 2**63 - 1],
    ["f", "3 0001-01-01T00:00:00+14:00", 5],
    ["f", "3 9999-12-31T23:59:59-14:00", 5],
    ["f", "9" * 18 + " 2026-01-01T00:00:00Z", 1],
    ["f", 2**63 - 1, 2**63 - 1],
    ["b", -(2**63) + 1, 0],
    ["f", "\u0000", 1],
    ["f", "\u1112\u1161\u11ab" * 500, 1],
    ["f", 1e308, 1],
    ["f", True, 1],
    ["f", [], 1],
    ["x", "가", 1],
    {"f": 1, "b": 2, "c": 3},
    "fab",
)


def forged(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.thorough
@pytest.mark.behaviour("AP-09")
def test_a_forged_cursor_breaks_no_list(minah, settings):
    settings.LIMITS_FACTOR = 10_000
    junho, client = make_person("junho"), api_client(minah)
    article = make_article(minah, series=_series(minah), tags=["도커"])
    comment = write_comment(article, actor=junho, source="잘 읽었어요")
    keys = {"posts": article.pk, "comments": comment.pk, "series": Series.objects.get().pk}
    tried, broken = 0, []
    for path in lists_of_the_api():
        first = path.removeprefix(ROOT).partition("/")[0]
        path = path.replace("{id}", str(keys.get(first, 1))).replace("{who}", "@minah")
        for sort in ("", "&sort=liked") if path.endswith("comments/") else ("",):
            for value in FORGED:
                answer = client.get(f"{path}?cursor={forged(value)}{sort}")
                if first == "moderation" and answer.status_code == 403:
                    continue  # for staff, whose lists have tests of their own
                tried += 1
                if answer.status_code not in {200, 400, 404}:
                    broken.append(f"{path} {value}: {answer.status_code}")
    assert not broken
    assert tried > 20 * len(FORGED)


def _series(author):
    from blog.actions import find_or_create_series

    return find_or_create_series("연재", actor=author)


def lists_of_the_api() -> list[str]:
    """Return the path of each list that has cursors, but those of sites elsewhere."""
    return [
        path
        for path, operations in described_api()["paths"].items()
        if any(one["name"] == "cursor" for one in operations.get("get", {}).get("parameters", ()))
        and "/embed/" not in path
    ]


# Limits -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-13")
def test_a_household_with_many_addresses_is_counted_as_one(settings):
    settings.API_RATES = {"anonymous": (2, 60)}
    asked = [f"2001:db8:1:2::{number:x}" for number in range(1, 4)]
    statuses = [Client().get(ROOT, REMOTE_ADDR=one).status_code for one in asked]
    assert statuses == [200, 200, 429]
    assert Client().get(ROOT, REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


def test_an_address_of_the_old_kind_is_itself_in_either_spelling():
    assert limits.network_of("203.0.113.7") == limits.network_of("::ffff:203.0.113.7")
    assert limits.network_of("203.0.113.7") != limits.network_of("203.0.113.8")
    assert limits.network_of("") == ""


def test_many_other_entries_make_no_limit_forgotten():
    limits.count("나쁜-비밀번호", "minah", limit=5, seconds=300)
    for number in range(1000):
        cache.set(f"무엇이든:{number}", number, 300)
    assert limits.count("나쁜-비밀번호", "minah", limit=5, seconds=300).used == 2


def test_the_description_is_written_as_yaml_once(client, monkeypatch):
    written = []
    monkeypatch.setattr(documents, "as_yaml", lambda data: written.append(data) or b"a: 1")
    documents.schema_as_yaml.cache_clear()
    try:
        for _time in range(3):
            assert client.get("/api/v1/schema/?format=yaml").status_code == 200
    finally:
        documents.schema_as_yaml.cache_clear()
    assert len(written) == 1
