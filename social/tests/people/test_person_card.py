"""The card over a name, in a browser: pointer, keyboard and touch (UX-13 to UX-15)."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog.tests.factories import make_article
from blog.tests.test_browser import sign_in
from social.models import Follow

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 1000  # milliseconds


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나", bio="커피와 개발")


@pytest.fixture
def junho(minah):
    return make_person("junho", "준호", language="ko")


def cards_asked(page) -> list[str]:
    """Return a list that gets the address of every card that is asked for."""
    asked = []
    page.on("request", lambda one: one.url.endswith("/popup/") and asked.append(one.url))
    return asked


def open_explore(page) -> None:
    page.clock.install()
    page.goto("/explore/")
    # Installed alone it goes on by itself, and a busy machine takes longer than the test says.
    shown = page.evaluate("Date.now()")
    page.clock.pause_at(datetime.fromtimestamp(shown / 1000 + 10, UTC))
    page.mouse.move(2, 2)


@pytest.mark.behaviour("UX-13", "UX-14")
def test_the_pointer_opens_it_keeps_it_and_closes_it(chromium_page, live_server, minah, junho):
    make_article(minah, "도커로 배포하기")
    page = chromium_page
    sign_in(page, live_server, junho)
    asked = cards_asked(page)
    open_explore(page)
    name = page.locator(".post-card [data-person=minah]").first
    card = page.locator(".person-card")

    # Leaving before the second is over cancels: nothing is asked.
    name.hover()
    page.clock.run_for(WAIT - 100)
    page.mouse.move(2, 2)
    page.clock.run_for(WAIT)
    assert asked == []
    # Coming back begins anew.
    name.hover()
    page.clock.run_for(WAIT - 100)
    page.mouse.move(2, 2)
    name.hover()
    page.clock.run_for(WAIT - 100)
    page.mouse.move(2, 2)
    assert asked == []

    # Leaving while it loads aborts it.
    page.route("**/popup/", lambda route: None)
    with page.expect_event("requestfailed", lambda one: one.url.endswith("/popup/")):
        with page.expect_request("**/popup/"):
            name.hover()
            page.clock.run_for(WAIT)
        page.mouse.move(2, 2)
    page.unroute("**/popup/")
    expect(card).to_have_count(0)

    name.hover()
    page.clock.run_for(WAIT)
    expect(card.get_by_text("커피와 개발")).to_be_visible()
    box, place = name.bounding_box(), card.bounding_box()
    assert abs(place["y"] - box["y"] - box["height"]) < 4
    page.clock.run_for(100)
    expect(page.locator("p[role=status].unseen")).to_contain_text("미나")
    # It stays while the pointer is over it, and its button works in place.
    card.get_by_role("button").click()
    expect(card.locator("form[action='/@minah/unfollow/']")).to_be_visible()
    page.clock.run_for(WAIT)
    expect(card).to_be_visible()
    assert Follow.objects.filter(follower=junho, followed=minah).exists()
    assert page.url.endswith("/explore/")
    page.mouse.move(2, 2)
    page.clock.run_for(WAIT)
    expect(card).to_have_count(0)

    name.hover()
    page.clock.run_for(WAIT)
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    # The link itself still works.
    name.click()
    page.wait_for_url("**/@minah/")


@pytest.mark.behaviour("UX-15")
def test_the_keyboard_opens_it_goes_in_and_out(chromium_page, minah, junho):
    make_article(minah, "도커로 배포하기")
    page = chromium_page
    open_explore(page)
    card = page.locator(".person-card")
    name = page.locator(".post-card [data-person=minah]").first
    page.locator(".post-card__title a").first.focus()
    page.keyboard.press("Tab")
    expect(name).to_be_focused()
    page.clock.run_for(WAIT)
    expect(card).to_be_visible()
    # Signed out it offers the way to sign in, and never the page itself.
    expect(card.locator("input[name=password]")).to_have_count(0)
    expect(card.get_by_role("link", name=re.compile("팔로우|follow", re.I))).to_be_visible()
    page.keyboard.press("Tab")
    expect(card.locator(".popup__name")).to_be_focused()
    page.clock.run_for(WAIT)
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(name).to_be_focused()
    # An error leaves just the link.
    page.route("**/popup/", lambda route: route.fulfill(status=500, body="<p>broken</p>"))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    with page.expect_response("**/popup/"):
        page.clock.run_for(WAIT)
    expect(card).to_have_count(0)


@pytest.mark.behaviour("UX-15")
def test_touch_goes_to_the_profile(chromium_browser, live_server, minah):
    make_article(minah, "도커로 배포하기")
    context = chromium_browser.new_context(
        base_url=live_server.url, has_touch=True, viewport={"width": 390, "height": 800}
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    try:
        asked = cards_asked(page)
        page.goto("/explore/")
        page.locator(".post-card [data-person=minah]").first.tap()
        page.wait_for_url("**/@minah/")
        assert asked == []
    finally:
        context.close()
