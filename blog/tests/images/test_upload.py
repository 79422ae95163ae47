"""Taking pictures in from the editor: what is answered, what is refused, what is counted."""

import json
import re
import unicodedata
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from blog.limits import UPLOADS_AN_HOUR
from blog.markdown import render_article
from blog.markdown.images import image_source
from blog.models import Image
from blog.tests.images.pictures import FORMATS, photograph, png, uploaded
from config import limits
from config.text import clean_line

URL = "/write/images/"
pytestmark = pytest.mark.django_db


def send(client, data: bytes, name: str = "그림.jpg", **fields):
    return client.post(URL, {"file": uploaded(data, name), **fields})


def problem(response) -> dict:
    assert response.headers["Content-Type"] == "application/problem+json"
    return json.loads(response.content)


@pytest.mark.behaviour("BL-47")
@pytest.mark.parametrize("form", FORMATS)
def test_a_picture_is_taken_in_and_the_answer_says_how_to_show_it(as_user, minah, form):
    response = send(as_user(minah), photograph(form), "여름 바다.dat", alt="바다")
    assert response.status_code == 201
    image = Image.objects.get()
    assert image.owner == minah
    assert response.json() == {
        "key": image.key,
        "url": image.get_absolute_url(),
        "width": image.width,
        "height": image.height,
        "alt": "바다",
        "name": "여름 바다.dat",
        "markdown": f"![바다]({image.get_absolute_url()})",
    }


@pytest.mark.behaviour("BL-47")
def test_the_same_picture_sent_again_after_a_lost_answer_is_one_image(as_user, minah):
    client = as_user(minah)
    first = send(client, png(), alt="")
    again = send(client, png(), alt="초록 네모")
    assert first.json()["key"] == again.json()["key"]
    assert Image.objects.get().alt == "초록 네모"
    third = send(client, png(), alt="다른 글에서는 이렇게")
    assert third.json()["alt"] == "다른 글에서는 이렇게"
    assert Image.objects.get().alt == "초록 네모"


def test_two_people_with_the_same_picture_have_one_each(client, minah, junho):
    for person in (minah, junho):
        client.force_login(person)
        assert send(client, png()).status_code == 201
    assert Image.objects.count() == 2


@pytest.mark.behaviour("BL-49")
def test_names_are_kept_in_nfc_and_the_address_is_random(as_user, minah):
    name = unicodedata.normalize("NFD", "한글 이름.jpg")
    answer = send(as_user(minah), png(), name).json()
    assert answer["name"] == "한글 이름.jpg"
    assert unicodedata.is_normalized("NFC", Image.objects.get().original_name)
    assert "한글" not in answer["url"]
    assert len(answer["key"]) == 32
    assert int(answer["key"], 16) > 2**96


def test_who_is_not_signed_in_hears_it_as_json(client, minah):
    response = send(client, png())
    assert response.status_code == 401
    assert problem(response)["code"] == "not_authenticated"
    assert not Image.objects.exists()


def test_a_request_without_token_is_refused(minah):
    client = Client(enforce_csrf_checks=True)
    client.force_login(minah)
    response = send(client, png())
    assert response.status_code == 403
    assert problem(response)["code"] == "csrf_failed"
    token = "t" * 32
    client.cookies["csrftoken"] = token
    sent = client.post(URL, {"file": uploaded(png())}, headers={"X-CSRFToken": token})
    assert sent.status_code == 201


def test_unconfirmed_and_limited_people_may_illustrate_their_drafts(as_user, minah):
    minah.state = "limited"
    minah.save(update_fields=["state"])
    assert send(as_user(minah), png()).status_code == 201


