"""Any bytes in headers, addresses, fields and files: never a 5xx, never a script (X-14)."""

import json
import xml.sax
from contextlib import suppress
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import quote

import pytest
from django.conf import settings as site
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from zeal import zeal_ignore

from blog.tests.markdown.test_safety import ATTACKS
from config.exceptions import DomainError
from config.tests.test_guard_urls import db, whole_world, world  # noqa: F401

pytestmark = pytest.mark.thorough

FUZZ = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PATHS = (
    *("/", "/explore/", "/search/", "/search/suggest/", "/tags/", "/@minah/", "/@minah/feed.atom"),
    *("/trending/", "/auth/login/", "/feed.rss", "/robots.txt", "/sitemap.xml", "/healthz"),
    *("/notifications/", "/notifications/poll/", "/messages/", "/settings/profile/", "/write/"),
    *("/api/v1/posts/", "/api/v1/search/", "/api/v1/people/@minah/", "/api/v1/me/", "/no/such/"),
    *("/static/madang/css/site.css", "/admin/"),
)
HEADERS = (
    *("HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_COOKIE"),
    *("HTTP_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE"),
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REQUEST_ID", "HTTP_USER_AGENT"),
    *("HTTP_REFERER", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_HX_REQUEST", "CONTENT_TYPE"),
    *("HTTP_AUTHORIZATION", "HTTP_IDEMPOTENCY_KEY", "HTTP_X_CSRFTOKEN", "CONTENT_LENGTH"),
    *("HTTP_X_CORRELATION_ID", "HTTP_TIMEZONE", "HTTP_X_HTTP_METHOD_OVERRIDE"),
)
ODD = (
    *("\x00", "%00", "\r\nX-Made-Up: 1", "\u00ff\u00fe", "\ud800", "a" * 9000, "*/*;q=x", "=;=;;"),
    *("bytes=0-,5-2,-", "bytes=99999999999999999999-", '"', 'W/"', "*", "ko;q=1e999", "..", "::1%"),
    *("sessionid=../../etc/passwd", "csrftoken=" + "x" * 500, "[::1", "[", "127.0.0.1:99999"),
    *("multipart/form-data; boundary=", "text/plain; charset=utf-7", "a; charset=rot13"),
    *("application/json; charset=\x00", "Bearer ", "Bearer madang_", "Basic =", "{{7*7}}"),
    *("' OR 1=1 --", "\u1112\u1161\u11ab", "💥" * 50, "-1", "1" * 400, "NaN", "null", "true"),
)
"""What broke other sites."""

text = st.one_of(st.sampled_from(ODD), st.text(max_size=200))
NO_HEADER = str.maketrans("", "", "\x00\r\n")
"""What gunicorn refuses in a header before we see it (test_hardening_load.py)."""


def in_header(value: str) -> str:
    """Return ``value`` as WSGI hands it on."""
    return value.translate(NO_HEADER).encode("utf-8", "replace").decode("latin-1")


as_header = text.map(in_header)


@pytest.fixture
def fuzzed(world, settings):  # noqa: F811
    """The world, with nobody counted and every address believed."""
    settings.LIMITS_FACTOR = 1_000_000
    settings.TRUSTED_PROXIES = 1
    return world


def status_of(fuzzed, visitor: str, method: str, path: str, **options) -> int:
    """Ask, read all of the answer, undo what it did."""
    client = fuzzed.client(visitor)
    client.raise_request_exception = True
    with transaction.atomic(), zeal_ignore():
        response = client.generic(method, path, **options)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response.status_code


# Headers and addresses ------------------------------------------------------------------------------


@FUZZ
@given(
    path=st.sampled_from(PATHS),
    visitor=st.sampled_from(("anonymous", "member")),
    method=st.sampled_from(("GET", "HEAD", "POST", "OPTIONS", "PUT")),
    headers=st.dictionaries(st.sampled_from(HEADERS), as_header, min_size=1, max_size=4),
)
@pytest.mark.behaviour("X-14")
def test_any_headers_are_answered(fuzzed, path, visitor, method, headers):
    headers = dict(headers)
    if visitor == "member" and "HTTP_COOKIE" in headers:
        del headers["HTTP_COOKIE"]
    assert status_of(fuzzed, visitor, method, path, **headers) < 500


@pytest.mark.one_engine
@pytest.mark.behaviour("X-14")
@pytest.mark.parametrize("header", HEADERS)
def test_every_odd_value_in_every_header_is_answered(fuzzed, header):
    for value in ODD:
        odd = in_header(value)
        for path in ("/", "/@minah/", "/api/v1/posts/", "/notifications/poll/"):
            assert status_of(fuzzed, "member", "GET", path, **{header: odd}) < 500, (value, path)
        assert status_of(fuzzed, "anonymous", "POST", "/auth/login/", **{header: odd}) < 500, value


@FUZZ
@given(path=st.sampled_from(PATHS), query=st.binary(max_size=120))
@example(path="/search/", query=b"q=%00&page=%00&type=%ff")
@example(path="/@minah/", query=b"cursor=%f0%9f&page=" + b"9" * 100)
@pytest.mark.behaviour("X-14")
def test_any_query_is_answered(fuzzed, path, query):
    raw = query.decode("latin-1")
    for visitor in ("anonymous", "member"):
        assert status_of(fuzzed, visitor, "GET", path, QUERY_STRING=raw) < 500


QUERIES = (
    *("q", "cursor", "page", "sort", "type", "in", "by", "order", "language", "kind", "topic"),
    *("period", "next", "since", "fields", "author", "tag", "from", "to", "p", "place", "limit"),
)


@FUZZ
@given(
    path=st.sampled_from(PATHS),
    values=st.dictionaries(st.sampled_from(QUERIES), text, min_size=1, max_size=5),
)
@pytest.mark.behaviour("X-14")
def test_any_value_of_a_known_parameter_is_answered(fuzzed, path, values):
    query = "&".join(
        f"{name}={quote(value.encode('utf-8', 'replace'))}" for name, value in values.items()
    )
    for visitor in ("anonymous", "member"):
        assert status_of(fuzzed, visitor, "GET", path, QUERY_STRING=query) < 500


@FUZZ
@given(
    before=st.sampled_from(
        ("/", "/@", "/@minah/", "/tags/", "/media/", "/posts/", "/api/v1/", "/p/")
    ),
    raw=st.binary(min_size=1, max_size=60),
)
@example(before="/", raw=b"\x00")
@example(before="/@", raw=b"\xc0\xaf\xc0\xaf/")
@example(before="/media/images/", raw=b"../../../etc/passwd")
@example(before="/tags/", raw="한".encode() + b"\xed\xa0\x80/")
@pytest.mark.behaviour("X-14")
def test_any_bytes_of_an_address_are_answered(fuzzed, before, raw):
    path = before + raw.decode("latin-1").replace("?", "").replace("#", "")
    for visitor in ("anonymous", "member"):
        assert status_of(fuzzed, visitor, "GET", "/", PATH_INFO=path) < 500


# Fields and files -----------------------------------------------------------------------------------

FORMS = {
    "/": ("text", "visibility", "submission"),
    "/auth/login/": ("login", "password", "next", "remember"),
    "/auth/signup/": ("username", "email", "password1", "password2", "next"),
    "/auth/password/reset/": ("email",),
    "/settings/profile/": ("handle", "display_name", "bio", "links"),
    "/settings/preferences/": ("language", "time_zone", "theme", "default_visibility"),
    "/settings/people/": ("act", "term", "kind", "days", "handle"),
    "/settings/tokens/": ("name", "scopes", "lifetime", "networks", "act"),
    "/settings/notifications/": ("like", "follow", "reply"),
    "/settings/webhooks/new/": ("url", "events", "name"),
    "/settings/embed/": ("name", "origins"),
    "/messages/@minah/": ("text", "submission", "upto"),
    "/report/post/{note}/": ("category", "note"),
    "/posts/{article}/comments/": ("text", "source", "parent", "place", "submission"),
    "/posts/{article}/like/": ("place", "next"),
    "/@minah/follow/": ("place", "next"),
    "/@minah/mute/": ("days", "next"),
    "/write/": ("title", "source", "kind"),
    "/write/{draft}/save/": ("title", "source", "version", "tags", "submission"),
    "/write/preview/": ("source", "title"),
    "/series/": ("title", "description"),
    "/language/": ("language", "next"),
    "/theme/": ("theme", "next"),
    "/timezone/": ("time_zone", "next"),
    "/notifications/read/": ("upto", "pk"),
}


def filled(path: str, fuzzed) -> str:
    return path.format(note=fuzzed.note.pk, article=fuzzed.article.pk, draft=fuzzed.draft.pk)


@settings(FUZZ, max_examples=8)
@given(data=st.data())
@pytest.mark.behaviour("X-14")
@pytest.mark.parametrize("path", FORMS)
def test_any_text_in_any_field_is_answered(fuzzed, path, data):
    names = st.sampled_from(FORMS[path])
    values = data.draw(st.dictionaries(names, st.lists(text, min_size=1, max_size=2), max_size=5))
    body = "&".join(
        f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}"
        for name, held in values.items()
        for value in held
    )
    for visitor in ("member", "anonymous"):
        got = status_of(
            fuzzed, visitor, "POST", filled(path, fuzzed), data=body,
            content_type="application/x-www-form-urlencoded", HTTP_ORIGIN="http://testserver",
        )  # fmt: skip
        assert got < 500, body[:300]


