"""The button that says what is new: it moves nothing, and pressed it brings the posts in place."""

import pytest
from playwright.sync_api import expect

from blog.tests.factories import make_note
from blog.tests.test_browser import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_new_posts_are_told_and_brought_without_moving_the_list(
    chromium_page, live_server, minah, junho
):
    page = chromium_page
    for number in range(3):
        make_note(minah, f"옛 글 {number}")
    sign_in(page, live_server, junho)
    page.clock.install()
    page.goto("/")
    timeline, button = page.locator("#timeline"), page.locator("[data-timeline-news] a")
    top = timeline.bounding_box()["y"]
    expect(button).to_have_count(0)
    for number in range(2):
        make_note(minah, f"새 글 {number}")
    page.clock.fast_forward(61_000)
    expect(button).to_contain_text("2")
    assert timeline.bounding_box()["y"] == top
    expect(timeline.locator("[data-item]")).to_have_count(3)
    button.click()
    expect(timeline.locator("[data-item]")).to_have_count(5)
    expect(timeline.locator("[data-item]").first).to_contain_text("새 글 1")
    expect(button).to_have_count(0)
    expect(timeline).to_be_focused()
    # From now on it counts from the newest that is shown.
    make_note(minah, "더 새 글")
    page.clock.fast_forward(61_000)
    expect(button).to_contain_text("1")
