"""One's own images by programs: to send, describe and delete them, with the codes of the page."""

# Fixtures of other packages are imported by name.
# ruff: noqa: F811
import json
import unicodedata
from datetime import timedelta

import pytest
import respx
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog import actions
from blog.models import Image
from blog.tests.factories import make_article
from blog.tests.images.pictures import FORMATS, SECRET, looked_at, photograph, png, uploaded
from blog.tests.images.test_bringing_in import resolves  # noqa: F401 a fixture
from config.tests.api_client import api_client, matches_stored

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("AP-45")]
ELSEWHERE = "https://pictures.example/2019/%ED%95%9C%EA%B8%80.jpg"
BREAKS = "그림\x00이 아니다".encode()


def send(client, data: bytes, name: str = "그림.jpg", **fields):
    return client.post("images/", {"file": uploaded(data, name), **fields}, format="multipart")


def page_send(client, data: bytes, **fields):
    return client.post("/write/images/", {"file": uploaded(data), **fields})


@pytest.fixture
def image(minah):
    return actions.store_image(png(), actor=minah, name="그림.png", alt="초록 들")


# Sending ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-07", "BL-47")
@pytest.mark.parametrize("form", FORMATS)
def test_a_picture_is_taken_in(minah, form):
    made = send(api_client(minah), photograph(form, size=(600, 300)), "여름.dat", alt="바다")
    assert made.status_code == 201
    image = Image.objects.get()
    assert (image.owner, image.alt, image.original_name) == (minah, "바다", "여름.dat")
    assert made.headers["Location"] == made.json()["links"]["self"]
    assert api_client(minah).get(made.headers["Location"]).json() == made.json()


def test_the_whole_answer_is_what_is_stored(minah):
    made = send(api_client(minah), png(1000, 500), alt="초록 들")
    Image.objects.update(byte_count=2000)  # which encoders see differently
    matches_stored(api_client(minah).get(made.headers["Location"]), "image")


@pytest.mark.behaviour("BL-48")
def test_its_addresses_show_it_without_what_the_camera_knew(minah, client):
    made = send(api_client(minah), photograph(size=(1000, 500))).json()
    client.force_login(minah)
    widths = [one["width"] for one in made["variants"]]
    assert widths == sorted(widths)
    assert max(widths) == made["width"]
    for address in (made["url"], *(one["url"] for one in made["variants"])):
        response = client.get(address.removeprefix("http://testserver"))
        assert response.status_code == 200
        served = b"".join(response.streaming_content)
        assert SECRET.encode() not in served
        assert not looked_at(served).has_exif
    assert api_client().get(made["links"]["self"]).status_code == 401


def test_its_line_shows_it_in_a_text(minah):
    client = api_client(minah)
    made = send(client, png(), alt="초록 [들]").json()
    post = make_article(minah, "그림 글", source=made["markdown"])
    assert Image.objects.get().posts.get() == post


def test_texts_are_composed(minah):
    nfd = unicodedata.normalize("NFD", "한글")
    made = send(api_client(minah), png(), f"{nfd}.png", alt=nfd).json()
    assert (made["name"], made["alt"]) == ("한글.png", "한글")


def test_the_same_picture_again_is_the_same_image(minah):
    client = api_client(minah)
    first, again = (send(client, png()).json() for _twice in range(2))
    assert first["id"] == again["id"]
    assert Image.objects.count() == 1


# Both doors say the same --------------------------------------------------------------------------


def told(response) -> tuple[int, str]:
    return response.status_code, json.loads(response.content)["code"]


@pytest.mark.behaviour("AP-18")
@pytest.mark.parametrize(
    "data",
    [b"", BREAKS, b"<svg xmlns='http://www.w3.org/2000/svg'/>", photograph()[:400]],
    ids=["empty", "text", "svg", "half a jpeg"],
)
def test_what_is_no_picture_is_415_at_both_doors(client, minah, data):
    client.force_login(minah)
    assert told(send(api_client(minah), data)) == (415, "image_refused")
    assert told(page_send(client, data)) == (415, "image_refused")
    assert not Image.objects.exists()