UPLOADS = (
    *("/write/images/", "/settings/profile/", "/settings/import/", "/settings/archive/"),
    *("/api/v1/images/", "/api/v1/me/avatar/", "/api/v1/imports/"),
)
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"--x\r\n", b"--x--\r\n", b"--x", b"\r\n\r\n", b"\r\n", b"\n",
                b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n',
                b'Content-Disposition: form-data; name="upload"; filename="../../a\x00.zip"\r\n',
                b'Content-Disposition: form-data; name="avatar"; filename*=utf-8\'\'%ff%fe\r\n',
                b'Content-Disposition: form-data; name="alt"\r\n',
                b"Content-Disposition: form-data\r\n", b"Content-Disposition: x; name=\xff\r\n",
                b"Content-Type: image/png\r\n", b"Content-Transfer-Encoding: base64\r\n",
                b"Content-Type: text/plain; charset=\x00\r\n", b"====", b"\x89PNG\r\n\x1a\n",
                b"GIF89a\x01\x00\x01\x00", b"PK\x03\x04", b"<svg xmlns=x onload=alert(1)>",
                b"RIFF\xff\xff\xff\xffWEBPVP8 ", b"\xff\xd8\xff\xe0", b"%PDF-1.7", b"<?xml ?>",
            ]
        ),
        st.binary(max_size=40),
    ),
    max_size=14,
)  # fmt: skip


