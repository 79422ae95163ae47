"""Setting a webhook up: only addresses that can be meant, not too many, each its owner's alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from accounts.actions import set_state
from accounts.exceptions import AccountInactive, EmailUnconfirmed
from accounts.tests.factories import make_unconfirmed_person
from config.exceptions import TooManyRequests
from social import actions, webhooks
from social.exceptions import TooManyWebhooks, WebhookOff, WebhookRefused, WebhookTwice
from social.models import Webhook, WebhookDelivery
from social.tests.at_once import at_once

URL = "https://receiver.example/마당?누구=나"


def make(person, url=URL, events=("post.published",), **options) -> Webhook:
    return actions.create_webhook(actor=person, url=url, events=events, **options)


@pytest.mark.django_db
def test_a_webhook_keeps_what_it_was_given(minah):
    made = make(
        minah, f"  {URL}#fragment ", ["comment.created", "post.deleted"], description="봇 🤖"
    )
    made.refresh_from_db()
    assert (made.url, made.description) == (URL, "봇 🤖")
    assert made.events == ["post.deleted", "comment.created"]
    assert made.is_active and made.salt and not made.former_salt


@pytest.mark.django_db
@pytest.mark.behaviour("OP-54")
@pytest.mark.parametrize(
    "url",
    [
        "",
        "receiver.example",
        "ftp://receiver.example/",
        "http://receiver.example/",
        "https://",
        "https://minah:secret@receiver.example/",
        "https://minah@receiver.example/",
        "https://localhost/",
        "https://api.localhost/",
        "https://127.0.0.1/",
        "https://10.0.0.1:8443/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:192.168.0.1]/",
        "https://[fe80::1]/",
        "https://printer.local/",
        "https://vault.internal/",
        "https://receiver.example:99999/",
        "https://receiver.example:0/",
        "https://receiver.example/" + "가" * 500,
        "javascript:alert(1)",
        "https://receiver.example/\nX-Injected: 1",
    ],
    ids=lambda url: url[:40].replace("\n", " ") or "nothing",
)
def test_an_address_that_cannot_be_meant_is_refused_at_once(minah, url, settings):
    settings.WEBHOOKS_TO_LOOPBACK = False
    with pytest.raises(WebhookRefused) as refused:
        make(minah, url)
    assert refused.value.field == "url"
    assert not Webhook.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "events", [[], ["post.liked"], ["post.published", "webhook.test"], ["*"]], ids=str
)
def test_unknown_events_are_refused(minah, events):
    with pytest.raises(WebhookRefused) as refused:
        make(minah, events=events)
    assert refused.value.field == "events"


@pytest.mark.django_db
def test_a_description_that_is_too_long_is_refused(minah):
    with pytest.raises(WebhookRefused, match="100"):
        make(minah, description="가" * 101)


@pytest.mark.django_db
def test_one_address_is_one_webhook_of_a_person(minah, junho):
    make(minah)
    with pytest.raises(WebhookTwice):
        make(minah)
    make(junho)
    other = make(minah, "https://receiver.example/2")
    with pytest.raises(WebhookTwice):
        actions.change_webhook(other, actor=minah, url=URL)


@pytest.mark.django_db
def test_a_person_has_ten_webhooks_at_most(minah):
    for number in range(10):
        make(minah, f"https://receiver.example/{number}")
    with pytest.raises(TooManyWebhooks):
        make(minah)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_ten_are_made(minah):
    def attempt(number):
        try:
            return make(minah, f"https://receiver.example/{number}")
        except TooManyWebhooks:
            return None

    answers = at_once([lambda n=number: attempt(n) for number in range(14)])
    assert sum(one is not None for one in answers) == 10 == Webhook.objects.count()
    connection.close()


@pytest.mark.django_db
def test_only_who_takes_part_sets_webhooks_up(minah, sora):
    with pytest.raises(EmailUnconfirmed):
        make(make_unconfirmed_person())
    set_state(minah, "suspended", actor=sora)
    minah.refresh_from_db()
    with pytest.raises(AccountInactive):
        make(minah)


@pytest.mark.django_db
def test_nobody_else_can_touch_a_webhook(minah, junho, sora):
    webhook = make(minah)
    told = actions.send_webhook_test(webhook, actor=minah)
    for stranger in (junho, sora):
        with pytest.raises(Webhook.DoesNotExist):
            actions.change_webhook(webhook, actor=stranger, url="https://receiver.example/mine")
        with pytest.raises(Webhook.DoesNotExist):
            actions.delete_webhook(webhook, actor=stranger)
        with pytest.raises(Webhook.DoesNotExist):
            actions.rotate_webhook_secret(webhook, actor=stranger)
        with pytest.raises(Webhook.DoesNotExist):
            actions.send_webhook_test(webhook, actor=stranger)
        with pytest.raises(WebhookDelivery.DoesNotExist):
            actions.replay_webhook_delivery(told, actor=stranger)
    webhook.refresh_from_db()
    assert webhook.url == URL


@pytest.mark.django_db
def test_switching_off_gives_up_what_waits_and_nothing_can_be_sent(minah):
    webhook = make(minah)
    told = actions.send_webhook_test(webhook, actor=minah)
    webhook = actions.change_webhook(webhook, actor=minah, is_active=False)
    told.refresh_from_db()
    assert (told.state, told.problem) == ("failed", WebhookDelivery.Problem.OFF)
    assert (webhook.is_active, webhook.disabled_reason) == (False, "")
    with pytest.raises(WebhookOff):
        actions.send_webhook_test(webhook, actor=minah)
    with pytest.raises(WebhookOff):
        actions.replay_webhook_delivery(told, actor=minah)
    actions.change_webhook(webhook, actor=minah, is_active=True)
    actions.replay_webhook_delivery(told, actor=minah)
    told.refresh_from_db()
    assert told.state == "pending"


@pytest.mark.django_db
def test_tests_changes_and_replays_are_limited_an_hour(minah):
    webhook = make(minah)
    for _number in range(webhooks.TESTS_AN_HOUR):
        told = actions.send_webhook_test(webhook, actor=minah)
    with pytest.raises(TooManyRequests):
        actions.send_webhook_test(webhook, actor=minah)
    for _number in range(webhooks.CHANGES_AN_HOUR - 1):
        actions.rotate_webhook_secret(webhook, actor=minah)
    with pytest.raises(TooManyRequests):
        make(minah, "https://receiver.example/2")
    for _number in range(webhooks.REPLAYS_AN_HOUR):
        actions.replay_webhook_delivery(told, actor=minah)
    with pytest.raises(TooManyRequests):
        actions.replay_webhook_delivery(told, actor=minah)


@pytest.mark.django_db
def test_deleting_takes_the_log_with_it(minah):
    webhook = make(minah)
    actions.send_webhook_test(webhook, actor=minah)
    actions.delete_webhook(webhook, actor=minah)
    assert not Webhook.objects.exists() and not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(("is_on", "status"), [(True, 1), (False, 0)], ids=["on", "off"])
def test_production_does_not_start_where_webhooks_may_reach_the_machine_itself(is_on, status):
    code = f"from config.settings import base; base.WEBHOOKS_TO_LOOPBACK = {is_on}; " + (
        "from config.settings import prod"
    )
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
        "SECRET_KEY": "k3y-of-a-real-server-0123456789-abcdefghijklmnopqrstuvwxyz-ABC",
        "ALLOWED_HOSTS": "madang.example",
        "SITE_URL": "https://madang.example",
    }
    started = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == status, started.stderr
    assert ("WEBHOOKS_TO_LOOPBACK" in started.stderr) is is_on
