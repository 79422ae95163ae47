from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import actions, selectors
from accounts.browsers import coarse_network, describe_browser, is_phone
from accounts.tasks import clear_expired_sessions
from accounts.tests.factories import PASSWORD, make_person

PAGE = "/settings/sessions/"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def haru(db):
    return make_person("haru", "하루", password=PASSWORD)


def browser(user_agent=CHROME, address="203.0.113.77", name="haru") -> Client:
    """A browser in which somebody has just signed in."""
    client = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=address)
    client.post("/auth/login/", {"login": name, "password": PASSWORD})
    return client


@pytest.mark.behaviour("AC-20")
def test_the_page_lists_browser_coarse_network_and_both_times(haru):
    here, phone = browser(), browser(IPHONE, "2001:db8:1:2:3::9")
    body = here.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    for part in ("Chrome, Windows", "Safari, iPhone", "203.0.113.0/24", "2001:db8:1::/48"):
        assert part in body
    assert "203.0.113.77" not in body
    assert body.count("<time") >= 4
    assert body.count("this one") == 1
    assert phone.get(PAGE).status_code == 200


@pytest.mark.behaviour("AC-20")
def test_one_is_ended(haru):
    here, other = browser(), browser(IPHONE)
    number = UserSession.objects.get(session_key=other.session.session_key).pk
    assert here.post(PAGE, {"session": number})["Location"] == PAGE
    assert other.get(PAGE).status_code == 302
    assert here.get(PAGE).status_code == 200


@pytest.mark.behaviour("AC-20")
def test_all_others_are_ended(haru):
    here, *others = browser(), browser(IPHONE), browser()
    here.post(PAGE, {"session": "others"})
    assert [other.get(PAGE).status_code for other in others] == [302, 302]
    assert here.get(PAGE).status_code == 200


@pytest.mark.behaviour("AC-20")
def test_somebody_elses_session_is_hidden(haru):
    make_person("minah", password=PASSWORD)
    here, strangers = browser(), browser(name="minah")
    number = UserSession.objects.get(session_key=strangers.session.session_key).pk
    assert here.post(PAGE, {"session": number}).status_code == 404
    assert strangers.get(PAGE).status_code == 200


def test_the_page_needs_a_sign_in(client, db):
    assert client.get(PAGE)["Location"].startswith("/auth/login/?next=")
    assert client.post(PAGE, {"session": "others"}).status_code == 302


def test_queries_do_not_grow_with_sessions(haru, django_assert_max_num_queries):
    here = browser()
    here.get(PAGE)
    for _ in range(3):
        browser(IPHONE)
    with django_assert_max_num_queries(6):
        here.get(PAGE)


@pytest.mark.behaviour("X-09")
def test_looking_at_the_list_deletes_nothing(haru):
    here, other = browser(), browser(IPHONE)
    Session.objects.filter(session_key=other.session.session_key).delete()
    before = UserSession.objects.count()
    assert len(here.get(PAGE).context["sessions"]) == 1
    assert UserSession.objects.count() == before


@pytest.mark.behaviour("AC-20")
def test_the_last_use_moves_in_batches(haru):
    here = browser()
    row = UserSession.objects.get()
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=3))
    here.get("/")
    actions.flush_last_seen()
    row.refresh_from_db()
    assert timezone.now() - row.last_seen_at < timedelta(minutes=1)


def test_what_is_over_is_cleared_nightly(haru):
    here, gone = browser(), browser(IPHONE)
    Session.objects.filter(session_key=gone.session.session_key).update(
        expire_date=timezone.now() - timedelta(days=1)
    )
    clear_expired_sessions()
    assert Session.objects.count() == UserSession.objects.count() == 1
    assert selectors.open_sessions(haru, here.session.session_key)[0].is_current


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (CHROME, "Chrome, Windows"),
        (IPHONE, "Safari, iPhone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Linux",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) Chrome/142.0 Mobile Safari/537.36 Whale/4.0",
            "Whale, Android",
        ),
        ("", "an unknown browser"),
        ("\x00<script>", "an unknown browser"),
    ],
)
def test_browsers_are_named_as_their_owners_know_them(user_agent, words):
    assert describe_browser(user_agent) == words


def test_networks_are_named_no_more_precisely_than_needed():
    assert coarse_network("203.0.113.77") == "203.0.113.0/24"
    assert coarse_network("::ffff:203.0.113.77") == "203.0.113.0/24"
    assert coarse_network("nonsense") == ""
    assert is_phone(IPHONE)
    assert not is_phone(CHROME)
