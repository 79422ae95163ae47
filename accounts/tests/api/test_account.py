"""One's own account by programs: preferences, password, picture, browsers, leaving (AP-30)."""

import io
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts import actions
from accounts.models import AccessToken, User
from accounts.selectors import open_sessions
from accounts.tests.factories import PASSWORD, make_person
from config.tests.api_client import api_client, matches_stored

pytestmark = pytest.mark.django_db
NEW = "밤나무-아래-스무걸음"


@pytest.fixture
def haneul(db):
    return make_person("하늘", "하늘이", password=PASSWORD, email_of="haneul")


def codes_of(response) -> dict[str, str]:
    return {one["field"]: one["code"] for one in response.json()["errors"]}


# Preferences ------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-30")
def test_preferences_are_read_and_changed_in_part(haneul):
    client = api_client(haneul)
    before = client.get("me/preferences/")
    matches_stored(before, "preferences")
    changed = client.patch(
        "me/preferences/",
        {"theme": "dark", "time_zone": "Asia/Seoul", "language": "ko", "mails": {"like": "daily"}},
    )
    assert changed.status_code == 200
    told = changed.json()
    assert (told["theme"], told["time_zone"], told["language"]) == ("dark", "Asia/Seoul", "ko")
    assert told["mails"] == before.json()["mails"] | {"like": "daily"}
    assert client.get("me/preferences/").json() == told
    back = client.patch("me/preferences/", {"language": "", "time_zone": ""}).json()
    assert (back["language"], back["theme"]) == ("", "dark")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"theme": "pink"}, "theme"),
        ({"time_zone": "Asia/Pyeongchang"}, "time_zone"),
        ({"language": "kl"}, "language"),
        ({"default_visibility": "secret"}, "default_visibility"),
        ({"mails": {"gossip": "now"}}, "mails"),
        ({"mails": {"like": "hourly"}}, "mails.like"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_there_is_not_cannot_be_preferred(haneul, data, field):
    refused = api_client(haneul).patch("me/preferences/", data)
    assert (refused.status_code, codes_of(refused)) == (400, {field: "invalid_choice"})


def test_preferences_need_a_token_and_the_scope(haneul):
    assert api_client().get("me/preferences/").status_code == 401
    reading = api_client(haneul, scopes=["read"])
    assert reading.get("me/preferences/").status_code == 200
    assert reading.patch("me/preferences/", {"theme": "dark"}).status_code == 403


# The password -----------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-30")
@pytest.mark.behaviour("AC-31")
def test_another_password_ends_sessions_and_tokens_and_a_mail_tells(haneul, committed, outbox):
    browser = Client()
    browser.post("/auth/login/", {"login": "하늘", "password": PASSWORD})
    client = api_client(haneul)
    actions.make_token(haneul, name="다른 프로그램")
    with committed():
        done = client.post("me/password/", {"current_password": PASSWORD, "new_password": NEW})
    assert (done.status_code, done.content) == (204, b"")
    haneul.refresh_from_db()
    assert haneul.check_password(NEW)
    assert not AccessToken.objects.exists()
    assert not UserSession.objects.exists()
    assert client.get("me/").status_code == 401
    assert [mail.to for mail in outbox] == [["haneul@example.com"]]


@pytest.mark.behaviour("AC-31")
def test_tokens_stay_if_their_owner_says_so(haneul):
    client = api_client(haneul)
    data = {"current_password": PASSWORD, "new_password": NEW, "keep_tokens": True}
    assert client.post("me/password/", data).status_code == 204
    assert client.get("me/").status_code == 200


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (
            {"current_password": "아무거나", "new_password": NEW},
            {"current_password": "password_wrong"},
        ),
        (
            {"current_password": PASSWORD, "new_password": "짧다"},
            {"new_password": "password_too_short"},
        ),
        ({"new_password": NEW}, {"current_password": "required"}),
    ],
    ids=["wrong", "short", "missing"],
)
def test_a_password_is_not_changed_for_less(haneul, data, errors):
    refused = api_client(haneul).post("me/password/", data)
    assert (refused.status_code, codes_of(refused)) == (400, errors)
    haneul.refresh_from_db()
    assert haneul.check_password(PASSWORD)


