"""The site by programs (AP-53)."""

import pytest
from django.test import override_settings

from config.actions import change_site_settings
from config.tests.api_client import api_client, matches_stored

pytestmark = pytest.mark.django_db


@pytest.mark.behaviour("AP-53")
def test_anybody_reads_what_the_site_is_and_takes():
    told = api_client().get("site/", HTTP_ACCEPT_LANGUAGE="en")
    assert told.status_code == 200
    assert "public" in told.headers["Cache-Control"]
    matches_stored(told, "site")


@pytest.mark.behaviour("AP-53")
@override_settings(
    NOTE_MAX_LENGTH=77,
    LIMITS_FACTOR=2,
    TRANSLATION_PROVIDER="deepl",
    API_RATES={"anonymous": (9, 60), "token": (9, 60)},
)
def test_what_is_told_comes_from_the_settings_and_the_owner():
    change_site_settings(title="달빛 마당", is_signup_open=False)
    told = api_client().get("site/", HTTP_ACCEPT_LANGUAGE="ko").json()
    assert (told["title"], told["is_signup_open"]) == ("달빛 마당", False)
    assert told["limits"]["lengths"]["note"] == 77
    assert told["limits"]["rates"]["anonymous"] == {"requests": 18, "seconds": 60}
    assert (told["features"]["translation"], told["features"]["sign_up"]) == (True, False)
    assert {"code": "ko", "name": "한국어"} in told["languages"]


def test_the_site_is_read_in_part_and_only_when_it_changed():
    client = api_client()
    tag = client.get("site/").headers["ETag"]
    assert client.get("site/", HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert set(client.get("site/?fields=title,limits").json()) == {"title", "limits"}
