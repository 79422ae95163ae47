"""A client that knows one address finds everything else by what it is told (AP-10)."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.test import override_settings

from config.tests.api_client import api_client
from config.tests.world import make_world

pytestmark = pytest.mark.django_db

API = "http://testserver/api/v1/"
ADDRESS = re.compile(r"https?://")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NOT_READ = re.compile(r"/(download|schema|follow|block|mute|like|bookmark|poll)/|/docs/")
"""Files, acts that are no lists, and what waits for news."""
NEEDS_MORE = {
    "http://testserver/api/v1/search/": "?q=바람",
    "http://testserver/api/v1/search/suggest/": "?q=바",
}
MOST = 400  # addresses


def addresses_in(data):
    """Yield every text of ``data`` with the name it stands under."""
    if isinstance(data, dict):
        for name, value in data.items():
            if isinstance(value, str):
                yield name, value
            else:
                yield from addresses_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from addresses_in(value)


def objects_in(data):
    """Yield every object that has a key of its own."""
    if isinstance(data, dict):
        if "id" in data and set(data) != {"id", "kind"}:  # that names the target of a report
            yield data
        for value in data.values():
            yield from objects_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from objects_in(value)


@pytest.mark.behaviour("AP-10")
@pytest.mark.parametrize("who", ["visitor", "member"])
@override_settings(
    API_RATES=dict.fromkeys(
        ("anonymous", "token", "write", "search", "mint", "sign-up", "images"), (10000, 60)
    )
)
def test_everything_is_found_by_walking_from_the_root(who):
    world = make_world()
    client = api_client(world.junho if who == "member" else None)
    waiting, seen, kinds = [API], {API}, Counter()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        response = client.get(address + NEEDS_MORE.get(address, ""))
        if who == "visitor" and response.status_code == 401:
            continue  # named to everybody, open to members
        if response.status_code == 403 and "/moderation/" in address:
            continue  # open to moderators
        if response.status_code == 405 and "GET" not in response.headers["Allow"]:
            continue  # something to do, nothing to read
        assert response.status_code == 200, f"{address}: {response.status_code}"
        data = response.json()
        kinds[urlsplit(address).path.split("/")[3]] += 1
        for name, value in addresses_in(data):
            if name.endswith("_at") and value:
                assert MOMENT.fullmatch(value), f"{address}: {name} is {value}"
            if value.startswith(API) and value not in seen and not NOT_READ.search(value):
                seen.add(value)
                waiting.append(value)
        for one in objects_in(data):
            assert "url" in one or "html_url" in one, f"{address}: {sorted(one)} leads nowhere"
            assert ADDRESS.match(one.get("url") or one["html_url"])
    assert not waiting, "the walk does not end"
    assert {"posts", "users", "comments", "tags", "topics", "series"} <= set(kinds)
    if who == "member":
        assert {"conversations", "notifications", "jobs", "me", "tokens"} <= set(kinds)