@FUZZ
@given(
    path=st.sampled_from((*UPLOADS, "/auth/login/")),
    pieces=PIECES,
    boundary=st.sampled_from(("x", "", "y" * 100, "\u00e9")),
)
@pytest.mark.behaviour("X-14")
def test_any_multipart_body_is_answered(fuzzed, path, pieces, boundary):
    got = status_of(
        fuzzed, "member", "POST", path, data=b"".join(pieces),
        content_type=f"multipart/form-data; boundary={boundary}",
    )  # fmt: skip
    assert got < 500


JSON_DOORS = (
    *("/write/preview/", "/write/merge/", "/write/compare/", "/write/new/"),
    *("/api/v1/posts/", "/api/v1/users/", "/api/v1/me/", "/api/v1/me/muted-terms/"),
    *("/api/v1/people/@minah/messages/", "/api/v1/webhooks/", "/api/v1/tokens/"),
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), text),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(("title", "source", "body", "text", "tags", "handle", "url", "name", "kind", "base", "own")),
            inner, max_size=4,
        ),
    ),
    max_leaves=10,
)  # fmt: skip


@FUZZ
@given(
    path=st.sampled_from(JSON_DOORS),
    value=anything,
    method=st.sampled_from(("POST", "PUT", "PATCH")),
)
@pytest.mark.behaviour("X-14")
def test_any_json_is_answered(fuzzed, path, value, method):
    body = json.dumps(value)
    token = {"HTTP_X_CSRFTOKEN": "x" * 32}
    got = status_of(
        fuzzed, "member", method, path, data=body, content_type="application/json", **token
    )
    assert got < 500


