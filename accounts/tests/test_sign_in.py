import unicodedata
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.utils import timezone

from accounts import actions
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_person

LOGIN = "/auth/login/"
WRONG = "The handle or address, or the password, is not right."


@pytest.fixture
def haneul(db) -> User:
    return make_person("하늘", "하늘", password=PASSWORD, email_of="haneul")


def sign_in(client, name, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": name, "password": password, **more})


@pytest.mark.behaviour("AC-11")
@pytest.mark.parametrize(
    "name",
    [
        "하늘",
        " @하늘 ",
        unicodedata.normalize("NFD", "하늘"),
        "haneul@example.com",
        "HANEUL@Example.com",
    ],
)
def test_handle_or_address_opens_the_door(client, haneul, name):
    answer = sign_in(client, name)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(haneul.pk)


@pytest.mark.behaviour("AC-11")
def test_the_page_says_sign_in_and_shows_the_other_ways(client, db):
    body = client.get(LOGIN).content.decode()
    assert "<title>Sign in ·" in body
    assert "Sign in</h1>" in body
    for part in (
        'name="login"',
        'name="password"',
        'name="remember"',
        'data-passkey="get"',
        'href="/auth/signup/"',
        'href="/auth/password/reset/"',
    ):
        assert part in body
    assert "novalidate" in body


@pytest.mark.behaviour("AC-12")
@pytest.mark.parametrize("name", ["nobody", "nobody@example.com", "하늘", "미룬이"])
def test_one_message_whatever_is_wrong(client, haneul, name):
    late = make_person("미룬이", password=PASSWORD, email_of="late")
    actions.set_state(late, User.State.SUSPENDED, actor=None)
    answer = sign_in(client, name, "wrong password", next="/explore/")
    body = answer.content.decode()
    assert answer.status_code == 200
    assert body.count(WRONG) == 1
    assert f'value="{name}"' in body
    assert 'name="next" value="/explore/"' in body
    assert "wrong password" not in body


@pytest.mark.behaviour("AC-12")
@pytest.mark.parametrize("name", ["nobody", "nobody@example.com", "하늘", "미룬이", "열쇠만"])
def test_every_try_costs_one_hash(client, haneul, name):
    """One timing: the hash is what takes time, and every way through takes one."""
    late = make_person("미룬이", password=PASSWORD, email_of="late")
    actions.set_state(late, User.State.SUSPENDED, actor=None)
    make_person("열쇠만", email_of="keyonly")
    hasher = type(get_hasher())
    counted = mock.Mock(side_effect=hasher.encode, wraps=None)

    def encode(self, password, salt):
        counted(self, password, salt)
        return original(self, password, salt)

    original = hasher.encode
    with mock.patch.object(hasher, "encode", encode):
        sign_in(client, name, "wrong password")
    assert counted.call_count == 1


@pytest.mark.behaviour("AC-13", "AC-14")
@pytest.mark.parametrize(
    ("target", "landing"),
    [
        ("/explore/?sort=new", "/explore/?sort=new"),
        ("/@하늘/", "/@%ED%95%98%EB%8A%98/"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/%5cevil.example/", "/"),
        ("/%2f/evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\tevil", "/"),
        ("explore/", "/"),
    ],
)
def test_only_a_safe_next_is_followed(client, haneul, target, landing):
    assert sign_in(client, "하늘", next=target)["Location"] == landing
    for page in (LOGIN, "/auth/signup/", "/auth/password/reset/"):
        answer = client.get(page, {"next": target})
        assert (answer.status_code, answer["Location"]) == (302, landing)


@pytest.mark.behaviour("AC-15")
def test_a_members_page_leads_to_sign_in_with_the_reason_and_back(client, haneul):
    answer = client.get("/settings/profile/?tab=1", headers={"Accept-Language": "en"})
    assert answer.status_code == 302
    assert answer["Location"] == "/auth/login/?next=%2Fsettings%2Fprofile%2F%3Ftab%3D1"
    page = client.get(answer["Location"]).content.decode()
    assert "Sign in first" in page
    back = sign_in(client, "하늘", next="/settings/profile/?tab=1")
    assert back["Location"] == "/settings/profile/?tab=1"


@pytest.mark.behaviour("AC-15")
def test_after_a_post_it_leads_back_to_the_page_that_held_the_form(client, haneul):
    follow = "/@하늘/follow/"
    here = client.post(follow, headers={"Referer": "http://testserver/explore/?cursor=x"})
    assert here["Location"] == "/auth/login/?next=%2Fexplore%2F%3Fcursor%3Dx"
    elsewhere = client.post(follow, headers={"Referer": "https://evil.example/trap"})
    assert elsewhere["Location"] == "/auth/login/?next=%2F"


@pytest.mark.behaviour("AC-15")
def test_the_reason_is_given_once_however_many_pages_were_tried(client, db):
    for _ in range(3):
        client.get("/settings/profile/")
    assert client.get(LOGIN).content.decode().count("Sign in first") == 1


@pytest.mark.behaviour("AC-16")
@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true"},
        {"X-Requested-With": "XMLHttpRequest"},
        {"Sec-Fetch-Dest": "empty"},
    ],
)
def test_a_fragment_gets_401_and_a_notice_in_place(client, db, headers):
    answer = client.get("/settings/profile/", headers={"Accept": "text/html"} | headers)
    body = answer.content.decode()
    assert answer.status_code == 401
    assert "Sign in again" in body
    assert "<html" not in body
    assert 'name="password"' not in body


