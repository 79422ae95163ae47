"""/settings/tokens/: keys of programs by their owner (AP-23)."""

import re
import time
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.utils import timezone

from accounts import actions, limits
from accounts.actions.tokens import TOKENS_PER_PERSON
from accounts.models import AccessToken
from accounts.tests.factories import PASSWORD, make_person
from config.tests.api_client import api_client

PAGE = "/settings/tokens/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def haneul(db):
    return make_person("하늘", "하늘이", password=PASSWORD, email_of="haneul")


@pytest.fixture
def proved(client, haneul):
    """The browser of 하늘, who has just given the password."""
    client.post("/auth/login/", {"login": "하늘", "password": PASSWORD})
    return client


def wish(**changes):
    return {"name": "밤 일꾼", "scopes": ["read", "posts"], "lifetime": str(24 * 3600)} | changes


def key_in(response) -> str:
    return re.search(r"madang_[0-9a-f]{40,}", response.content.decode())[0]


@pytest.mark.behaviour("AP-23")
def test_a_token_is_made_shown_once_and_works(proved, haneul):
    made = proved.post(PAGE, wish())
    assert made.status_code == 200
    assert "no-store" in made.headers["Cache-Control"]
    key = key_in(made)
    assert "copy-code.js" in made.content.decode()
    held = AccessToken.objects.get()
    assert (held.name, held.scopes) == ("밤 일꾼", ["read", "posts"])
    assert abs(held.expiry - held.created - timedelta(days=1)) < timedelta(seconds=5)
    assert api_client().get("me/", HTTP_AUTHORIZATION=f"Bearer {key}").status_code == 200
    later = proved.get(PAGE).content.decode()
    assert key not in later
    assert "밤 일꾼" in later and held.first_characters in later
    assert "Read what you may read" in later and "not used yet" in later


@pytest.mark.behaviour("AP-23")
def test_a_reload_makes_no_second_token_and_a_refusal_is_mended_in_the_same_form(proved, haneul):
    def submission(page) -> str:
        return str(page.context["form"]["submission"].value())

    sent = wish(submission=submission(proved.get(PAGE)))
    first = proved.post(PAGE, sent)
    again = proved.post(PAGE, sent, follow=True)
    assert again.redirect_chain == [(PAGE, 302)]
    assert "shown only once" in again.content.decode()
    assert AccessToken.objects.count() == 1
    refused = proved.post(PAGE, wish(name="", submission=submission(first)))
    assert proved.post(PAGE, wish(submission=submission(refused))).status_code == 200
    assert AccessToken.objects.count() == 2


@pytest.mark.behaviour("AP-23")
def test_a_token_is_revoked_and_so_are_all(proved, haneul):
    keys = [key_in(proved.post(PAGE, wish(name=f"{number}번"))) for number in range(3)]
    first = AccessToken.objects.order_by("pk").first()
    answer = proved.post(PAGE, {"intent": "revoke", "token": first.pk}, follow=True)
    assert "“0번” opens nothing any more." in answer.content.decode()
    assert api_client().get("me/", HTTP_AUTHORIZATION=f"Bearer {keys[0]}").status_code == 401
    assert proved.post(PAGE, {"intent": "revoke", "token": first.pk}).status_code == 404
    proved.post(PAGE, {"intent": "revoke_all"})
    assert not AccessToken.objects.exists()
    assert "There is none." in proved.get(PAGE).content.decode()


@pytest.mark.behaviour("AC-25")
def test_an_old_session_proves_itself_again_first(client, haneul):
    client.force_login(haneul)
    answer = client.get(PAGE)
    assert answer.status_code == 302
    assert unquote(answer["Location"]) == f"/auth/reauthenticate/?next={PAGE}"
    assert client.post(PAGE, wish()).status_code == 302
    assert not AccessToken.objects.exists()


def test_visitors_sign_in_first(client):
    assert client.get(PAGE)["Location"].startswith("/auth/login/?next=")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " ​ "}, "name"),
        ({"name": "가" * 61}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["moderation"]}, "scopes"),
        ({"lifetime": "99999999"}, "lifetime"),
    ],
    ids=["blank", "long", "nothing", "not staff", "too long"],
)
def test_what_does_not_do_is_said_and_the_rest_stays(proved, changes, field):
    answer = proved.post(PAGE, wish(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    if field != "name":
        assert 'value="밤 일꾼"' in answer.content.decode()
    assert not AccessToken.objects.exists()


def test_staff_may_choose_moderation(client):
    make_person("sora", "소라", password=PASSWORD, is_staff=True)
    client.post("/auth/login/", {"login": "sora", "password": PASSWORD})
    assert "Moderate, for staff" in client.get(PAGE).content.decode()
    client.post(PAGE, wish(scopes=["moderation"]))
    assert AccessToken.objects.get().scopes == ["moderation"]


def test_tokens_of_others_are_neither_shown_nor_revoked(proved, minah):
    held, _key = actions.make_token(minah, name="미나의 것")
    assert "미나의 것" not in proved.get(PAGE).content.decode()
    assert proved.post(PAGE, {"intent": "revoke", "token": held.pk}).status_code == 404
    proved.post(PAGE, {"intent": "revoke_all"})
    assert AccessToken.objects.filter(pk=held.pk).exists()


@pytest.mark.behaviour("AP-22")
def test_fifty_are_enough_and_making_them_is_limited(proved, haneul, monkeypatch):
    for _number in range(TOKENS_PER_PERSON):
        actions.make_token(haneul)
    answer = proved.post(PAGE, wish())
    assert answer.status_code == 422
    assert "You have 50 tokens." in answer.content.decode()
    monkeypatch.setattr(limits, "TOKENS_AN_HOUR", 0)
    assert proved.post(PAGE, wish()).status_code == 429


def test_the_day_of_the_last_use_is_told(proved, haneul):
    held, _key = actions.make_token(haneul, name="밤 일꾼")
    AccessToken.objects.filter(pk=held.pk).update(last_used_on=timezone.localdate())
    assert "last used" in proved.get(PAGE).content.decode()


def test_a_name_cannot_bring_markup_in(proved):
    body = proved.post(PAGE, wish(name="<b>굵게</b>")).content.decode()
    assert "<b>굵게</b>" not in body
    assert "&lt;b&gt;굵게&lt;/b&gt;" in body


def test_the_page_costs_the_same_for_one_and_for_many(
    proved, haneul, django_assert_max_num_queries
):
    for _number in range(20):
        actions.make_token(haneul)
    with django_assert_max_num_queries(12):
        proved.get(PAGE)


@pytest.mark.behaviour("AP-23")
def test_in_a_browser_the_key_is_copied_with_one_click(chromium_page, haneul, live_server):
    page = chromium_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/auth/login/?next={PAGE}")
    page.fill("input[name=login]", "하늘")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"**{PAGE}")
    page.fill("input[name=name]", "밤 일꾼")
    page.check("input[name=scopes][value=read]")
    page.click("main form:has(input[name=name]) button[type=submit]")
    key = page.locator(".code-block code").inner_text()
    assert key.startswith("madang_")
    page.click(".code-block__copy")
    deadline = time.monotonic() + 5
    while page.evaluate("navigator.clipboard.readText()") != key and time.monotonic() < deadline:
        time.sleep(0.1)
    assert page.evaluate("navigator.clipboard.readText()") == key
    assert AccessToken.objects.count() == 1
