"""The pages of webhooks: their owner's alone, a secret shown once, everything by forms."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PASSWORD, make_person
from social import actions, webhooks
from social.actions.webhook_deliveries import _note_failure
from social.models import Webhook, WebhookDelivery

pytestmark = pytest.mark.django_db
LIST = "/settings/webhooks/"
URL = "https://receiver.example/마당"


def sign_in(person) -> Client:
    """Sign in with the password, which is a fresh proof."""
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    client = Client()
    client.post(reverse("account_login"), {"login": person.handle, "password": PASSWORD})
    return client


@pytest.fixture
def page(minah):
    return sign_in(minah)


@pytest.fixture
def webhook(minah):
    return actions.create_webhook(
        actor=minah, url=URL, events=["post.published"], description="봇 🤖"
    )


def path(webhook, act="") -> str:
    return f"{LIST}{webhook.pk}/{act}"


def form(**changes):
    return {"url": URL, "description": "", "events": ["post.published"]} | changes


def test_a_new_webhook_shows_its_secret_once(page, minah):
    answer = page.post(f"{LIST}new/", form(description="봇 🤖"))
    made = Webhook.objects.get(owner=minah)
    secret = webhooks.secret_of(made.salt)
    assert answer.status_code == 200 and secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    for again in (LIST, path(made), path(made, "change/"), path(made, "rotate/")):
        later = page.get(again)
        assert later.status_code == 200 and secret not in later.content.decode()
    # The button pressed twice makes nothing twice.
    again = page.post(f"{LIST}new/", form())
    assert again.status_code == 422 and Webhook.objects.count() == 1


@pytest.mark.parametrize("act", ["new/", "{pk}/change/", "{pk}/rotate/"])
def test_setting_up_and_secrets_ask_for_a_fresh_proof(as_user, minah, webhook, act):
    minah.set_password(PASSWORD)
    minah.save(update_fields=["password"])
    client = as_user(minah)  # without a proof that is known to the session
    address = LIST + act.format(pk=webhook.pk)
    for answer in (client.get(address), client.post(address, form(url=f"{URL}/2"))):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    webhook.refresh_from_db()
    assert Webhook.objects.get().url == URL and not webhook.former_salt


def test_a_new_secret_is_shown_once_too(page, webhook):
    assert page.get(path(webhook, "rotate/")).status_code == 200
    former = webhooks.secret_of(webhook.salt)
    text = page.post(path(webhook, "rotate/")).content.decode()
    webhook.refresh_from_db()
    assert webhooks.secret_of(webhook.salt) in text and former not in text


def test_a_reload_of_the_new_secret_does_not_end_the_former_one(page, webhook):
    form = {"submission": str(page.get(path(webhook, "rotate/")).context["submission"])}
    former = webhook.salt
    page.post(path(webhook, "rotate/"), form)
    again = page.post(path(webhook, "rotate/"), form)
    assert again["Location"] == path(webhook)
    webhook.refresh_from_db()
    assert webhook.former_salt == former


@pytest.mark.parametrize(
    "changes",
    [{"url": "없는 주소"}, {"events": []}, {"events": ["x"]}, {"description": "가" * 101}],
)
def test_what_does_not_do_comes_back_with_a_reason(page, changes):
    answer = page.post(f"{LIST}new/", form(**changes))
    assert answer.status_code == 422
    assert not Webhook.objects.exists()


def test_a_webhook_is_changed_and_switched_off(page, webhook):
    answer = page.post(path(webhook, "change/"), form(url=f"{URL}/2", events=["follow.created"]))
    assert answer["Location"] == path(webhook)
    webhook.refresh_from_db()
    assert (webhook.url, webhook.events, webhook.is_active) == (
        f"{URL}/2",
        ["follow.created"],
        False,
    )


def test_a_test_is_sent_by_a_button_and_stands_in_the_log(page, minah, webhook):
    answer = page.post(path(webhook, "test/"))
    assert answer["Location"] == f"{path(webhook)}#deliveries"
    sent = WebhookDelivery.objects.get()
    text = page.get(path(webhook)).content.decode()
    assert sent.message_id in text and "webhook.test" in text


def test_a_message_is_sent_again_by_a_button(page, webhook, minah):
    sent = actions.send_webhook_test(webhook, actor=minah)
    WebhookDelivery.objects.update(state="failed", next_attempt_at=None)
    answer = page.post(f"{LIST}deliveries/{sent.pk}/replay/")
    assert answer["Location"] == f"{path(webhook)}#deliveries"
    assert WebhookDelivery.objects.get().state == "pending"


def test_a_webhook_that_is_off_says_so_instead_of_sending(page, webhook, minah):
    actions.change_webhook(webhook, actor=minah, is_active=False)
    assert page.post(path(webhook, "test/"), follow=True).status_code == 200
    assert not WebhookDelivery.objects.exists()


def test_deleting_asks_first(page, webhook):
    assert page.get(path(webhook, "delete/")).status_code == 200
    assert Webhook.objects.exists()
    assert page.post(path(webhook, "delete/"))["Location"] == LIST
    assert not Webhook.objects.exists()


def test_nobody_else_finds_a_webhook_or_its_log(minah, junho, taeo, sora, webhook):
    sent = actions.send_webhook_test(webhook, actor=minah)
    for stranger in (junho, taeo, sora):
        client = sign_in(stranger)
        assert "봇 🤖" not in client.get(LIST).content.decode()
        for act in ("", "change/", "rotate/", "delete/"):
            assert client.get(path(webhook, act)).status_code == 404, act
        for act in ("change/", "rotate/", "delete/", "test/"):
            assert client.post(path(webhook, act), form()).status_code == 404, act
        assert client.post(f"{LIST}deliveries/{sent.pk}/replay/").status_code == 404
    webhook.refresh_from_db()
    assert not webhook.former_salt


def test_visitors_sign_in_first(client, webhook):
    for address in (LIST, f"{LIST}new/", path(webhook), path(webhook, "delete/")):
        assert client.get(address)["Location"].startswith(reverse("account_login"))


def test_only_forms_of_this_site_are_taken(minah, webhook):
    client = Client(enforce_csrf_checks=True)
    client.force_login(minah)
    assert client.post(path(webhook, "test/")).status_code == 403
    assert client.get(path(webhook, "test/")).status_code == 405


def test_what_a_receiver_answers_is_shown_as_text(page, minah, webhook):
    actions.send_webhook_test(webhook, actor=minah)
    WebhookDelivery.objects.update(answer="<script>alert(1)</script>", state="failed")
    text = page.get(path(webhook)).content.decode()
    assert "<script>alert(1)" not in text and "&lt;script&gt;alert(1)" in text


def test_the_pages_cost_the_same_however_long_the_log(page, minah, webhook):
    def cost(address) -> int:
        page.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert page.get(address).status_code == 200
        return len(asked)

    actions.send_webhook_test(webhook, actor=minah)
    before = [cost(LIST), cost(path(webhook))]
    for number in range(9):
        other = actions.create_webhook(actor=minah, url=f"{URL}/{number}", events=["post.deleted"])
        actions.send_webhook_test(other, actor=minah)
        actions.send_webhook_test(webhook, actor=minah)
    assert [cost(LIST), cost(path(webhook))] == before


def test_the_settings_lead_to_it(page):
    assert f'href="{LIST}"' in page.get("/settings/notifications/").content.decode()


def test_that_it_was_switched_off_is_told_with_the_reason(page, minah, webhook):
    _note_failure(webhook, timezone.now(), is_gone=True)
    text = page.get("/notifications/").content.decode()
    assert "봇 🤖" in text
    assert path(webhook) in text
    assert "410" in page.get(path(webhook)).content.decode()


def test_staff_see_webhooks_but_no_secret_and_change_nothing(client, webhook):
    sora = make_person("admin", "관리", is_staff=True, is_superuser=True)
    client.force_login(sora)
    assert URL in client.get("/admin/social/webhook/").content.decode()
    text = client.get(f"/admin/social/webhook/{webhook.pk}/change/").content.decode()
    assert webhook.salt not in text and webhooks.secret_of(webhook.salt) not in text
    assert client.post(f"/admin/social/webhook/{webhook.pk}/change/", {}).status_code == 403
    assert client.get("/admin/social/webhook/add/").status_code == 403