@pytest.mark.behaviour("AC-16")
def test_json_gets_401_as_a_problem(client, db):
    answer = client.get("/settings/profile/", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_signed_in"
    page = client.get(LOGIN, headers={"Accept": "application/json"})
    assert page["Content-Type"].startswith("text/html")


@pytest.mark.behaviour("AC-17")
def test_without_remember_me_the_session_ends_with_the_browser(client, haneul):
    answer = sign_in(client, "하늘")
    assert answer.cookies["sessionid"]["max-age"] == ""
    assert client.session.get_expire_at_browser_close()


@pytest.mark.behaviour("AC-17")
def test_remember_me_lasts_thirty_days_from_the_last_use(client, haneul):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        answer = sign_in(client, "하늘", remember="on")
        assert answer.cookies["sessionid"]["max-age"] == 30 * 24 * 3600
        clock.shift(timedelta(days=29))
        visit = client.get("/")
        assert visit.cookies["sessionid"]["max-age"] == 30 * 24 * 3600
        actions.flush_last_seen()
        clock.shift(timedelta(days=29))
        assert client.get("/settings/profile/").status_code == 200
        actions.flush_last_seen()
        clock.shift(timedelta(days=31))
        cache.clear()  # Redis has a clock of its own
        assert client.get("/settings/profile/").status_code == 302


@pytest.mark.behaviour("AC-18")
def test_sign_out_is_a_post(client, haneul):
    sign_in(client, "하늘")
    page = client.get("/auth/logout/")
    assert page.status_code == 200
    assert 'action="/auth/logout/"' in page.content.decode()
    assert "_auth_user_id" in client.session
    answer = client.post("/auth/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "_auth_user_id" not in client.session


@pytest.mark.behaviour("AC-19")
def test_the_session_id_changes_at_sign_in(client, haneul, settings):
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    answer = sign_in(client, "하늘")
    cookie = answer.cookies["sessionid"]
    assert cookie.value != session.session_key
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.behaviour("AC-19")
def test_rights_and_passwords_end_the_session_that_was(client, haneul):
    sign_in(client, "하늘")
    before = client.session.session_key
    client.post(
        "/settings/password/",
        {
            "oldpassword": PASSWORD,
            "password1": "바다-위의-달빛-31",
            "password2": "바다-위의-달빛-31",
        },
    )
    assert client.session.session_key != before
    assert client.get("/settings/profile/").status_code == 200
    actions.change_rights(haneul, is_staff=True)
    assert client.get("/settings/profile/").status_code == 302


@pytest.mark.behaviour("AC-21")
@pytest.mark.parametrize(
    "names", [["하늘"], ["nobody"], ["하늘", "haneul@example.com", "HANEUL@example.com"]]
)
def test_five_wrong_passwords_in_five_minutes_per_account(client, haneul, names):
    for number in range(5):
        client.defaults["REMOTE_ADDR"] = f"203.0.113.{number}"
        assert sign_in(client, names[number % len(names)], "wrong").status_code == 200
    client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    refused = sign_in(client, names[0])
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "_auth_user_id" not in client.session


@pytest.mark.behaviour("AC-21")
def test_ten_wrong_tries_a_minute_per_network(client, haneul):
    for number in range(10):
        assert sign_in(client, f"nobody{number}", "wrong").status_code == 200
    assert sign_in(client, "하늘").status_code == 429


@pytest.mark.behaviour("AC-21")
def test_signing_in_rightly_does_not_use_the_limit_up(client, haneul):
    for _ in range(8):
        assert sign_in(client, "하늘").status_code == 302
        client.logout()


@pytest.mark.behaviour("AC-46")
def test_the_owner_is_told_why_and_until_when(client, haneul):
    until = timezone.now() + timedelta(days=3)
    actions.set_state(
        haneul, User.State.SUSPENDED, actor=None, reason="광고 글을 되풀이함", until=until
    )
    answer = sign_in(client, "하늘")
    body = answer.content.decode()
    assert answer.status_code == 403
    assert "광고 글을 되풀이함" in body
    assert f'datetime="{until:%Y-%m-%dT%H:%M:%SZ}"' in body
    assert "_auth_user_id" not in client.session


@pytest.mark.behaviour("AC-46")
def test_a_suspension_that_is_over_is_lifted_at_sign_in(client, haneul):
    past = timezone.now() - timedelta(minutes=1)
    actions.set_state(haneul, User.State.SUSPENDED, actor=None, until=past)
    assert sign_in(client, "하늘").status_code == 302
    assert User.objects.get().state == "active"


def test_an_address_that_waits_for_its_confirmation_opens_nothing(client, haneul):
    actions.request_address_change(haneul, "wanted@example.com")
    assert sign_in(client, "wanted@example.com").status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("garbage", ["\x00", "%00", "@", "@@", "a@", "🙂" * 200, "\ud7ff"])
def test_any_name_is_answered(client, db, garbage):
    assert sign_in(client, garbage).status_code in {200, 429}
