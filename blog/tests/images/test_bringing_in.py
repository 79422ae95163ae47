"""Bringing in a picture from another server: through the guard, and never telling what is there."""

import socket

import httpx
import pytest
import respx

from blog import actions
from blog.exceptions import ImageNotFetched
from blog.limits import FETCHES_AN_HOUR
from blog.markdown import render_article
from blog.models import Image
from blog.tests.images.pictures import SECRET, looked_at, photograph, png
from config import limits
from config.images import ImageRefused

URL = "/write/images/fetch/"
ELSEWHERE = "https://pictures.example/2019/%ED%95%9C%EA%B8%80.jpg"
pytestmark = pytest.mark.django_db


@pytest.fixture
def resolves(monkeypatch):
    """Let names lead to an address of choice; an address leads to itself."""

    def to(address: str) -> None:
        def answer(host, *args, **kwargs):
            there = host if host[0].isdigit() else address
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (there, 443))]

        monkeypatch.setattr(socket, "getaddrinfo", answer)

    to("93.184.216.34")
    return to


@pytest.mark.behaviour("BL-28", "BL-48")
def test_a_picture_of_another_server_becomes_one_of_ones_own(as_user, minah, resolves):
    client = as_user(minah)
    with respx.mock() as net:
        net.get(ELSEWHERE).respond(200, content=photograph())
        response = client.post(URL, {"url": ELSEWHERE, "alt": "바다"})
    assert response.status_code == 201
    image = Image.objects.get()
    assert response.json()["url"] == image.get_absolute_url()
    assert response.json()["markdown"] == f"![바다]({image.get_absolute_url()})"
    assert image.original_name == "한글.jpg"
    served = b"".join(client.get(image.get_absolute_url()).streaming_content)
    assert SECRET.encode() not in served
    assert not looked_at(served).has_exif


@pytest.mark.behaviour("BL-28")
def test_until_then_readers_see_a_link():
    html = render_article(f"![바다]({ELSEWHERE})").html
    assert "<img" not in html
    assert ">바다</a>" in html


def test_an_address_without_s_is_asked_with_it(minah, resolves):
    with respx.mock() as net:
        net.get("https://pictures.example/a.png").respond(200, content=png())
        assert actions.bring_image_in("http://pictures.example/a.png", actor=minah).pk


@pytest.mark.behaviour("BL-28")
@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.0.1"])
def test_our_own_network_is_out_of_reach(as_user, minah, resolves, address):
    resolves(address)
    with respx.mock(assert_all_called=False) as net:
        net.get(ELSEWHERE).respond(200, content=png())
        response = as_user(minah).post(URL, {"url": ELSEWHERE})
        assert not net.calls
    assert response.status_code == 422
    assert not Image.objects.exists()


@pytest.mark.behaviour("BL-28")
def test_nothing_tells_a_closed_door_from_one_that_is_not_there(as_user, minah, resolves):
    client, details = as_user(minah), set()
    for answer in (
        httpx.Response(404),
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://127.0.0.1/"}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
    ):
        with respx.mock(assert_all_called=False) as net:
            net.get(ELSEWHERE).mock(side_effect=[answer] * 5)
            response = client.post(URL, {"url": ELSEWHERE})
        assert response.status_code == 422
        body = response.json()
        details.add((body["code"], body["detail"]))
    assert len(details) == 1


@pytest.mark.parametrize(
    "url",
    ["", "x", "file:///etc/passwd", "https://", "https://a:b@c.example/", "https://[::1", "//x/y"],
)
def test_what_is_no_address_is_refused(as_user, minah, resolves, url):
    response = as_user(minah).post(URL, {"url": url})
    assert response.status_code == 422
    assert response.json()["code"] == "image_not_fetched"


def test_what_is_no_picture_is_refused(minah, resolves):
    with respx.mock() as net:
        net.get(ELSEWHERE).respond(200, content=b"<html>")
        with pytest.raises(ImageRefused):
            actions.bring_image_in(ELSEWHERE, actor=minah)


def test_more_than_allowed_is_not_read(minah, resolves, settings):
    settings.IMAGE_MAX_BYTES = 1000
    with respx.mock() as net:
        net.get(ELSEWHERE).respond(200, content=bytes(1001))
        with pytest.raises(ImageNotFetched):
            actions.bring_image_in(ELSEWHERE, actor=minah)


def test_members_only_and_not_without_end(client, minah):
    assert client.post(URL, {"url": ELSEWHERE}).status_code == 401
    client.force_login(minah)
    for _number in range(FETCHES_AN_HOUR):
        limits.consume("fetch-image", minah.pk, limit=FETCHES_AN_HOUR, seconds=3600)
    assert client.post(URL, {"url": ELSEWHERE}).status_code == 429