@FUZZ
@given(path=st.sampled_from(JSON_DOORS), body=st.binary(max_size=100))
@pytest.mark.behaviour("X-14")
def test_any_bytes_as_json_are_answered(fuzzed, path, body):
    assert (
        status_of(fuzzed, "member", "POST", path, data=body, content_type="application/json") < 500
    )


# What was written is shown --------------------------------------------------------------------------


class Dangers(HTMLParser):
    """Collects what would run or be loaded from elsewhere."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        if tag == "script" and not (held.get("src") or "").startswith("/") and held.get("type") not in {
            "application/json", "application/ld+json",
        }:  # fmt: skip
            self.found.append(f"inline <{tag} {held}>")
        if tag in {"iframe", "object", "embed", "base", "applet"}:
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            value = (value or "").strip().lower()
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.found.append(f"<{tag} {name}>")
            if name in {
                "href",
                "src",
                "action",
                "formaction",
                "poster",
                "data",
            } and value.startswith(("javascript:", "vbscript:", "data:text")):
                self.found.append(f"<{tag} {name}={value[:40]}>")
            if name in {"src", "srcset", "poster"} and value.startswith(("http:", "https:", "//")):
                self.found.append(f"<{tag} {name}={value[:60]}>")

    handle_startendtag = handle_starttag


SHOWN = (
    *("/@minah/", "/@minah/about/", "/@minah/notes/", "/@minah/popup/", "/explore/", "/search/?q=alert"),
    *("/messages/", "/messages/@minah/", "/settings/people/", "/settings/profile/", "/bookmarks/"),
    *("/drafts/", "/notifications/", "/settings/tokens/", "/", "/tags/"),
)  # fmt: skip


@pytest.mark.one_engine
@pytest.mark.behaviour("X-14", "X-07")
def test_no_text_of_a_person_runs_or_loads_anything_wherever_it_is_shown(fuzzed):
    from accounts.actions import change_profile, make_token
    from blog import actions
    from blog.tests.factories import make_article
    from social.actions import mute_term, send_message

    minah, junho = fuzzed.minah, fuzzed.junho
    # Newcomers may not write to everybody; here it is about what is written.
    type(junho).objects.update(trust_level=2, trust_given=2)
    junho.refresh_from_db()
    for attack in ATTACKS:
        line = attack.replace("\n", " ")
        with transaction.atomic():
            change_profile(minah, display_name=line[:40], bio=line[:200])
            change_profile(junho, display_name=line[-40:], bio=line[:200])
            article = make_article(minah, title=line[:150] or "글", source=attack)
            with suppress(DomainError):  # some show nothing at all
                actions.write_comment(article, actor=junho, source=attack)
            send_message(minah, actor=junho, text=line[:1900])
            mute_term(line[:30], kind="word", actor=junho) if line[:30].strip() else None
            make_token(junho, name=line[:40])
            shown = (*SHOWN, article.get_absolute_url(), f"/posts/{article.pk}/comments/")
            for path in shown:
                with zeal_ignore():
                    page = fuzzed.client("member").get(path)
                assert page.status_code in {200, 302}, (path, attack)
                reader = Dangers()
                reader.feed(page.content.decode())
                assert not reader.found, (path, attack, reader.found)
                assert "default-src 'self'" in page.headers["Content-Security-Policy"]
            for feed in ("/feed.atom", "/@minah/feed.rss", "/sitemap.xml", "/@minah/feed.atom"):
                body = Client().get(feed).content
                xml.sax.parse(BytesIO(body), xml.sax.ContentHandler())
            transaction.set_rollback(True)


def test_the_reader_of_pages_sees_what_runs():
    for markup in (
        "<script>x</script>", "<img src=x onerror=y>", '<a href=" JavaScript:x">', "<iframe>",
        '<img src="//e.example/x.png">', '<p style="x">', '<script src="https://e.example/x.js">',
    ):  # fmt: skip
        reader = Dangers()
        reader.feed(markup)
        assert reader.found, markup
    assert site.CONTENT_SECURITY_POLICY["DIRECTIVES"]["object-src"]
