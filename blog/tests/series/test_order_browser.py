"""Ordering a series in a real browser: buttons, keyboard, dragging, and without scripts."""

import pytest

from accounts.tests.factories import make_person
from blog import actions
from blog.tests.factories import make_article
from blog.tests.test_browser import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]
TITLES = "[...document.querySelectorAll('[data-order] li')].map(row => row.dataset.title).join()"


@pytest.fixture
def series(transactional_db):
    minah = make_person("minah", "미나")
    series = actions.create_series("도커 이야기", actor=minah)
    for number in (1, 2, 3, 4):
        make_article(minah, f"{number}편", source="글.", series=series)
    return series


@pytest.fixture
def page(chromium_page, live_server, series):
    sign_in(chromium_page, live_server, series.author)
    chromium_page.goto(f"/write/series/{series.pk}/")
    return chromium_page


def stored(series) -> str:
    return ",".join(series.posts.order_by("series_position").values_list("title", flat=True))


def until(page, is_so) -> None:
    """Wait for something; wait_for_function() would need an eval() that our policy forbids."""
    for _time in range(200):
        if is_so():
            return
        page.wait_for_timeout(50)
    pytest.fail("It did not happen within ten seconds.")


def wait_for(page, series, order: str) -> None:
    until(page, lambda: page.evaluate(TITLES) == order)
    until(page, lambda: stored(series) == order)


@pytest.mark.behaviour("BL-45")
def test_buttons_and_keys_move_an_article_and_keep_the_focus(page, series):
    row = page.locator("[data-order] li", has_text="3편")
    row.locator("button[name=up]").click()
    wait_for(page, series, "1편,3편,2편,4편")
    until(page, lambda: page.evaluate("document.activeElement.name") == "up")
    status = page.locator("[data-order-status]")
    until(page, lambda: "3편" in status.text_content())
    assert "2" in status.text_content()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowDown")
    wait_for(page, series, "1편,2편,4편,3편")
    assert page.evaluate("document.activeElement.closest('li').dataset.title") == "3편"
    page.keyboard.press("Alt+ArrowDown")  # it is the last: nothing happens
    row.locator("button[name=first]").click()
    wait_for(page, series, "3편,1편,2편,4편")
    page.reload()
    assert page.evaluate(TITLES) == "3편,1편,2편,4편"


@pytest.mark.behaviour("BL-45")
def test_an_article_is_dragged_by_its_handle(page, series):
    grip = page.locator("[data-order] li", has_text="1편").locator("[data-grip]")
    target = page.locator("[data-order] li", has_text="3편").bounding_box()
    box = grip.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"], target["y"] + target["height"] - 2, steps=12)
    page.mouse.up()
    wait_for(page, series, "2편,3편,1편,4편")
    until(page, lambda: not page.locator(".order__item--moving").count())


def test_a_drag_that_is_given_up_changes_nothing(page, series):
    box = page.locator("[data-order] li", has_text="4편").locator("[data-grip]").bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"], box["y"] - 150, steps=8)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert page.evaluate(TITLES) == "1편,2편,3편,4편"
    assert stored(series) == "1편,2편,3편,4편"


def test_without_a_connection_it_says_so(page, series):
    page.route("**/order/", lambda route: route.abort())
    page.locator("[data-order] li", has_text="2편").locator("button[name=up]").click()
    problem = page.locator("[data-order-problem]")
    until(page, lambda: problem.text_content() != "")
    page.unroute("**/order/")
    page.locator("[data-order] li", has_text="4편").locator("button[name=first]").click()
    until(page, lambda: problem.text_content() == "")


@pytest.mark.behaviour("BL-45")
def test_without_scripts_the_same_buttons_work(chromium_browser, live_server, series):
    context = chromium_browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, series.author)
    page.goto(f"/write/series/{series.pk}/")
    assert not page.locator("[data-grip]").first.is_visible()
    page.locator("[data-order] li", has_text="4편").locator("button[name=up]").click()
    page.wait_for_url("**by=up**")
    assert stored(series) == "1편,2편,4편,3편"
    focused = page.locator("button:focus")
    assert focused.get_attribute("name") == "up"
    context.close()
