"""Where to go next is only ever a place on this site."""

from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from django.http import QueryDict
from hypothesis import example, given
from hypothesis import strategies as st

from config.redirects import is_safe_path, safe_next

pytestmark = pytest.mark.behaviour("AC-13")

SAFE = [
    "/",
    "/drafts/",
    "/@미나/도커로-배포하기/",
    "/@%EB%AF%B8%EB%82%98/",
    "/tags/c++/?page=2&q=a%20b",
    "/search/?q=https://example.com",
    "/write/3/#preview",
    "/a/b//c",
]
UNSAFE = [
    "",
    "drafts/",
    "https://example.com/",
    "HTTP://example.com",
    "javascript:alert(1)",
    "data:text/html,x",
    "//example.com/",
    "///example.com/",
    "/\\example.com",
    "\\\\example.com",
    "/%5Cexample.com",
    "/%255Cexample.com",
    "%2F%2Fexample.com",
    "/%2Fexample.com",
    "/%252Fexample.com",
    "/\t/example.com",
    "/\n/example.com",
    "/%09/example.com",
    "/%0d%0aSet-Cookie:x=1",
    "/%00",
    "/drafts/\r\nLocation: https://example.com",
    " /drafts/",
    "/ /example.com",
    "@example.com",
    ".example.com",
    "/" + "a" * 3000,
    "/%25252525252Fexample.com",
]


@pytest.mark.parametrize("path", SAFE)
def test_a_path_of_this_site_is_safe(path):
    assert is_safe_path(path)


@pytest.mark.parametrize("path", UNSAFE)
def test_what_may_leave_this_site_is_not_safe(path):
    assert not is_safe_path(path)


def as_a_browser_reads(path: str) -> str:
    """Return ``path`` as the URL standard prepares it: tabs and line ends vanish, ``\\`` is ``/``."""
    cleaned = "".join(letter for letter in path if letter not in "\t\r\n").strip(
        "".join(map(chr, range(0x21)))
    )
    return cleaned.replace("\\", "/")


TRICKY = st.text(alphabet="/\\%2F5Cc0d9aA:@.?#\t\r\n\x00 ehxtps가", max_size=40)


@given(TRICKY.map("/".__add__) | TRICKY | st.text(max_size=40))
@example("/%2f/example.com")
@example("/..//example.com")
@example("/.//example.com")
def test_a_safe_path_stays_however_it_is_read(path):
    if not is_safe_path(path):
        return
    base = "https://madang.example/write/"
    for _round in range(4):
        seen = as_a_browser_reads(path)
        assert urlsplit(urljoin(base, seen)).netloc == "madang.example"
        assert not seen.startswith("//")
        path = unquote(path)


@given(st.text(max_size=60))
def test_any_quoted_path_of_this_site_is_judged_without_failing(value):
    assert is_safe_path("/" + quote(value)) in {True, False}


def test_next_is_read_from_form_then_query(rf):
    request = rf.post("/auth/login/?next=/from-query/", {"next": "/from-form/"})
    assert safe_next(request) == "/from-form/"
    assert safe_next(rf.get("/auth/login/?next=/from-query/")) == "/from-query/"


@pytest.mark.parametrize("path", ["//example.com", "https://example.com", ""])
def test_an_unsafe_next_means_home(rf, path):
    request = rf.get("/auth/login/", {"next": path})
    assert safe_next(request) == "/"
    assert safe_next(request, default="/drafts/") == "/drafts/"


def test_a_repeated_next_is_judged_by_the_value_that_is_used(rf):
    request = rf.get("/auth/login/")
    request.GET = QueryDict("next=/safe/&next=//example.com")
    assert safe_next(request) == "/"
