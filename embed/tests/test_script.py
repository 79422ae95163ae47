"""The script's own address."""

import gzip

import pytest

from embed.views.script import script_text

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("EM-01")]


def test_the_script_is_public_kept_for_an_hour_and_asked_for_by_its_tag(client):
    response = client.get("/embed.js")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "accept-encoding" in response.headers["Vary"].lower()
    assert not response.cookies
    assert response.content == script_text().encode()
    again = client.get("/embed.js", HTTP_IF_NONE_MATCH=response.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "public, max-age=3600"


def test_the_script_comes_packed_and_small(client):
    plain = client.get("/embed.js")
    packed = client.get("/embed.js", HTTP_ACCEPT_ENCODING="gzip, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert len(packed.content) <= 15 * 1024


def test_nobody_writes_to_the_script(client):
    assert client.post("/embed.js").status_code == 405
