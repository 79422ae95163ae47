"""The box in a real browser, with the input method that Korean is typed with."""

import json
import re

import pytest
from playwright.sync_api import expect

from accounts.tests.cast import *  # noqa: F403
from blog.tests.editor.conftest import Typist
from blog.tests.factories import make_article
from search.actions import drain_outbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.behaviour("SE-15")]


@pytest.fixture
def tab(chromium_page, minah):
    """A visitor's tab where there is something to find."""
    make_article(minah, "데이터베이스 고르기", source="데이터베이스를 고르는 법.", tags=["데이터"])
    drain_outbox()
    return chromium_page


def test_suggestions_come_in_mid_syllable_and_enter_then_sends_nothing(tab):
    tab.goto("/explore/")
    box = tab.locator("#site-search")
    tab.keyboard.press("/")
    expect(box).to_be_focused()
    typist = Typist(tab)
    typist.commit("데이터")
    typist.compose("ㅂ", "베", "벵")
    options = tab.get_by_role("option")
    expect(options.first).to_contain_text("데이터베이스")
    expect(box).to_have_attribute("aria-expanded", "true")
    for key in ("ArrowDown", "Enter", "Escape"):
        typist.press_while_composing(key, key)
    tab.evaluate("document.getElementById('site-search-form').requestSubmit()")
    expect(tab).to_have_url(re.compile(r"/explore/$"))
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    expect(box).to_have_value("데이터벵")
    typist.commit("베")
    tab.keyboard.press("ArrowDown")
    expect(tab.locator("[role=option][aria-selected=true]")).to_have_count(1)
    tab.keyboard.press("Enter")
    expect(tab).to_have_url(re.compile(r"/search/\?q=%EB%8D%B0"))
    expect(tab.locator("h1")).to_contain_text("데이터베이스")
    expect(tab.locator("main mark").first).to_have_text("데이터베이스")


def test_late_answers_are_dropped_and_escape_closes(tab):
    held = []

    def answer(route):
        query = route.request.url.rpartition("=")[2]
        if query == "a":
            held.append(route)  # the first answer comes last
            return
        line = {"label": f"word-{query}", "hint": "", "url": "/search/?q=x"}
        route.fulfill(content_type="application/json", body=json.dumps({"words": [line]}))

    tab.route("**/search/suggest/**", answer)
    tab.goto("/")
    box = tab.locator("#site-search")
    with tab.expect_request("**/suggest/?q=a"):
        box.press_sequentially("a")
    box.press_sequentially("b")
    expect(tab.get_by_role("option")).to_have_text(["word-ab"])
    for route in held:
        route.abort()
    expect(tab.get_by_role("option")).to_have_text(["word-ab"])
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_value("ab")
    tab.keyboard.press("ArrowDown")
    expect(tab.get_by_role("option")).to_have_text(["word-ab"])
    tab.locator("h1").click()
    expect(tab.get_by_role("listbox")).to_have_count(0)


@pytest.mark.behaviour("SE-02", "UX-08")
def test_on_a_phone_the_bar_leads_to_the_box_and_a_tap_follows(tab, chromium_browser, live_server):
    phone = chromium_browser.new_context(
        base_url=live_server.url,
        locale="ko-KR",
        viewport={"width": 320, "height": 640},
        has_touch=True,
        is_mobile=True,
    )
    page = phone.new_page()
    page.goto("/")
    page.locator(".bottom-bar a[href='/search/']").tap()
    box = page.locator("#site-search")
    expect(box).to_be_focused()
    box.press_sequentially("미나")
    page.get_by_role("option").filter(has_text="@minah").tap()
    expect(page).to_have_url(re.compile(r"/@minah/$"))
    page.goto("/search/?q=" + "ㅋ" * 200)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    phone.close()


@pytest.mark.behaviour("UX-16", "SE-07")
def test_without_scripts_everything_is_searched_and_filtered(tab, chromium_browser, live_server):
    plain = chromium_browser.new_context(
        base_url=live_server.url, locale="ko-KR", java_script_enabled=False
    )
    page = plain.new_page()
    page.goto("/explore/")
    page.locator("#site-search").fill("데이터베이스")
    page.keyboard.press("Enter")
    expect(page.locator(".post-card")).to_have_count(1)
    page.locator("#search-scope").select_option("tag")
    page.locator(".site-search__button").click()
    expect(page).to_have_url(re.compile(r"[?&]in=tag"))
    expect(page.locator("#nothing")).to_be_visible()
    page.locator("#search-scope").select_option("title")
    page.locator(".search-filters summary").click()
    page.locator("[name=kind]").select_option("article")
    page.locator(".search-filters button").click()
    expect(page).to_have_url(re.compile(r"[?&]kind=article"))
    expect(page.locator(".post-card")).to_have_count(1)
    expect(page.locator(".search-chosen a")).to_have_count(1)
    plain.close()
