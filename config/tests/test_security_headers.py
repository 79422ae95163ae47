"""What every answer says to browsers and caches."""

import re

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import Client

from blog.tests.factories import make_article, make_note, make_person
from config.middleware import ResponseHeadersMiddleware

pytestmark = pytest.mark.django_db

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def minah():
    return make_person("minah", "미나")


@pytest.fixture
def article(minah):
    return make_article(minah)


ANSWERS = [
    ("/", 200),
    ("/explore/", 200),
    ("/@minah/", 200),
    ("/auth/login/", 200),
    ("/manifest.webmanifest", 200),
    ("/feed.atom", 200),
    ("/robots.txt", 200),
    ("/healthz", 200),
    ("/explore", 301),
    ("/drafts/", 302),
    ("/admin/", 302),
    ("/no/such/page/", 404),
]


@pytest.mark.behaviour("OP-53")
@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_answer_has_the_security_headers(client, article, path, status):
    response = client.get(path)
    assert response.status_code == status
    for name, value in SECURITY.items():
        assert response.headers.get(name) == value, name
    assert "camera=()" in response.headers["Permissions-Policy"]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    for needed in (
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert needed in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "http" not in policy


@pytest.mark.behaviour("OP-53")
def test_errors_of_forms_and_methods_have_them_too(client):
    for response in (
        client.get("/theme/"),
        Client(enforce_csrf_checks=True).post("/auth/login/", {}),
        client.get("/", HTTP_HOST="evil.example"),
    ):
        assert response.status_code in {400, 403, 405}
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.behaviour("OP-21")
@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_answer_is_named(client, article, path, status):
    first, second = (client.get(path).headers["X-Request-ID"] for _time in range(2))
    assert re.fullmatch(r"[0-9a-f-]{32,36}", first)
    assert first != second


@pytest.mark.behaviour("OP-21")
@pytest.mark.parametrize("name", ["<script>", "a b\nSet-Cookie: x=1", "x" * 5000])
def test_a_made_up_name_does_no_harm(client, name):
    """A proxy may name the request; what is no name must not reach the log or the page."""
    response = client.get("/no/such/page/", HTTP_X_REQUEST_ID=name)
    assert response.status_code == 404
    assert name not in response.headers.get("X-Request-ID", "")
    assert name.encode() not in response.content


PUBLIC_PAGES = ["/", "/explore/", "/@minah/", "/tags/", "/topics/"]


@pytest.mark.behaviour("OP-52")
@pytest.mark.parametrize("path", [*PUBLIC_PAGES, "article", "note"])
def test_public_pages_may_be_kept_and_set_no_cookie(client, minah, article, path):
    if path == "article":
        path = article.get_absolute_url()
    elif path == "note":
        path = make_note(minah).get_absolute_url()
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=30"
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()
    varied = {name.strip() for name in response.headers["Vary"].split(",")}
    assert {"Cookie", "Accept-Language"} <= varied


@pytest.mark.behaviour("OP-52")
@pytest.mark.parametrize(
    "path", [*PUBLIC_PAGES, "article", "/drafts/", "/write/", "/settings/profile/"]
)
def test_pages_of_a_signed_in_person_are_never_kept(client, article, path):
    client.force_login(make_person("junho", "준호"))
    response = client.get(article.get_absolute_url() if path == "article" else path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.behaviour("OP-52")
@pytest.mark.parametrize("path", ["/auth/login/", "/drafts/", "/no/such/page/", "/readyz"])
def test_what_is_not_public_is_never_kept(client, path):
    assert "no-store" in client.get(path).headers["Cache-Control"]


@pytest.mark.behaviour("OP-52")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda request, response: request.COOKIES.update({"sessionid": "x"}),
        lambda request, response: request.META.update({"CSRF_COOKIE": "x"}),
        lambda request, response: response.set_cookie("greeting", "x"),
        lambda request, response: setattr(response, "status_code", 404),
        lambda request, response: setattr(request, "method", "POST"),
        lambda request, response: setattr(request, "is_public_page", False),
    ],
    ids=["session", "token", "cookie", "status", "method", "not marked"],
)
def test_each_sign_of_a_person_alone_keeps_a_page_private(rf, spoil):
    def answer(request, spoil=lambda request, response: None):
        response = HttpResponse("words")
        request.is_public_page = True
        spoil(request, response)
        return response

    plain = ResponseHeadersMiddleware(answer)(rf.get("/"))
    assert plain.headers["Cache-Control"] == "public, max-age=30"
    spoilt = ResponseHeadersMiddleware(lambda request: answer(request, spoil))(rf.get("/"))
    assert spoilt.headers["Cache-Control"] == "private, no-store"


@pytest.mark.behaviour("OP-52")
def test_a_page_that_shows_a_message_once_is_never_kept(client, rf, article):
    """The message would greet everybody for half a minute."""
    storage = CookieStorage(rf.get("/"))
    client.cookies["messages"] = storage._encode([Message(constants.SUCCESS, "해냈어요")])
    response = client.get(article.get_absolute_url())
    assert "해냈어요" in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"
    again = client.get(article.get_absolute_url())
    assert "해냈어요" not in again.content.decode()
    assert again.headers["Cache-Control"] == "public, max-age=30"


@pytest.mark.behaviour("OP-53")
def test_static_files_have_the_security_headers(client, settings):
    """A picture of ours (SVG) is a page when it is opened alone."""
    folder = settings.STATIC_ROOT
    (folder / "drawing.svg").write_text(
        "<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8"
    )
    settings.WHITENOISE_AUTOREFRESH = True
    response = Client().get("/static/drawing.svg")
    assert b"".join(response.streaming_content).startswith(b"<svg")
    response.close()
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_downloads_and_feeds_cannot_be_framed_or_sniffed(client, article):
    for path in ("/feed.rss", "/feed.json", "/sitemap.xml"):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["X-Frame-Options"] == "DENY"
