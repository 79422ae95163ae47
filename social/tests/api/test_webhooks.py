"""Webhooks by programs: as on the pages, with the scope ``account``, and nobody else's."""

import pytest
import standardwebhooks
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import PASSWORD
from config.tests.api_client import api_client, matches_stored
from social import actions, webhooks
from social.models import Webhook, WebhookDelivery
from social.tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db
URL = "https://receiver.example/마당"
NEW = {"target_url": URL, "events": ["post.published"], "description": "봇 🤖"}


@pytest.fixture
def api(minah):
    return api_client(minah, scopes=["account"])


@pytest.fixture
def webhook(minah):
    return actions.create_webhook(
        actor=minah, url=URL, events=["post.published"], description="봇 🤖"
    )


@pytest.fixture
def delivery(minah, webhook):
    return actions.send_webhook_test(webhook, actor=minah)


def everything(webhook, delivery) -> list[tuple[str, str]]:
    own, one = f"webhooks/{webhook.pk}/", f"webhook-deliveries/{delivery.pk}/"
    return [
        ("get", own),
        ("patch", own),
        ("post", f"{own}rotate/"),
        ("post", f"{own}test/"),
        ("get", f"{own}deliveries/"),
        ("get", one),
        ("post", f"{one}replay/"),
        ("delete", own),
    ]


def test_a_webhook_is_made_and_its_secret_shown_in_that_answer_alone(api):
    made = api.post("webhooks/", NEW)
    webhook = Webhook.objects.get()
    assert made.status_code == 201
    assert made.headers["Location"] == made.json()["url"]
    assert made.json()["secret"] == webhooks.secret_of(webhook.salt)
    assert "no-store" in made.headers["Cache-Control"]
    for path in (made.json()["url"], "webhooks/"):
        again = api.get(path)
        assert again.status_code == 200 and "whsec_" not in again.content.decode()


def test_a_repeated_request_keeps_no_secret_and_makes_nothing_twice(api):
    from config.models import StoredAnswer

    first = api.post("webhooks/", NEW, headers={"Idempotency-Key": "one"})
    second = api.post("webhooks/", NEW, headers={"Idempotency-Key": "one"})
    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["code"] == "webhook_exists"
    assert not StoredAnswer.objects.exists()


def test_what_a_webhook_looks_like(api, webhook):
    matches_stored(api.get(f"webhooks/{webhook.pk}/"), "webhook")


def test_what_a_delivery_looks_like(api, delivery):
    assert api.get(f"webhook-deliveries/{delivery.pk}/").json()["message_id"].startswith("msg_")
    WebhookDelivery.objects.update(message_id="msg_1")
    matches_stored(api.get(f"webhook-deliveries/{delivery.pk}/"), "webhook_delivery")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"target_url": "http://receiver.example/"}, "target_url", "webhook_refused"),
        ({"target_url": "https://10.0.0.1/"}, "target_url", "webhook_refused"),
        ({"target_url": "https://[::ffff:127.0.0.1]/"}, "target_url", "webhook_refused"),
        ({"target_url": ""}, "target_url", "required"),
        ({"events": []}, "events", "required"),
        ({"events": ["post.liked"]}, "events", "webhook_refused"),
        ({"events": "post.published"}, "events", "not_a_list"),
        ({"description": "가" * 101}, "description", "webhook_refused"),
    ],
    ids=str,
)
def test_what_does_not_do_is_refused_by_field(api, settings, changes, field, code):
    settings.WEBHOOKS_TO_LOOPBACK = False
    answer = api.post("webhooks/", NEW | changes)
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
    assert not Webhook.objects.exists()


def test_a_webhook_is_changed_a_part_at_a_time(api, webhook):
    answer = api.patch(f"webhooks/{webhook.pk}/", {"events": ["follow.created"]})
    assert answer.status_code == 200 and answer.json()["events"] == ["follow.created"]
    assert answer.json()["target_url"] == URL
    off = api.patch(f"webhooks/{webhook.pk}/", {"is_active": False})
    assert off.json()["is_active"] is False and off.json()["disabled_at"]
    assert off.json()["disabled_reason"] is None
    assert api.post(f"webhooks/{webhook.pk}/test/").json()["code"] == "webhook_off"


def test_a_stale_change_is_refused(api, webhook):
    read = api.get(f"webhooks/{webhook.pk}/")
    api.patch(f"webhooks/{webhook.pk}/", {"description": "다른 봇"})
    late = {"If-Match": read.headers["ETag"]}
    path = f"webhooks/{webhook.pk}/"
    assert api.patch(path, {"description": "늦은 봇"}, headers=late).status_code == 412
    assert api.delete(path, headers=late).status_code == 412
    assert api.delete(path).status_code == 204 and not Webhook.objects.exists()


