"""A conversation in a browser: it goes on by itself, and what is being typed stays."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog.tests.test_browser import sign_in
from social import actions
from social.conversations import side_of
from social.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.behaviour("SO-15", "SO-19", "SO-23")
def test_an_open_conversation_goes_on_by_itself(chromium_page, live_server, transactional_db):
    minah, junho = make_person("minah", "미나", language="ko"), make_person("junho", "준호")
    for number in range(12):
        actions.send_message(minah, actor=junho, text=f"말 {number}")
    page = chromium_page
    sign_in(page, live_server, minah)
    with page.expect_response("**/read/") as answer:
        page.goto("/messages/@junho/")
    assert answer.value.json() == {"count": 0}
    assert side_of(minah, junho).unread_count == 0
    expect(page.locator(".icon-button[href='/messages/'] .icon-button__badge")).to_be_hidden()
    field = page.locator("#message-text")
    expect(field).to_be_in_viewport()

    # A message arrives while she types.
    field.fill("쓰고 있는 말")
    new = actions.send_message(minah, actor=junho, text="새로 온 말 https://example.com")
    with page.expect_response("**/read/"):
        page.evaluate(
            "document.dispatchEvent(new CustomEvent('madang:event',"
            " {detail: {name: 'unread_messages', data: {count: 1}}}))"
        )
    expect(page.locator(f"#message-{new.pk} .message__text a")).to_be_visible()
    expect(field).to_have_value("쓰고 있는 말")
    expect(field).to_be_in_viewport()
    assert side_of(minah, junho).unread_count == 0

    # Sent in place, twice, each once, without a reload.
    page.evaluate("window.isSamePage = true")
    field.press("Control+Enter")
    expect(page.locator(".message--own")).to_have_count(1)
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    field.fill("한 번 더")
    page.evaluate(
        """document.addEventListener("htmx:beforeSend", () => {
            document.getElementById("message-text").value += " 그사이";
        }, {once: true})"""
    )
    page.locator("#message-send").dblclick()
    expect(page.locator(".message--own")).to_have_count(2)
    expect(field).to_have_value(" 그사이")  # typed on while it was under way
    assert Message.objects.filter(sender=minah).count() == 2
    field.press("Control+Enter")
    expect(page.locator(".message--own")).to_have_count(3)
    expect(field).to_have_value("")
    assert page.evaluate("window.isSamePage")

    # Deleted in place.
    own = page.locator(".message--own").first
    own.locator("summary").click()
    own.locator("button").click()
    expect(page.locator(".message--deleted")).to_have_count(1)
    # Nothing that was sent is offered again.
    page.reload()
    expect(page.locator(".message")).to_have_count(16)
    expect(page.locator(".restore")).to_have_count(0)
    # What was refused is: it has not arrived.
    field.fill("가" * 2001)
    field.press("Control+Enter")
    expect(page.locator("#message-form [aria-invalid=true]")).to_be_visible()
    page.reload()
    expect(page.locator(".restore")).to_have_count(1)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