@pytest.mark.behaviour("BL-47")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        "그림이 아니다".encode(),
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<svg xmlns='http://www.w3.org/2000/svg'><!--" + png() + b"--></svg>",
        b"<html><script>alert(1)</script>" + png(),
        photograph()[:400],
        png()[:30],
    ],
    ids=["empty", "text", "svg", "svg and png", "html and png", "half a jpeg", "half a png"],
)
def test_what_is_no_picture_is_refused_whatever_it_calls_itself(as_user, minah, data):
    response = as_user(minah).post(URL, {"file": SimpleUploadedFile("a.png", data, "image/png")})
    assert response.status_code == 415
    assert problem(response)["code"] == "image_refused"
    assert problem(response)["detail"]
    assert not Image.objects.exists()


def test_without_a_file_it_says_so(as_user, minah):
    response = as_user(minah).post(URL, {"alt": "아무것도"})
    assert response.status_code == 422
    assert problem(response)["code"] == "file_missing"


@pytest.mark.behaviour("BL-47")
def test_a_file_that_is_too_large_is_refused_with_the_limit_that_is_set(as_user, minah, settings):
    settings.IMAGE_MAX_BYTES = 3 * 1024 * 1024
    response = send(as_user(minah), png() + bytes(3 * 1024 * 1024))
    assert response.status_code == 413
    assert problem(response)["code"] == "image_too_large"
    assert "3\xa0MB" in problem(response)["detail"]


class Unread:
    """A body that must not be read."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


def test_a_huge_request_is_refused_before_it_is_read(minah, settings):
    client = Client(enforce_csrf_checks=True)
    client.force_login(minah)
    response = client.generic(
        "POST",
        URL,
        content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(settings.IMAGE_MAX_BYTES * 5), "wsgi.input": Unread()},
    )
    assert response.status_code == 413
    assert problem(response)["code"] == "image_too_large"


@pytest.mark.behaviour("BL-47")
def test_too_many_pixels_are_refused(as_user, minah, settings):
    settings.IMAGE_MAX_PIXELS = 2000
    response = send(as_user(minah), png(64, 32))
    assert response.status_code == 413
    assert problem(response)["code"] == "image_too_large"


@pytest.mark.behaviour("BL-49")
def test_the_space_of_each_is_limited(client, minah, junho, settings):
    client.force_login(minah)
    send(client, png())
    settings.IMAGE_QUOTA_BYTES = Image.objects.get().byte_count + 10
    response = send(client, png(65, 32))
    assert response.status_code == 409
    assert problem(response)["code"] == "storage_full"
    assert Image.objects.count() == 1
    assert send(client, png()).status_code == 201, "what is there already takes no more space"
    client.force_login(junho)
    assert send(client, png(65, 32)).status_code == 201


def test_uploads_are_limited(as_user, minah):
    client = as_user(minah)
    for _number in range(UPLOADS_AN_HOUR):
        limits.consume("store-image", minah.pk, limit=UPLOADS_AN_HOUR, seconds=3600)
    response = send(client, png())
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert problem(response)["detail"]
    assert not Image.objects.exists()


def test_a_cover_counts_as_an_upload_like_any_other(as_user, minah):
    for _number in range(UPLOADS_AN_HOUR):
        limits.consume("store-image", minah.pk, limit=UPLOADS_AN_HOUR, seconds=3600)
    sent = {"title": "표지", "source": "글", "visibility": "public", "intent": "save"}
    response = as_user(minah).post("/write/", sent | {"cover": uploaded(png())})
    assert response.status_code == 422
    assert "표지" in response.content.decode(), "what was typed stays"
    assert not Image.objects.exists()


def test_get_is_no_way_to_upload(as_user, minah):
    assert as_user(minah).get(URL).status_code == 405


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.text(max_size=40).map(clean_line))
def test_the_markdown_shows_exactly_the_description(alt):
    source = image_source("/media/images/a/480.webp", alt)

    def resolve(src):
        return {"url": src, "alt": ""}

    def described(source: str) -> str:
        found = re.search(r'alt="([^"]*)"', render_article(source, resolve_image=resolve).html)
        return unescape(found[1]) if found else ""

    assert described(source) == alt
