"""Madang on the very origin of the site: there a browser sends no Origin when it only reads."""

import pytest

from accounts import actions as people
from accounts.scopes import EMBED_SCOPES
from config.tests.api_client import ApiTestClient
from embed.tests.factories import GARDEN, make_site

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("EM-04", "EM-09")]

OWN = "https://testserver"


def viewer_of(site, member, *, origin: str, **headers: str):
    """Return what a page of ``origin`` that holds a key reads of itself, without saying Origin."""
    _token, key = people.make_token(
        member, name=site.name, scopes=EMBED_SCOPES, seconds=600, origin=origin
    )
    address = f"/api/v1/embed/{site.key}/threads/x/"
    return ApiTestClient().get(
        address, headers={"Authorization": f"Bearer {key}"} | headers, secure=True
    )


@pytest.fixture
def own_site(minah):
    return make_site(minah, origins=[OWN])


def test_a_page_of_the_same_origin_reads_as_its_member(own_site, junho):
    answer = viewer_of(own_site, junho, origin=OWN, **{"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    assert answer.json()["viewer"]["handle"] == "junho"


@pytest.mark.parametrize("kind", ["same-site", "cross-site", "none", ""])
def test_nobody_else_does_without_saying_where_from(own_site, junho, kind):
    headers = {"Sec-Fetch-Site": kind} if kind else {}
    assert viewer_of(own_site, junho, origin=OWN, **headers).status_code == 401


def test_a_key_of_another_origin_is_no_key_here(garden, junho):
    answer = viewer_of(garden, junho, origin=GARDEN, **{"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 401
