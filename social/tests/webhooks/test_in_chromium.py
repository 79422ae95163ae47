"""A member sets a webhook up in a browser, copies the secret, tries it and reads the log."""

import pytest
import standardwebhooks
from django.urls import reverse
from playwright.sync_api import expect

from accounts.tests.factories import PASSWORD, make_person
from social.models import Webhook, WebhookDelivery
from social.tests.webhooks.receiver import Answer

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 360, "height": 740}


def fits(page) -> bool:
    """Return whether nothing is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_whole_way_from_a_new_webhook_to_its_log(chromium_page, receiver):
    page = chromium_page
    make_person("minah", "미나", password=PASSWORD, language="en")
    page.goto(f"{reverse('account_login')}?next=/settings/webhooks/")
    page.fill("[name=login]", "minah")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.get_by_role("link", name="New webhook").click()
    page.fill("[name=url]", f"{receiver.url}?{'a' * 300}")
    page.get_by_role("button", name="Set up").click()
    secret = page.locator(".code-block--secret code").inner_text()
    page.set_viewport_size(PHONE)
    assert fits(page)
    page.get_by_role("link", name="I have copied it").click()
    receiver.answers = [Answer(500, "<b>나중에</b>".encode()), Answer()]
    page.get_by_role("button", name="Send a test").click()
    log = page.locator("#deliveries li")
    expect(log).to_have_count(1)
    expect(log).to_contain_text("HTTP 500")
    log.locator("summary").click()
    expect(log).to_contain_text("<b>나중에</b>")
    assert fits(page)
    for path in ("", "rotate/", "delete/", "change/"):
        page.goto(f"/settings/webhooks/{Webhook.objects.get().pk}/{path}")
        assert fits(page), path
    page.goto("/settings/webhooks/")
    assert fits(page)
    page.locator(".line-list a").click()
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#deliveries li")).to_contain_text("HTTP 200")
    first, second = receiver.requests
    assert first.id == second.id == WebhookDelivery.objects.get().message_id
    standardwebhooks.Webhook(secret).verify(second.body, second.headers)
