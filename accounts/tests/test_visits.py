from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import actions
from accounts.models import User
from accounts.tests.factories import make_person
from config import buffers

pytestmark = pytest.mark.behaviour("AC-38")
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Dest": "document"}


@pytest.fixture(autouse=True)
def empty_buffers():
    for name in ("last-seen", "sessions-seen", "sessions-remembered"):
        buffers.drain(name)


@pytest.fixture
def haru(client, db):
    person = make_person("haru")
    client.force_login(person)
    return person


def last_seen(person):
    actions.flush_last_seen()
    return User.objects.get(pk=person.pk).last_seen_at


def test_a_page_view_moves_it_but_no_row_before_the_flush(client, haru):
    client.get("/", headers=BROWSER)
    assert User.objects.get().last_seen_at is None
    assert timezone.now() - last_seen(haru) < timedelta(seconds=5)


def test_at_most_once_in_five_minutes(client, haru):
    with time_machine.travel("2026-11-21T00:00:00Z", tick=False) as clock:
        client.get("/", headers=BROWSER)
        first = last_seen(haru)
        clock.shift(290)
        client.get("/explore/", headers=BROWSER)
        assert last_seen(haru) == first
        clock.shift(20)
        client.get("/explore/", headers=BROWSER)
        assert last_seen(haru) == first + timedelta(seconds=310)


def test_an_action_moves_it(client, haru, minah):
    client.post("/@minah/follow/", headers=BROWSER)
    assert last_seen(haru)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/@minah/popup/", BROWSER),
        ("/", BROWSER | {"HX-Request": "true"}),
        ("/", BROWSER | {"Sec-Fetch-Dest": "empty"}),
        ("/", BROWSER | {"Sec-Purpose": "prefetch"}),
        ("/feed.atom", BROWSER),
        ("/@nobody/", BROWSER),
        ("/manifest.webmanifest", BROWSER),
        ("/", {"Accept": "application/json"}),
    ],
)
def test_polls_popups_previews_feeds_and_scripts_do_not_move_it(client, haru, minah, path, headers):
    client.get(path, headers=headers)
    assert last_seen(haru) is None


def test_what_the_browser_does_by_itself_does_not_move_it(client, haru):
    client.post("/time-zone/", {"time_zone": "Asia/Seoul"}, headers={"Origin": "http://testserver"})
    assert last_seen(haru) is None


def test_signing_in_moves_it(client, db):
    person = make_person("saebyeok", password="감나무-아래-열두걸음")
    client.post("/auth/login/", {"login": "saebyeok", "password": "감나무-아래-열두걸음"})
    assert last_seen(person)


def test_it_never_goes_back(haru):
    later = timezone.now() + timedelta(minutes=1)
    User.objects.update(last_seen_at=later)
    buffers.put("last-seen", str(haru.pk), int(timezone.now().timestamp()))
    assert last_seen(haru) == later


def test_signed_out_readers_cost_nothing(client, db, django_assert_num_queries):
    client.get("/avatars/g0123456789abcdef/36.webp")
    with django_assert_num_queries(0):
        client.get("/avatars/g0123456789abcdef/36.webp")
    assert not buffers.drain("last-seen")
