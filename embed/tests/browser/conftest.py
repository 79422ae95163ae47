"""Readers, members and owners in a real Chromium, on pages of another origin than ours."""

from collections.abc import Callable

import pytest
from django.conf import settings as site_settings
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from config.tests.world import signed_in
from conftest import BROWSER_TIMEOUT
from embed.actions import register_site
from embed.tests.browser.hosts import HostSite

expect.set_options(timeout=BROWSER_TIMEOUT)

WIDE = {"width": 1280, "height": 900}


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


@pytest.fixture
def junho(transactional_db):
    return make_person("junho", "준호")


@pytest.fixture
def host(live_server):
    """A site elsewhere that nobody has registered."""
    host = HostSite(live_server.url)
    yield host
    host.stop()


@pytest.fixture
def stranger(live_server):
    """Another one, at another origin."""
    host = HostSite(live_server.url)
    yield host
    host.stop()


@pytest.fixture
def site(host, minah):
    """미나's site: ``host`` may show what is said on it."""
    site = register_site(actor=minah, name="강가의 기록", origins=[host.origin])
    host.site = site.key
    return site


@pytest.fixture
def visit(chromium_browser, live_server, settings) -> Callable:
    """Return a function that opens a tab for one more person, with cookies of their own.

    The test fails if a page complains: an exception, its content security policy, or a request
    to another place than the page's own origin and ours; or if anything is stored about a reader.
    """
    settings.EMBED_CHALLENGE_BITS = 12
    contexts, complaints = [], []

    def note_console(message) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(f"policy: {message.text}")

    def open_tab(person=None, *, at=(), **options):
        options = {"locale": "ko-KR", "timezone_id": "Asia/Seoul", "viewport": WIDE} | options
        context = chromium_browser.new_context(**options)
        context.set_default_timeout(BROWSER_TIMEOUT)
        contexts.append(context)
        if person is not None:
            cookie = {"name": site_settings.SESSION_COOKIE_NAME, "value": signed_in(person)}
            context.add_cookies([cookie | {"url": live_server.url}])
        own = [live_server.url, *at]

        def note_request(request) -> None:
            if not any(request.url.startswith(f"{origin}/") for origin in own):
                complaints.append(f"foreign request: {request.url}")

        context.on("request", note_request)
        context.on("console", note_console)
        context.on("weberror", lambda error: complaints.append(f"exception: {error.error}"))
        return context.new_page()

    yield open_tab
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def read(visit, host, site) -> Callable:
    """Return a function that opens a page of ``host`` for one more person, and the part on it."""

    def open_page(person=None, address: str = "", **options):
        tab = visit(person, at=[host.origin], **options)
        tab.goto(address or host.show())
        return tab

    return open_page
