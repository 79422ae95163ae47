"""Badges and the list in a browser: they follow the news, in every tab, and cost little."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog.tests.test_browser import sign_in
from social import actions
from social.models import Notification
from social.tests.notices.tellings import mention_in_note

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = 10_000  # milliseconds between two questions


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나", language="en")


@pytest.fixture
def stranger(transactional_db):
    return make_person("stranger", "나그네")


STAGE = """
window.stage = { status: 503, isAway: false, asked: 0 };
Object.defineProperty(document, "hidden", { get: () => stage.isAway });
const ask = window.fetch;
window.fetch = (url, options) => {
  if (!String(url).includes("/poll/")) return ask(url, options);
  stage.asked += 1;
  return stage.status ? Promise.resolve(new Response("", stage)) : ask(url, options);
};
"""
"""Counts what poll.js asks, answers with ``status`` unless it is 0, and can put the tab away."""


def number(page):
    return page.locator(".site-header [data-badge=unread_notifications] [data-badge-number]")


def polls_of(page) -> list[int]:
    """Return a list that gets the status of every answer to this tab's questions."""
    statuses = []
    page.on(
        "response", lambda one: "/notifications/poll/" in one.url and statuses.append(one.status)
    )
    return statuses


@pytest.mark.behaviour("SO-23", "SO-27", "SO-30")
def test_of_two_tabs_one_asks_and_both_know(chromium_page, live_server, minah, stranger):
    one = chromium_page
    sign_in(one, live_server, minah)
    one.context.clock.install()
    one.goto("/explore/")
    expect(number(one)).to_be_hidden()
    two = one.context.new_page()
    two.goto("/explore/")
    asked_by_two = polls_of(two)
    told = mention_in_note(minah, stranger)
    with one.expect_response("**/notifications/poll/**"):
        one.clock.run_for(EVERY)
    for page in (one, two):
        expect(number(page)).to_have_text("1")
        link = page.locator(".site-header [data-badge=unread_notifications]")
        expect(link).to_have_accessible_name("Notifications: 1 unread")
    expect(one.locator("#news")).to_have_text("Notifications: 1 unread")
    assert asked_by_two == []
    # Read elsewhere: gone in both. The tab that led is closed: the other one goes on.
    actions.mark_read(minah, Notification.objects.filter(pk=told.pk))
    one.close()
    two.clock.run_for(EVERY)
    expect(number(two)).to_be_hidden()
    assert asked_by_two == [200]


@pytest.mark.behaviour("SO-30")
def test_it_asks_while_it_is_seen_less_often_while_nobody_answers_and_never_after_401(
    chromium_page, live_server, minah, stranger
):
    page = chromium_page
    sign_in(page, live_server, minah)
    page.add_init_script(STAGE)
    page.clock.install()
    page.goto("/explore/")
    page.wait_for_function("navigator.locks.query().then((all) => all.held.length === 1)")

    def wait(seconds: int) -> int:
        """Let time pass in steps that answers can keep up with; return how often it asked."""
        before = page.evaluate("stage.asked")
        for _step in range(seconds // 5):
            page.clock.run_for(5000)
        return page.evaluate("stage.asked") - before

    assert wait(15) == 1
    assert wait(10) == 0  # 20 s after the first that failed
    assert wait(10) == 1
    assert wait(30) == 0  # and 40 s after the second
    assert wait(15) == 1
    page.evaluate("stage.isAway = true; document.dispatchEvent(new Event('visibilitychange'))")
    assert wait(60) == 0
    mention_in_note(minah, stranger)
    page.evaluate("stage.status = 0; stage.isAway = false")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(number(page)).to_have_text("1")
    page.evaluate("stage.status = 401")
    assert wait(15) == 1
    assert wait(60) == 0
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert wait(15) == 0


@pytest.mark.behaviour("SO-25", "SO-27")
def test_going_where_it_leads_marks_it_and_the_check_mark_does_so_in_place(
    chromium_page, live_server, minah, stranger
):
    page = chromium_page
    sign_in(page, live_server, minah)
    told = [mention_in_note(minah, stranger) for _time in range(3)]
    page.goto("/notifications/")
    expect(page.locator(".told--unread")).to_have_count(3)
    page.locator(f"#read-{told[1].pk}").click()
    expect(page.locator(".told--unread")).to_have_count(2)
    expect(number(page)).to_have_text("2")
    expect(page.locator(f"#notification-{told[1].pk} [data-told]")).to_be_focused()
    with page.expect_response("**/notifications/read/"):
        page.locator(f"#notification-{told[0].pk} [data-told]").click()
    page.wait_for_url("**/notes/**")
    page.goto("/notifications/")
    expect(page.locator(".told--unread")).to_have_count(1)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".told--unread")).to_have_count(0)
    expect(number(page)).to_be_hidden()
    assert not Notification.objects.filter(person=minah, read_at=None).exists()