def test_a_test_is_sent_logged_and_replayed_for_a_real_receiver(
    api, minah, django_capture_on_commit_callbacks
):
    receiver = Receiver()
    try:
        made = api.post("webhooks/", NEW | {"target_url": receiver.url}).json()
        with django_capture_on_commit_callbacks(execute=True):
            sent = api.post(made["links"]["test"].removeprefix("http://testserver"))
        assert sent.status_code == 202 and sent.json()["state"] == "pending"
        (log,) = api.get(f"webhooks/{made['id']}/deliveries/").json()["results"]
        assert (log["state"], log["status_code"], log["answer"]) == ("delivered", 200, "ok")
        (request,) = receiver.requests
        said = standardwebhooks.Webhook(made["secret"]).verify(request.body, request.headers)
        assert said == log["payload"] and request.id == log["message_id"]
        with django_capture_on_commit_callbacks(execute=True):
            again = api.post(f"webhook-deliveries/{log['id']}/replay/")
        assert again.status_code == 202
        assert [one.id for one in receiver.requests] == [log["message_id"]] * 2
    finally:
        receiver.stop()


def test_a_rotated_secret_is_shown_once(api, webhook):
    former = webhooks.secret_of(webhook.salt)
    answer = api.post(f"webhooks/{webhook.pk}/rotate/")
    webhook.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json()["secret"] == webhooks.secret_of(webhook.salt) != former


def test_all_of_it_needs_a_token_with_the_scope(minah, webhook, delivery):
    narrow = api_client(minah, scopes=["read", "posts", "notifications"])
    for method, path in [
        ("get", "webhooks/"),
        ("post", "webhooks/"),
        *everything(webhook, delivery),
    ]:
        assert getattr(api_client(), method)(path).status_code == 401, path
        answer = getattr(narrow, method)(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), path
    assert Webhook.objects.filter(former_salt="").count() == 1


def test_nobody_else_finds_it(webhook, delivery, junho, taeo, sora):
    for stranger in (junho, taeo, sora):
        other = api_client(stranger)
        assert other.get("webhooks/").json()["results"] == []
        for method, path in everything(webhook, delivery):
            answer = getattr(other, method)(path)
            assert answer.status_code == 404, f"{method} {path}"
    webhook.refresh_from_db()
    assert not webhook.former_salt and WebhookDelivery.objects.count() == 1


def test_a_session_without_a_fresh_proof_makes_no_secret(as_user, minah, webhook):
    minah.set_password(PASSWORD)
    minah.save(update_fields=["password"])
    page = as_user(minah)
    ours = {"headers": {"Sec-Fetch-Site": "same-origin"}, "content_type": "application/json"}
    for path in ("/api/v1/webhooks/", f"/api/v1/webhooks/{webhook.pk}/rotate/"):
        answer = page.post(path, NEW | {"target_url": f"{URL}/2"}, **ours)
        assert (answer.status_code, answer.json()["code"]) == (403, "proof_required")
    changed = page.patch(f"/api/v1/webhooks/{webhook.pk}/", {"target_url": f"{URL}/2"}, **ours)
    assert changed.status_code == 403
    assert list(Webhook.objects.values_list("url", "former_salt")) == [(URL, "")]


def test_limits_are_those_of_the_pages(api, webhook):
    for number in range(webhooks.PER_PERSON - 1):
        assert api.post("webhooks/", NEW | {"target_url": f"{URL}/{number}"}).status_code == 201
    full = api.post("webhooks/", NEW | {"target_url": f"{URL}/more"})
    assert (full.status_code, full.json()["code"]) == (409, "too_many_webhooks")
    for _number in range(webhooks.TESTS_AN_HOUR):
        assert api.post(f"webhooks/{webhook.pk}/test/").status_code == 202
    late = api.post(f"webhooks/{webhook.pk}/test/")
    assert late.status_code == 429 and late.headers["Retry-After"]


def test_lists_cost_the_same_however_long(api, minah, webhook, delivery):
    from django.db import connection

    def cost(path) -> int:
        api.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert api.get(path).status_code == 200
        return len(asked)

    log = f"webhooks/{webhook.pk}/deliveries/"
    before = [cost("webhooks/"), cost(log)]
    for number in range(5):
        actions.create_webhook(actor=minah, url=f"{URL}/{number}", events=["post.deleted"])
        actions.send_webhook_test(webhook, actor=minah)
    assert [cost("webhooks/"), cost(log)] == before
    assert before[0] <= 2 and before[1] <= 3


def test_the_log_is_paged(api, minah, webhook):
    for _number in range(5):
        actions.send_webhook_test(webhook, actor=minah)
    first = api.get(f"webhooks/{webhook.pk}/deliveries/?page_size=2").json()
    second = api.get(first["next"]).json()
    ids = [one["id"] for one in first["results"] + second["results"]]
    assert len(set(ids)) == 4 and ids == sorted(ids, reverse=True)
