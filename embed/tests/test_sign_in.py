"""The window in which members take part on a site elsewhere (EM-09)."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.actions import set_state
from accounts.models import AccessToken
from embed.tests.factories import GARDEN, EmbedClient, make_site

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("EM-09")]
POLICY = "Cross-Origin-Opener-Policy"


def window_of(site, origin: str = GARDEN) -> str:
    return f"/embed/sign-in/?{urlencode({'site': site.key, 'origin': origin})}"


def test_a_member_is_asked_and_then_hands_a_key_to_that_origin(as_user, garden, junho):
    client = as_user(junho)
    asked = client.get(window_of(garden))
    assert asked.status_code == 200
    assert asked.headers[POLICY] == "unsafe-none"
    assert GARDEN in asked.content.decode()
    assert not AccessToken.objects.exists()
    given = client.post(window_of(garden))
    assert given.headers[POLICY] == "unsafe-none"
    assert given.headers["Cache-Control"] == "private, no-store"
    message = given.context["message"]
    token = AccessToken.objects.get()
    assert (token.user, token.origin, set(token.scopes)) == (
        junho,
        GARDEN,
        {"comments", "reactions"},
    )
    assert message == {
        "type": "madang-token",
        "token": message["token"],
        "expires_at": message["expires_at"],
        "handle": "junho",
        "name": "준호",
    }
    left = parse_datetime(message["expires_at"]) - timezone.now()
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    page = given.content.decode()
    assert f'data-origin="{GARDEN}"' in page
    assert json.dumps(message["token"]) in page
    page_elsewhere = EmbedClient(garden)
    page_elsewhere.credentials(HTTP_ORIGIN=GARDEN, HTTP_AUTHORIZATION=f"Bearer {message['token']}")
    assert page_elsewhere.say("글").status_code == 201


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://garden.example", f"{GARDEN}:8443", "null", "*", ""],
    ids=repr,
)
def test_no_key_goes_to_an_origin_that_is_not_listed(as_user, garden, junho, origin):
    client = as_user(junho)
    for response in (client.get(window_of(garden, origin)), client.post(window_of(garden, origin))):
        assert response.status_code == 403
    assert not AccessToken.objects.exists()


def test_a_site_that_is_not_there_has_no_window(as_user, garden, minah, junho):
    client = as_user(junho)
    assert client.get("/embed/sign-in/?site=0123456789abcdef&origin=x").status_code == 404
    assert client.get("/embed/sign-in/").status_code == 404
    set_state(minah, "suspended", actor=None)
    assert client.get(window_of(garden)).status_code == 404


def test_visitors_sign_in_first_and_their_window_keeps_its_opener(client, garden, junho):
    response = client.get(window_of(garden))
    assert response.status_code == 302
    assert response.headers[POLICY] == "unsafe-none"
    login = client.get(response.headers["Location"])
    assert login.headers[POLICY] == "unsafe-none"
    assert client.get("/explore/").headers[POLICY] == "same-origin"
    assert not AccessToken.objects.exists()


def test_whoever_signs_in_otherwise_keeps_the_strict_policy(client, garden):
    assert client.get("/auth/login/").headers[POLICY] == "same-origin"


def test_a_form_from_elsewhere_gives_no_key(garden, junho):
    client = Client(enforce_csrf_checks=True)
    client.force_login(junho)
    assert client.post(window_of(garden)).status_code == 403
    assert not AccessToken.objects.exists()


def test_who_may_not_take_part_is_told_why(as_user, garden, settings):
    from accounts.tests.factories import make_unconfirmed_person

    settings.MAIL_ENABLED = True
    response = as_user(make_unconfirmed_person()).post(window_of(garden))
    assert response.status_code == 403
    assert not AccessToken.objects.exists()


def test_the_window_is_in_no_frame(as_user, garden, junho):
    response = as_user(junho).get(window_of(garden))
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def test_keys_are_given_sixty_times_an_hour(as_user, minah, garden, junho):
    client = as_user(junho)
    answers = [client.post(window_of(garden)).status_code for _time in range(61)]
    assert answers.count(200) == 60
    assert answers[-1] == 429


def test_a_key_of_one_origin_is_none_of_another_site(as_user, minah, garden, junho):
    river = make_site(minah, "강", origins=["https://river.example"])
    client = as_user(junho)
    assert client.get(window_of(river)).status_code == 403
