"""What only a browser can show: the busy sign, the translation in its place, the second try."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_person
from blog import actions
from blog.actions import machine
from blog.models import MachineTranslation
from blog.tests.factories import make_note
from blog.tests.test_browser import sign_in
from blog.tests.translating.servers import said

pytestmark = pytest.mark.django_db(transaction=True)

ENGLISH = "A short note about good bread and butter."


@pytest.fixture
def minah(transactional_db):
    return make_person("minah", "미나")


@pytest.mark.behaviour("BL-66")
def test_the_button_becomes_a_busy_sign_and_then_the_translation(
    chromium_page, live_server, provider, minah
):
    make_note(minah, ENGLISH)
    make_note(minah, f"{ENGLISH} And tea.")
    provider.delay = 0.5
    provider.translate = lambda text, target: f"<b id=evil>{said(text, target)}</b>"
    sign_in(chromium_page, live_server, minah)
    chromium_page.goto("/explore/")
    card = chromium_page.locator(".post-card").first
    button = card.locator(".translate__button")
    button.click()
    expect(button.locator(".translate__busy")).to_be_visible()
    expect(card.get_by_role("status").locator(".translate__busy")).to_be_visible()
    expect(card.locator(".translate__idle")).to_be_hidden()
    text = card.locator(".translation__text")
    expect(text).to_have_text(f"<b id=evil>{said(f'{ENGLISH} And tea.', 'ko')}</b>")
    expect(button).to_have_count(0)
    expect(card.locator("summary.translation__head")).to_be_focused()
    expect(chromium_page.locator("#evil")).to_have_count(0)
    expect(chromium_page.locator(".translate__button")).to_have_count(1)
    chromium_page.keyboard.press("Enter")
    expect(text).to_be_hidden()
    expect(card.locator(".translation__show")).to_be_visible()


@pytest.mark.behaviour("BL-67", "BL-68")
def test_a_failure_offers_a_second_try_and_a_running_one_arrives_by_itself(
    chromium_page, live_server, provider, minah, monkeypatch
):
    monkeypatch.setattr(machine, "WAIT_SECONDS", 0.2)
    note = make_note(minah, "오늘은 김밥을 말았다.")
    comment = actions.write_comment(note, actor=minah, source=ENGLISH)
    provider.answer = (500, b"")
    sign_in(chromium_page, live_server, minah)
    chromium_page.goto(note.get_absolute_url())
    place = chromium_page.locator(f"#comment-{comment.pk}-said")
    place.locator(".translate__button").click()
    expect(place.get_by_role("alert")).to_be_visible()
    again = place.locator(".translate__button")
    expect(again).to_be_focused()
    expect(chromium_page.locator(".notice--error")).to_have_count(0)
    provider.answer = None
    again.click()
    expect(place.locator(".translation__text")).to_have_text(said(ENGLISH, "ko"))
    MachineTranslation.objects.update(state="running")
    chromium_page.reload()
    place.locator(".translate__button").click()
    expect(place.locator(".translate__wait")).to_be_visible()
    MachineTranslation.objects.update(state="done")
    expect(place.locator(".translation__text")).to_have_text(said(ENGLISH, "ko"))
    assert len(provider.asked) == 2