@pytest.mark.behaviour("AP-18")
def test_what_is_too_big_is_413_at_both_doors(client, minah, settings):
    client.force_login(minah)
    settings.IMAGE_MAX_BYTES = 1000
    big = png() + bytes(1000)
    assert told(send(api_client(minah), big)) == (413, "image_too_large")
    assert told(page_send(client, big)) == (413, "image_too_large")
    settings.IMAGE_MAX_BYTES, settings.IMAGE_MAX_PIXELS = 10**7, 2000
    assert told(send(api_client(minah), png(64, 32))) == (413, "image_too_large")
    assert told(page_send(client, png(64, 32))) == (413, "image_too_large")
    assert not Image.objects.exists()


@pytest.mark.behaviour("AP-18", "BL-49")
def test_no_space_left_is_409_at_both_doors(client, minah, image, settings):
    client.force_login(minah)
    settings.IMAGE_QUOTA_BYTES = image.byte_count + 10
    assert told(send(api_client(minah), png(65, 32))) == (409, "storage_full")
    assert told(page_send(client, png(65, 32))) == (409, "storage_full")
    assert Image.objects.count() == 1


@pytest.mark.behaviour("AP-18")
def test_page_and_api_count_uploads_together(client, minah, monkeypatch):
    monkeypatch.setattr("blog.limits.UPLOADS_AN_HOUR", 1)
    client.force_login(minah)
    assert page_send(client, png()).status_code == 201
    refused = send(api_client(minah), png(65, 32))
    assert told(refused) == (429, "throttled")
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.behaviour("AP-13")
def test_a_token_sends_sixty_an_hour(minah, settings):
    assert settings.API_RATES["images"] == (60, 3600)
    settings.API_RATES = settings.API_RATES | {"images": (1, 3600)}
    client = api_client(minah)
    first = send(client, png())
    assert first.status_code == 201
    assert '"images";q=1;w=3600' in first.headers["RateLimit-Policy"]
    assert told(send(client, png())) == (429, "throttled")
    assert client.get("images/").status_code == 200


