"""Below a path (URL_PREFIX): every address that the site writes begins with it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import ROOT, Environment
from config.tests.sources import APPS
from config.url_prefix import below_prefix, without_prefix

pytestmark = pytest.mark.one_engine

HAND_WRITTEN = {
    "html": re.compile(
        r"(?:href|src|action|formaction|poster|data-hx-[a-z-]+|data-[a-z-]*url)=[\"']/(?!/)[^\"'{]*"
    ),
    "js": re.compile(
        r"(?:fetch|open|assign|replace|import|URL|Request|sendBeacon|EventSource)\(\s*[\"'`]/[^/*][^\"'`]*"
        r"|(?:\.href|location|\.src|\.action)\s*=\s*[\"'`]/[^\"'`]*"
    ),
    "css": re.compile(r"url\(\s*[\"']?/(?!/)[^)]*"),
    "py": re.compile(
        r"(?:redirect|HttpResponse\w*Redirect|absolute|site_link|build_absolute_uri|urljoin)\(\s*f?[\"']/[^\"']*"
        r"|SITE_URL\}/[^\"'}]+"
        r"|(?:_URL|_PATH|path|url|href|next|default)\s*[:=]+\s*f?\"/[a-z@{][^\"]*\""
    ),
}
"""Ending → addresses that somebody wrote instead of asking ``reverse``, ``static`` or the page."""

REASONS = {
    "blog/takeout/epub.py": "a name for ever of an EPUB (uuid5), which leads nowhere",
    "config/api/addresses.py": "the host alone is cut out of it",
    "config/cors.py": "compared with path_info, which has no prefix",
    "accounts/api/authentication.py": "compared with path_info, which has no prefix",
    "search/engines/opensearch.py": "paths on the server of OpenSearch",
}
"""File → why what stands there is no address of a page of ours."""


def written_by_hand(kind: str) -> list[str]:
    """Return each place in the code of the site where such an address stands."""
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob(f"*.{kind}")):
            inside = path.relative_to(ROOT)
            if {"tests", "vendor", "migrations"} & set(inside.parts) or str(inside) in REASONS:
                continue
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                found += [
                    f"{inside}:{number}: {match[0]}" for match in HAND_WRITTEN[kind].finditer(line)
                ]
    return found


@pytest.mark.guard
@pytest.mark.behaviour("OP-49")
@pytest.mark.parametrize("kind", HAND_WRITTEN)
def test_no_path_is_written_by_hand(kind):
    assert not written_by_hand(kind), "Ask reverse(), {% url %}, {% static %} or the page for it"


@pytest.mark.guard
@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("html", '<a href="/about/">'),
        ("html", "<form action='/write/'>"),
        ("html", '<button data-hx-post="/posts/1/like/">'),
        ("js", 'fetch("/theme/", {})'),
        ("js", "location.href = '/search/?q='"),
        ("css", 'src: url("/static/a.woff2")'),
        ("py", 'return redirect("/bookmarks/")'),
        ("py", 'url = f"{settings.SITE_URL}/@{handle}/"'),
        ("py", 'LOGIN_URL = "/auth/login/"'),
    ],
)
def test_the_guard_sees_a_path_that_is_written_by_hand(kind, line):
    assert HAND_WRITTEN[kind].search(line)


# The whole site ------------------------------------------------------------------------------------


def run_below(prefix: str, tables: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run tests in a process of its own whose site lies below ``prefix``."""
    left_out = {"DATABASE_URL", "REDIS_URL", "VAR_DIR", "DEBUG"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith(("PYTEST_", "COV_"))
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"]
    return subprocess.run(
        [*command, "--show-capture=no", "--tb=short", *arguments],
        cwd=ROOT,
        env=kept | {"URL_PREFIX": prefix, "MADANG_TEST_TABLES": str(tables)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.thorough
@pytest.mark.behaviour("OP-49")
def test_every_address_of_every_page_is_below_the_prefix(empty_database):
    """Links, forms, redirects, cookies, static files, feeds, API, robots, sitemap, mails."""
    done = run_below("/dev", empty_database, "config/tests/below_a_path.py")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 300


# Coming in ------------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-49")
@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/madang/@지민/글/", "/@지민/글/"),
        ("/madang/", "/"),
        ("/madang", "/"),
        ("/@지민/글/", "/@지민/글/"),
        ("/madang2/", "/madang2/"),
        ("/x/madang/", "/x/madang/"),
        ("/", "/"),
    ],
)
def test_an_address_means_the_same_with_the_prefix_and_without_it(path, inside):
    assert without_prefix(path, "/madang") == inside
    asked = []
    serve = below_prefix(lambda environ, _start: asked.append(environ["PATH_INFO"]), "/madang")
    serve({"PATH_INFO": path.encode().decode("latin-1")}, None)
    assert asked == [inside.encode().decode("latin-1")]


@pytest.mark.behaviour("OP-49")
def test_a_prefix_is_read_with_and_without_its_slashes():
    read = {text: Environment({"URL_PREFIX": text}).URL_PREFIX for text in ("dev", "/dev", "/dev/")}
    assert set(read.values()) == {"/dev"}
    assert Environment({"URL_PREFIX": "/a/b/"}).URL_PREFIX == "/a/b"
    assert Environment({"URL_PREFIX": "/"}).URL_PREFIX == ""


@pytest.mark.parametrize("text", ["/마당", "/a b", "/a//b", "https://a.example", "/a?b"])
def test_a_prefix_that_no_address_can_begin_with_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match="URL_PREFIX"):
        Environment({"URL_PREFIX": text})
