import hashlib
import io
import socket

import httpx
import pytest
import respx
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts import actions
from accounts.actions.pictures import avatar_path
from accounts.avatars import draw_avatar, is_generated
from accounts.models import AVATAR_SIZES
from accounts.tests.factories import make_person
from config.fetch import FetchRefused, fetch, is_public
from config.images import ImageRefused

PUBLIC = "192.0.2.7"


def picture(fmt="PNG", size=(300, 200), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0b6e5f").save(out, fmt, **options)
    return out.getvalue()


def shown(client, person, size) -> Image.Image:
    answer = client.get(person.avatar_url(size))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.behaviour("AC-42")
@pytest.mark.parametrize("size", AVATAR_SIZES)
def test_without_an_upload_it_is_drawn_from_the_handle(client, minah, junho, size):
    assert is_generated(minah.avatar_version)
    assert shown(client, minah, size).size == (size, size)
    assert draw_avatar(minah.avatar_version, size) == draw_avatar(minah.avatar_version, size)
    assert draw_avatar(minah.avatar_version, size) != draw_avatar(junho.avatar_version, size)


@pytest.mark.behaviour("AC-42")
def test_the_drawn_picture_follows_the_handle_alone(minah):
    before = minah.avatar_version
    actions.change_profile(minah, display_name="다른 이름")
    assert minah.avatar_version == before
    actions.rename_handle(minah, "MINAH")
    assert minah.avatar_version == before
    actions.rename_handle(minah, "미나리", is_operator=True)
    assert minah.avatar_version != before


@pytest.mark.behaviour("AC-42")
@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_an_upload_becomes_square_webp_in_all_sizes(client, as_user, minah, fmt):
    file = SimpleUploadedFile("나.png", picture(fmt), content_type="image/png")
    as_user(minah).post(
        "/settings/profile/", {"handle": "minah", "display_name": "미나", "avatar": file}
    )
    minah.refresh_from_db()
    assert minah.avatar_key
    for size in AVATAR_SIZES:
        assert shown(client, minah, size).size == (size, size)
    body = client.get("/@minah/").content.decode()
    assert f"/avatars/{minah.avatar_key}/128.webp" in body


@pytest.mark.behaviour("AC-42")
def test_a_new_picture_has_a_new_address_and_the_old_files_go(minah, committed):
    actions.set_avatar(minah, picture())
    first = minah.avatar_key
    with committed():
        actions.set_avatar(minah, picture("JPEG"))
    assert minah.avatar_key != first
    assert not default_storage.exists(avatar_path(first, 36))
    second = minah.avatar_key
    with committed():
        actions.remove_avatar(minah)
    assert is_generated(minah.avatar_version)
    assert not default_storage.exists(avatar_path(second, 36))


@pytest.mark.behaviour("AC-42")
@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_refused(minah, data):
    with pytest.raises(ImageRefused):
        actions.set_avatar(minah, data)
    assert not minah.avatar_key


@pytest.mark.behaviour("AC-42")
def test_more_than_five_megabytes_are_refused(minah, settings):
    assert settings.AVATAR_MAX_BYTES == 5 * 1024 * 1024
    with pytest.raises(ImageRefused, match="5"):
        actions.set_avatar(minah, picture() + b"\0" * settings.AVATAR_MAX_BYTES)


@pytest.mark.parametrize(
    "path",
    [
        "/avatars/g0123456789abcdef/37.webp",
        "/avatars/g0123/36.webp",
        f"/avatars/{'0' * 32}/36.webp",
        "/avatars/..%2f..%2fsecret/36.webp",
        "/avatars/gzzzzzzzzzzzzzzzz/36.webp",
    ],
)
def test_other_addresses_are_404(client, db, path):
    assert client.get(path).status_code == 404


def test_pictures_are_kept_for_good_and_cost_no_query(client, minah, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get(minah.avatar_url(64))
    assert "immutable" in answer["Cache-Control"]
    assert "public" in answer["Cache-Control"]


# Gravatar ------------------------------------------------------------------------------------


@pytest.fixture
def resolves(monkeypatch):
    """Let names lead to an address of choice."""

    def to(address: str) -> None:
        answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answer)

    return to


@pytest.mark.behaviour("AC-43")
def test_gravatar_is_off_and_not_offered(as_user, minah):
    page = as_user(minah).get("/settings/profile/").content.decode()
    assert "Gravatar" not in page
    minah.uses_gravatar = True
    assert not actions.fetch_gravatar(minah)


@pytest.mark.behaviour("AC-43")
def test_if_allowed_and_wanted_the_server_fetches_it_once_and_keeps_a_copy(
    as_user, settings, resolves, committed, db
):
    settings.GRAVATAR_ENABLED = True
    resolves("93.184.216.34")
    haru = make_person("haru")
    client = as_user(haru)
    assert "Gravatar" in client.get("/settings/profile/").content.decode()
    with respx.mock() as net, committed():
        route = net.get(host="gravatar.com").respond(200, content=picture())
        client.post("/settings/profile/", {"handle": "haru", "uses_gravatar": "on"})
    with respx.mock(assert_all_called=False) as net, committed():
        net.get(host="gravatar.com").respond(200, content=picture())
        client.post("/settings/profile/", {"handle": "haru", "uses_gravatar": "on"})
        assert not net.calls
    haru.refresh_from_db()
    assert haru.avatar_key
    asked = str(route.calls[0].request.url)
    digest = hashlib.sha256(b"haru@example.com").hexdigest()
    assert asked.split("/avatar/")[1].startswith(f"{digest}?")


@pytest.mark.behaviour("AC-43")
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(302, headers={"Location": "https://127.0.0.1/"}),
        httpx.Response(200, content=b"no picture"),
        httpx.Response(200, content=b"x" * (5 * 1024 * 1024 + 1)),
    ],
)
def test_a_bad_answer_changes_nothing(settings, resolves, minah, answer):
    settings.GRAVATAR_ENABLED = True
    resolves("93.184.216.34")
    minah.uses_gravatar = True
    with respx.mock() as net:
        net.get(host="gravatar.com").mock(return_value=answer)
        assert not actions.fetch_gravatar(minah)
    assert not minah.avatar_key


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_nothing_is_fetched_from_private_networks(resolves, address):
    resolves(address)
    with respx.mock(assert_all_called=False) as net:
        net.get(host="example.com").respond(200)
        with pytest.raises(FetchRefused):
            fetch("https://example.com/")
        assert not net.calls


@pytest.mark.parametrize(
    "url", ["http://example.com/", "file:///etc/passwd", "https://user@example.com/", "https:///"]
)
def test_only_https_is_fetched(url):
    with pytest.raises(FetchRefused):
        fetch(url)


def test_public_addresses_are_told_from_ours():
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1::1")
    for address in ("::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "nonsense"):
        assert not is_public(address)