@pytest.mark.behaviour("AC-21")
def test_guessing_the_current_password_counts_as_signing_in(haneul, client):
    caller = api_client(haneul)
    data = {"current_password": "아무거나", "new_password": NEW}
    tries = [caller.post("me/password/", data).status_code for _number in range(6)]
    assert tries == [400] * 5 + [429]
    page = client.post("/auth/login/", {"login": "하늘", "password": PASSWORD})
    assert page.status_code == 429


def test_a_page_of_ours_that_changes_the_password_stays_signed_in(haneul):
    browser, other = Client(enforce_csrf_checks=True), Client()
    for one in (browser, other):
        one.get("/auth/login/")
        token = one.cookies["csrftoken"].value
        signed = {"login": "하늘", "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert one.post("/auth/login/", signed).status_code == 302
    data = {"current_password": PASSWORD, "new_password": NEW}
    own = {"sec-fetch-site": "same-origin"}
    address = "/api/v1/me/password/"
    unproved = browser.post(address, data, content_type="application/json", headers=own)
    assert unproved.status_code == 403
    own["x-csrftoken"] = browser.cookies["csrftoken"].value
    done = browser.post(address, data, content_type="application/json", headers=own)
    assert done.status_code == 204
    assert browser.get("/settings/sessions/").status_code == 200
    assert other.get("/settings/sessions/").status_code == 302
    assert len(open_sessions(haneul, browser.session.session_key)) == 1


# The picture ------------------------------------------------------------------------------------


def picture(kind: str = "PNG") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (11, 110, 95)).save(out, kind)
    return SimpleUploadedFile(f"나.{kind.lower()}", out.getvalue())