class Unread:
    """A body that must not be read."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


def test_a_huge_request_is_refused_before_it_is_read(minah, settings):
    response = Client().generic(
        "POST",
        "/api/v1/images/",
        content_type="multipart/form-data; boundary=x",
        headers={"authorization": f"Bearer {api_client(minah).key}"},
        **{"CONTENT_LENGTH": str(settings.IMAGE_MAX_BYTES * 5), "wsgi.input": Unread()},
    )
    assert told(response) == (413, "image_too_large")


@pytest.mark.behaviour("AP-01", "AP-05")
def test_what_cannot_be_understood_is_said(minah):
    client = api_client(minah)
    missing = client.post("images/", {"alt": "없음"}, format="multipart")
    assert missing.status_code == 400
    assert missing.json()["errors"][0]["field"] == "file"
    assert missing.json()["errors"][0]["code"] == "required"
    raw = client.generic("POST", "images/", png(), content_type="image/png")
    assert told(raw) == (415, "unsupported_media_type")
    broken = client.generic(
        "POST", "images/", b"--x\r\nno", content_type="multipart/form-data; boundary=x"
    )
    assert broken.status_code == 400
    assert client.post("images/", {"file": "그림"}).status_code == 415
    text = {"file": "그림이 아니라 글", "alt": ""}
    assert client.post("images/", text, format="multipart").status_code == 400


def test_multipart_is_spoken_here_alone(minah):
    file = SimpleUploadedFile("a.png", png())
    refused = api_client(minah).post("series/", {"title": "글", "file": file}, format="multipart")
    assert told(refused) == (415, "unsupported_media_type")


# Fetching -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-18", "BL-28")
def test_a_picture_elsewhere_is_copied(minah, resolves):
    with respx.mock() as net:
        net.get(ELSEWHERE).respond(200, content=photograph())
        made = api_client(minah).post("images/copies/", {"url": ELSEWHERE, "alt": "바다"})
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["alt"]) == ("한글.jpg", "바다")


@pytest.mark.behaviour("BL-28")
def test_our_own_network_is_out_of_reach(minah, resolves):
    resolves("127.0.0.1")
    with respx.mock(assert_all_called=False) as net:
        refused = api_client(minah).post("images/copies/", {"url": ELSEWHERE})
        assert not net.calls
    assert told(refused) == (422, "image_not_fetched")
    for nonsense in ("x", "file:///etc/passwd", "//x/y"):
        refused = api_client(minah).post("images/copies/", {"url": nonsense})
        assert told(refused) == (422, "image_not_fetched")
    assert (
        api_client(minah).post("images/copies/", {"url": " "}).json()["errors"][0]["field"] == "url"
    )


# Looking after them -------------------------------------------------------------------------------


@pytest.mark.behaviour("AP-03", "AP-07")
def test_ones_own_are_nobody_elses(image, minah, junho, taeo, sora):
    paths = [("get", "images/"), ("get", "images/unused/"), ("delete", "images/unused/")]
    paths += [("get", "images/space/"), ("post", "images/")]
    single = [(method, f"images/{image.pk}/") for method in ("get", "patch", "delete")]
    for method, path in paths + single:
        missing = getattr(api_client(), method)(path)
        assert missing.status_code == 401
        assert missing.headers["WWW-Authenticate"] == "Bearer"
        narrow = getattr(api_client(minah, scopes=["read", "posts"]), method)(path)
        assert told(narrow) == (403, "insufficient_scope")
    for person in (junho, taeo, sora):
        for method, path in single:
            assert getattr(api_client(person), method)(path).status_code == 404
        assert api_client(person).get("images/").json()["results"] == []
    assert Image.objects.get().alt == "초록 들"


def test_the_newest_come_first(minah, image):
    newer = actions.store_image(png(65, 32), actor=minah)
    client = api_client(minah)
    page = client.get("images/?page_size=1").json()
    assert [one["id"] for one in page["results"]] == [newer.pk]
    assert [one["id"] for one in client.get(page["next"]).json()["results"]] == [image.pk]


@pytest.mark.behaviour("AP-11")
def test_a_description_is_changed(minah, image):
    client = api_client(minah)
    tag = client.get(f"images/{image.pk}/").headers["ETag"]
    changed = client.patch(f"images/{image.pk}/", {"alt": "푸른\n들"}, headers={"if-match": tag})
    assert (changed.status_code, changed.json()["alt"]) == (200, "푸른 들")
    stale = client.patch(f"images/{image.pk}/", {"alt": "또"}, headers={"if-match": tag})
    assert told(stale) == (412, "stale")
    assert client.delete(f"images/{image.pk}/", headers={"if-match": tag}).status_code == 412
    assert client.patch(f"images/{image.pk}/", {"id": 7, "width": 1}).json() == changed.json()
    assert client.patch(f"images/{image.pk}/", {"alt": ""}).json()["alt"] == ""


def test_an_image_is_deleted_with_its_files(
    minah, image, client, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert api_client(minah).delete(f"images/{image.pk}/").status_code == 204
    assert not Image.objects.exists()
    client.force_login(minah)
    assert client.get(image.get_absolute_url()).status_code == 404
    assert api_client(minah).delete(f"images/{image.pk}/").status_code == 404


@pytest.mark.behaviour("BL-49")
def test_what_nothing_used_for_a_month_goes_at_once(minah, junho, image):
    used = actions.store_image(png(65, 32), actor=minah)
    make_article(minah, "표지 있는 글", cover=used)
    fresh = actions.store_image(png(66, 32), actor=minah)
    foreign = actions.store_image(png(), actor=junho)
    long_ago = timezone.now() - timedelta(days=31)
    Image.objects.exclude(pk=fresh.pk).update(unused_since=long_ago)
    client = api_client(minah)
    assert [one["id"] for one in client.get("images/unused/").json()["results"]] == [image.pk]
    for _twice in range(2):
        assert client.delete("images/unused/").status_code == 204
    assert set(Image.objects.all()) == {used, fresh, foreign}


def test_the_space_is_told(minah, image, settings):
    told_space = api_client(minah).get("images/space/").json()
    assert told_space == {
        "image_count": 1,
        "used_bytes": image.byte_count,
        "limit_bytes": settings.IMAGE_QUOTA_BYTES,
    }


def test_more_images_take_no_more_queries(minah, image):
    client = api_client(minah)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("images/?page_size=100")
        return len(seen)

    few = queries()
    for width in range(70, 76):
        make_article(minah, "글", cover=actions.store_image(png(width, 9), actor=minah))
    assert queries() == few == 2
