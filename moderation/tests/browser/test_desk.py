"""The desk in a real browser: by keyboard, also while Hangul is on, and back again."""

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from blog.actions import write_comment
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_note, make_person
from config.tests.world import signed_in
from moderation.models import Case, Decision
from moderation.tests.factories import make_moderator, make_report

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "광고 링크를 빼고 다시 올려 주세요."


@pytest.fixture
def roles(transactional_db):
    """Tables are emptied after each of these tests, and the groups with them."""
    from moderation.roles import settle_roles

    settle_roles()


@pytest.fixture
def sora(roles):
    return make_moderator()


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


@pytest.fixture
def junho(transactional_db):
    return make_person("junho", "준호")


def enter(page, person, server) -> None:
    """Sign ``person`` in without the form."""
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(person), "url": server.url}]
    )


def press_hangul(page, code: str, key: str) -> None:
    """Press a key as a Korean keyboard sends it: the letter is Hangul, the place is the same."""
    page.evaluate(
        """([code, key]) => document.activeElement.dispatchEvent(
          new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true }))""",
        [code, key],
    )


@pytest.mark.behaviour("AD-04", "UX-22", "SO-40", "SO-41")
def test_from_a_report_to_a_hold_by_keyboard_and_back(
    chromium_page, live_server, minah, junho, sora
):
    page, post = chromium_page, make_article(minah, "최저가 김밥")
    enter(page, junho, live_server)
    page.goto(reverse("social:report", args=["post", post.pk]))
    page.locator("input[name=category][value=spam], select[name=category]").first.wait_for()
    if page.locator("select[name=category]").count():
        page.locator("select[name=category]").select_option("spam")
    else:
        page.locator("input[name=category][value=spam]").check()
    with page.expect_navigation():
        page.locator("main form[method=post] button[type=submit]").click()
    assert Case.objects.get().has_reports

    enter(page, sora, live_server)
    page.goto(reverse("admin:moderation_case_changelist"))
    page.keyboard.press("j")
    expect(page.locator("[data-item-link]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1.desk-title")).to_have_text("최저가 김밥")
    page.keyboard.press("h")
    reason = page.locator("#id_text")
    expect(reason).to_be_focused()
    assert not Decision.objects.exists()
    # In a field letters are letters.
    page.keyboard.type("dhju")
    expect(reason).to_have_value("dhju")
    reason.fill(REASON)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".desk-done")).to_be_visible()
    post.refresh_from_db()
    assert post.status == Post.Status.HELD
    decision = Decision.objects.get()
    assert (decision.kind, decision.category, decision.text) == ("hold", "spam", REASON)

    enter(page, minah, live_server)
    page.goto(reverse("moderation:decision", args=[decision.pk]))
    expect(page.locator("main")).to_contain_text(REASON)

    enter(page, sora, live_server)
    page.goto(reverse("admin:moderation_case_open", args=["post", post.pk]))
    page.keyboard.press("u")
    expect(page.locator(".messagelist .success")).to_be_visible()
    post.refresh_from_db()
    assert post.status == Post.Status.PUBLISHED


@pytest.mark.behaviour("UX-22")
def test_keys_go_by_their_place_and_never_while_a_syllable_is_composed(
    chromium_page, live_server, minah, junho, sora
):
    page = chromium_page
    for number in range(2):
        said = write_comment(make_note(minah), actor=minah, source=f"말 {number}")
        make_report(junho, "comment", said.pk, category="abuse")
    enter(page, sora, live_server)
    page.goto(reverse("admin:moderation_case_changelist"))
    links = page.locator("[data-item-link]")
    press_hangul(page, "KeyJ", "ㅓ")
    expect(links.nth(0)).to_be_focused()
    press_hangul(page, "KeyJ", "ㅓ")
    expect(links.nth(1)).to_be_focused()
    press_hangul(page, "KeyK", "ㅏ")
    expect(links.nth(0)).to_be_focused()
    page.evaluate(
        """document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
        { code: "KeyJ", key: "ㅓ", isComposing: true, bubbles: true }))"""
    )
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("Shift+Slash")
    expect(page.locator("#desk-keys")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.locator("#desk-keys")).to_be_hidden()
    with page.expect_navigation():
        links.nth(0).click()
    with page.expect_navigation():
        press_hangul(page, "KeyD", "ㅇ")
    expect(page.locator(".desk-done")).to_be_visible()
    assert Decision.objects.get().kind == "dismiss"
    # The next case is there at once, and the last decision can be taken back from it.
    expect(page.locator("h1.desk-title")).to_have_text("말 1")
    with page.expect_navigation():
        press_hangul(page, "KeyU", "ㅕ")
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Decision.objects.get().is_undone
    assert not Comment.objects.exclude(status="published").exists()