@pytest.mark.behaviour("AC-42")
def test_a_picture_is_put_and_taken_away(haneul, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = api_client(haneul)
    drawn = client.get("me/").json()["avatar"]
    put = client.put("me/avatar/", {"avatar": picture()}, format="multipart")
    assert put.status_code == 200
    uploaded = put.json()["avatar"]
    assert uploaded != drawn
    assert Client().get(uploaded).headers["Content-Type"] == "image/webp"
    assert client.delete("me/avatar/").status_code == 204
    assert client.delete("me/avatar/").status_code == 204
    assert client.get("me/").json()["avatar"] == drawn


def test_what_is_no_picture_is_refused(haneul, settings):
    client = api_client(haneul)
    text = SimpleUploadedFile("나.png", "그림이 아니다".encode())
    refused = client.put("me/avatar/", {"avatar": text}, format="multipart")
    assert (refused.status_code, codes_of(refused)) == (415, {"avatar": "image_refused"})
    assert codes_of(client.put("me/avatar/", {}, format="multipart")) == {"avatar": "required"}
    assert client.put("me/avatar/", {"avatar": "x"}).status_code == 415
    settings.AVATAR_MAX_BYTES = 10
    large = client.put("me/avatar/", {"avatar": picture()}, format="multipart")
    assert large.status_code == 413
    settings.AVATAR_MAX_BYTES = -64 * 1024
    unread = client.put("me/avatar/", {"avatar": picture()}, format="multipart")
    assert (unread.status_code, unread.json()["code"]) == (413, "too_large")
    assert User.objects.get(pk=haneul.pk).avatar_key == ""


# Browsers ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("AC-20")
def test_browsers_are_listed_and_signed_out(haneul, minah):
    browsers = [Client(), Client(), Client()]
    for number, one in enumerate(browsers):
        one.post("/auth/login/", {"login": "하늘", "password": PASSWORD})
        UserSession.objects.filter(session_key=one.session.session_key).update(
            last_seen_at=timezone.now() - timedelta(hours=number)
        )
    client = api_client(haneul)
    listed = client.get("me/sessions/?page_size=2").json()
    rest = client.get(listed["next"]).json()
    found = listed["results"] + rest["results"]
    assert [one["is_current"] for one in found] == [False] * 3
    assert client.get(rest["previous"]).json()["results"] == listed["results"]
    foreign = api_client(minah).delete(f"me/sessions/{found[0]['id']}/")
    assert foreign.status_code == 404
    assert client.delete(found[0]["url"]).status_code == 204
    assert browsers[0].get("/settings/sessions/").status_code == 302
    assert browsers[1].get("/settings/sessions/").status_code == 200
    assert client.delete("me/sessions/").status_code == 204
    assert client.get("me/sessions/").json()["results"] == []


def test_a_page_of_ours_keeps_its_own_session(haneul):
    browser = Client()
    browser.post("/auth/login/", {"login": "하늘", "password": PASSWORD})
    own = {"sec-fetch-site": "same-origin"}
    listed = browser.get("/api/v1/me/sessions/", headers=own).json()["results"]
    assert [one["is_current"] for one in listed] == [True]
    assert browser.delete("/api/v1/me/sessions/", headers=own).status_code == 204
    assert browser.get("/settings/sessions/").status_code == 200


# Confirming and leaving -------------------------------------------------------------------------


@pytest.mark.behaviour("AC-07")
def test_the_link_is_sent_again_once_in_three_minutes(haneul, settings, committed, outbox):
    settings.MAIL_ENABLED = True
    client = api_client(haneul)
    nothing = client.post("me/confirmation/")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_confirm")
    haneul.emailaddress_set.update(verified=False)
    with committed():
        assert client.post("me/confirmation/").status_code == 204
    again = client.post("me/confirmation/")
    assert (again.status_code, again.headers["Retry-After"]) == (429, "180")
    assert [mail.to for mail in outbox] == [["haneul@example.com"]]


@pytest.mark.behaviour("AP-30")
@pytest.mark.behaviour("AP-19")
def test_leaving_hides_the_account_at_once(haneul):
    client = api_client(haneul)
    wrong = client.delete("me/", {"password": "아무거나"})
    assert (wrong.status_code, codes_of(wrong)) == (400, {"password": "password_wrong"})
    assert codes_of(client.delete("me/")) == {"password": "required"}
    left = client.delete("me/", {"password": PASSWORD})
    assert left.status_code == 202
    assert left.json()["state"] == "leaving"
    assert api_client().get("users/@하늘/").status_code == 404
    assert client.get("me/").json()["code"] == "account_inactive"


def test_the_last_administrator_stays():
    sora = make_person("sora", password=PASSWORD, is_staff=True, is_superuser=True)
    refused = api_client(sora).delete("me/", {"password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (400, "last_administrator")


@pytest.mark.behaviour("AP-18")
def test_an_address_that_waits_is_given_up(haneul, settings):
    settings.MAIL_ENABLED = True
    actions.request_address_change(haneul, "wanted@example.com")
    client = api_client(haneul)
    assert client.delete("me/confirmation/").status_code == 204
    assert client.delete("me/confirmation/").status_code == 204
    assert list(haneul.emailaddress_set.values_list("email", flat=True)) == [haneul.email]
    assert api_client().delete("me/confirmation/").status_code == 401


@pytest.mark.behaviour("AP-18")
@pytest.mark.parametrize("is_allowed", [True, False])
def test_gravatar_is_chosen_where_the_site_allows_it(haneul, settings, is_allowed):
    settings.GRAVATAR_ENABLED = is_allowed
    answer = api_client(haneul).patch("me/preferences/", {"uses_gravatar": True})
    assert answer.json()["uses_gravatar"] is is_allowed
