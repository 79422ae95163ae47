"""Sending: signed so that a stranger's library agrees, tried again, given up, switched off."""

from datetime import timedelta

import pytest
import standardwebhooks
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.utils import timezone

from accounts.actions import set_state
from config import fetch
from config.draining import stopped_after
from social import actions, webhooks
from social.actions import webhook_deliveries
from social.models import Notification, Webhook, WebhookDelivery
from social.tests.webhooks.receiver import Answer

pytestmark = pytest.mark.django_db
State, Problem = WebhookDelivery.State, WebhookDelivery.Problem


def tell(minah, event="post.published", **data) -> WebhookDelivery:
    actions.tell_webhooks(minah, event, lambda: data or {"post": {"id": 7}}, actor=minah)
    return WebhookDelivery.objects.latest("pk")


def deliver(**later) -> int:
    """Let the worker look, after so much time."""
    with time_machine.travel(timezone.now() + timedelta(**later), tick=True):
        return actions.deliver_due_webhooks()


def verified(webhook, request):
    secret = webhooks.secret_of(webhook.salt)
    return standardwebhooks.Webhook(secret).verify(request.body, request.headers)


def test_a_message_arrives_signed_as_the_specification_says(minah, webhook, receiver):
    told = tell(minah, post={"id": 7, "title": "도커로 배포하기 🐳"})
    assert actions.deliver_due_webhooks() == 1
    (request,) = receiver.requests
    assert verified(webhook, request) == {
        "type": "post.published",
        "timestamp": request.data["timestamp"],
        "data": {"post": {"id": 7, "title": "도커로 배포하기 🐳"}},
    }
    assert request.id == told.message_id and request.id.startswith("msg_")
    assert request.headers["content-type"] == "application/json"
    told.refresh_from_db()
    assert (told.state, told.status_code, told.answer, told.attempts) == ("delivered", 200, "ok", 1)
    assert told.duration_ms is not None and told.next_attempt_at is None
    assert deliver(days=2) == 0 and len(receiver.requests) == 1


def test_a_changed_body_or_another_secret_is_not_verified(minah, webhook, receiver, stranger):
    tell(minah)
    deliver()
    (request,) = receiver.requests
    request.body += b" "
    with pytest.raises(standardwebhooks.webhooks.WebhookVerificationError):
        verified(webhook, request)
    other = actions.create_webhook(actor=stranger, url=receiver.url, events=["post.published"])
    request.body = request.body[:-1]
    verified(webhook, request)
    with pytest.raises(standardwebhooks.webhooks.WebhookVerificationError):
        verified(other, request)


def test_the_secret_is_not_in_the_database_and_depends_on_the_key_of_the_site(webhook, settings):
    secret = webhooks.secret_of(webhook.salt)
    assert secret.startswith("whsec_") and len(secret) == len("whsec_") + 44
    row = Webhook.objects.filter(pk=webhook.pk).values().get()
    assert secret.removeprefix("whsec_") not in str(row)
    settings.SECRET_KEY = "another site's"
    assert webhooks.secret_of(webhook.salt) != secret


def test_for_a_day_after_a_rotation_both_secrets_verify(minah, webhook, receiver):
    former = standardwebhooks.Webhook(webhooks.secret_of(webhook.salt))
    webhook = actions.rotate_webhook_secret(webhook, actor=minah)
    tell(minah)
    deliver()
    request = receiver.requests[-1]
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    assert former.verify(request.body, request.headers) == verified(webhook, request)
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        tell(minah)
        actions.deliver_due_webhooks()
        request = receiver.requests[-1]
        assert verified(webhook, request)
        with pytest.raises(standardwebhooks.webhooks.WebhookVerificationError):
            former.verify(request.body, request.headers)


def test_an_error_and_then_success_is_one_message_sent_twice(minah, webhook, receiver):
    receiver.answers = [Answer(500, "잠깐 쉬어요".encode()), Answer(204, b"")]
    told = tell(minah)
    assert deliver() == 0
    told.refresh_from_db()
    assert (told.state, told.status_code, told.problem) == ("pending", 500, Problem.STATUS)
    assert told.answer == "잠깐 쉬어요"
    webhook.refresh_from_db()
    assert webhook.failing_since is not None
    assert deliver() == 0 and len(receiver.requests) == 1  # not before its time
    assert deliver(seconds=7) == 1
    assert receiver.requests[0].id == receiver.requests[1].id
    assert receiver.requests[0].body == receiver.requests[1].body
    told.refresh_from_db()
    webhook.refresh_from_db()
    assert (told.state, told.attempts, told.problem) == ("delivered", 2, "")
    assert webhook.failing_since is None


def test_the_pauses_grow_as_the_specification_wants_and_end_after_ten_attempts(
    minah, webhook, receiver
):
    receiver.answers = [Answer(503)]
    told = tell(minah)
    pauses = []
    now = timezone.now()
    for _attempt in range(10):
        with time_machine.travel(now, tick=False):
            actions.deliver_due_webhooks()
        told.refresh_from_db()
        if told.next_attempt_at is not None:
            pauses.append((told.next_attempt_at - now).total_seconds())
            now = told.next_attempt_at + timedelta(minutes=5)  # and the webhook has rested
    wanted = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    assert all(least <= pause <= 1.2 * least for pause, least in zip(pauses, wanted, strict=True))
    assert (told.state, told.attempts, len(receiver.requests)) == (State.FAILED, 10, 10)


def test_pauses_differ_so_that_nobody_is_asked_by_all_at_once():
    assert len({webhook_deliveries.pause_after(3) for _ in range(10)}) > 1


def test_410_switches_the_webhook_off_and_its_owner_is_told(minah, webhook, receiver):
    receiver.answers = [Answer(410)]
    tell(minah)
    waiting = tell(minah, "post.deleted")
    WebhookDelivery.objects.filter(pk=waiting.pk).update(
        next_attempt_at=timezone.now() + timedelta(hours=1)
    )
    deliver()
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.disabled_reason) == (False, Webhook.Off.GONE)
    assert [one.state for one in webhook.deliveries.all()] == [State.FAILED] * 2
    assert actions.tell_webhooks(minah, "post.published", dict, actor=minah) == 0
    told = Notification.objects.get(person=minah)
    assert (told.kind, told.target_id) == ("webhook", webhook.pk)
    assert deliver(days=1) == 0 and len(receiver.requests) == 1


def test_a_webhook_that_fails_for_five_days_is_switched_off(minah, webhook, receiver):
    receiver.answers = [Answer(500)]
    tell(minah)
    deliver()
    with time_machine.travel(timezone.now() + timedelta(days=4, hours=23), tick=True):
        tell(minah)
        actions.deliver_due_webhooks()
        webhook.refresh_from_db()
        assert webhook.is_active
    with time_machine.travel(timezone.now() + timedelta(days=5, hours=1), tick=True):
        tell(minah)
        actions.deliver_due_webhooks()
        webhook.refresh_from_db()
        assert (webhook.is_active, webhook.disabled_reason) == (False, Webhook.Off.FAILING)
        assert Notification.objects.filter(person=minah, kind="webhook").count() == 1
        webhook = actions.change_webhook(webhook, actor=minah, is_active=True)
        assert (webhook.failing_since, webhook.disabled_reason) == (None, "")


@pytest.mark.behaviour("OP-54")
def test_a_redirect_is_not_followed(minah, webhook, receiver):
    receiver.answers = [Answer(302, b"", {"Location": "/elsewhere"})]
    told = tell(minah)
    deliver()
    told.refresh_from_db()
    assert (told.state, told.status_code, told.problem) == ("pending", 302, Problem.REDIRECT)
    assert [one.path for one in receiver.requests] == ["/hook"]


def test_a_slow_receiver_is_left_when_the_time_is_over(minah, webhook, receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "SECONDS", 0.4)
    receiver.answers = [Answer(waits=1.5), Answer()]
    told = tell(minah)
    deliver()
    told.refresh_from_db()
    assert (told.state, told.status_code, told.problem) == ("pending", None, Problem.TIMEOUT)
    assert 300 <= told.duration_ms < 1400
    assert deliver(seconds=10) == 1


def test_that_the_time_of_the_worker_is_over_is_no_failure_of_the_receiver(
    minah, webhook, receiver
):
    receiver.answers = [Answer(waits=1), Answer()]
    told = tell(minah)
    with pytest.raises(SoftTimeLimitExceeded), stopped_after(0.4):
        actions.deliver_due_webhooks()
    told.refresh_from_db()
    webhook.refresh_from_db()
    assert (told.state, told.attempts, told.problem) == ("pending", 0, "")
    assert webhook.failing_since is None
    assert actions.deliver_due_webhooks() == 1
    assert {one.id for one in receiver.requests} == {told.message_id}


def test_of_a_huge_answer_only_the_beginning_is_read(minah, webhook, receiver):
    receiver.answers = [Answer(200, "가".encode() * 2_000_000)]
    told = tell(minah)
    assert deliver() == 1
    told.refresh_from_db()
    assert told.answer == "가" * 500


def test_an_answer_that_drips_counts_by_its_status(minah, webhook, receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "SECONDS", 0.5)
    receiver.answers = [Answer(200, b"a" * 200, drips=0.05)]
    told = tell(minah)
    assert deliver() == 1
    told.refresh_from_db()
    assert told.state == "delivered" and 0 < len(told.answer) < 200 and told.duration_ms < 2000


def test_an_answer_of_any_bytes_can_be_stored(minah, webhook, receiver):
    receiver.answers = [Answer(500, b"\x00\xff\xfe\xed\xa0\x80 ok")]
    told = tell(minah)
    deliver()
    told.refresh_from_db()
    assert told.answer.endswith("ok") and "\x00" not in told.answer


def test_nobody_there_is_a_failure_like_any_other(minah, webhook, receiver):
    receiver.stop()
    told = tell(minah)
    deliver()
    told.refresh_from_db()
    assert (told.state, told.problem) == ("pending", Problem.UNREACHABLE)


def test_a_receiver_that_fails_does_not_keep_others_waiting(minah, stranger, webhook, receiver):
    slow = actions.create_webhook(
        actor=stranger, url=receiver.url.replace("hook", "slow"), events=["post.published"]
    )
    for _number in range(20):
        tell(stranger)
    Webhook.objects.filter(pk=slow.pk).update(url="http://127.0.0.1:9/")
    tell(minah)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert actions.deliver_due_webhooks() == 1
    assert [one.path for one in receiver.requests] == ["/hook"]
    # Only a few of the twenty were tried, and now it rests.
    assert slow.deliveries.filter(attempts=1).count() == webhook_deliveries.BATCH_OF_ONE_WEBHOOK
    assert WebhookDelivery.objects.due(now).count() == 0
    assert WebhookDelivery.objects.due(now + timedelta(seconds=4.5)).count() == 16


def test_a_second_run_leaves_the_work_to_the_first(minah, webhook, receiver):
    tell(minah)
    cache.set(webhook_deliveries.RUNNING_KEY, True, 60)
    assert deliver() == 0 and not receiver.requests
    cache.delete(webhook_deliveries.RUNNING_KEY)
    assert deliver() == 1


def test_two_workers_that_see_the_same_message_send_it_once(minah, webhook, receiver):
    tell(minah)
    first = webhook_deliveries._claim()
    assert len(first) == 1
    assert webhook_deliveries._claim() == []
    assert webhook_deliveries._deliver(first) == 1
    assert len(receiver.requests) == 1


def test_what_a_dead_worker_had_is_sent_by_the_next_under_the_same_id(minah, webhook, receiver):
    told = tell(minah)
    webhook_deliveries._claim()  # and it dies
    assert deliver(seconds=100) == 0
    assert deliver(seconds=130) == 1
    assert receiver.requests[0].id == told.message_id


def test_an_answer_that_comes_after_a_replay_changes_nothing(minah, webhook, receiver):
    told = tell(minah)
    batch = webhook_deliveries._claim()
    actions.replay_webhook_delivery(told, actor=minah)
    receiver.answers = [Answer(500), Answer()]
    webhook_deliveries._deliver(batch)
    told.refresh_from_db()
    assert (told.state, told.attempts, told.status_code) == ("pending", 0, None)


def test_a_message_can_be_replayed_under_its_id(minah, webhook, receiver):
    told = tell(minah)
    deliver()
    actions.replay_webhook_delivery(told, actor=minah)
    assert deliver() == 1
    assert [one.id for one in receiver.requests] == [told.message_id] * 2
    assert verified(webhook, receiver.requests[1])


def test_a_webhook_deleted_while_a_message_is_on_its_way_ends_it(minah, webhook, receiver):
    tell(minah)
    batch = webhook_deliveries._claim()
    actions.delete_webhook(webhook, actor=minah)
    assert webhook_deliveries._deliver(batch) == 0
    assert not WebhookDelivery.objects.exists()


def test_nothing_is_sent_for_somebody_who_is_suspended(minah, webhook, receiver, sora):
    tell(minah)
    set_state(minah, "suspended", actor=sora)
    minah.refresh_from_db()
    assert deliver() == 0 and not receiver.requests
    assert actions.tell_webhooks(minah, "post.published", dict, actor=minah) == 0


def test_the_log_is_kept_for_thirty_days_and_nothing_of_deleted_webhooks(minah, webhook):
    old, new = tell(minah), tell(minah)
    WebhookDelivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    lost = tell(minah)
    WebhookDelivery.objects.filter(pk=lost.pk).update(webhook=webhook.pk + 1000)
    assert actions.forget_old_webhook_deliveries() == 2
    assert list(WebhookDelivery.objects.all()) == [new]


# Never into our own network -----------------------------------------------------------------------


@pytest.fixture
def as_on_a_server(settings):
    settings.WEBHOOKS_TO_LOOPBACK = False


@pytest.fixture
def names(monkeypatch):
    """Let names resolve to what a test says."""
    known: dict[str, list[str]] = {}

    def resolve(host, port, *_rest, **_options):
        answer = known[host]
        found = answer.pop(0) if len(answer) > 1 else answer[0]
        return [(2, 1, 6, "", (found, port))]

    monkeypatch.setattr(fetch.socket, "getaddrinfo", resolve)
    return known


@pytest.mark.behaviour("OP-54")
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.7",
        "172.16.5.5",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_leads_into_a_private_network_gets_nothing(
    minah, webhook, receiver, as_on_a_server, names, address
):
    Webhook.objects.filter(pk=webhook.pk).update(url="https://receiver.example/hook")
    names["receiver.example"] = [address]
    told = tell(minah)
    deliver()
    told.refresh_from_db()
    assert (told.state, told.problem) == ("pending", Problem.NOT_PUBLIC)
    assert not receiver.requests


@pytest.mark.behaviour("OP-54")
def test_a_name_is_judged_anew_at_every_delivery(minah, webhook, receiver, as_on_a_server, names):
    """What was public when the webhook was made may lead inside by now."""
    Webhook.objects.filter(pk=webhook.pk).update(url="https://receiver.example/hook")
    names["receiver.example"] = ["127.0.0.1"]
    told = tell(minah)
    deliver()
    told.refresh_from_db()
    assert told.problem == Problem.NOT_PUBLIC


@pytest.mark.behaviour("OP-54")
def test_without_encryption_nothing_leaves_a_server(minah, webhook, receiver, as_on_a_server):
    told = tell(minah)
    deliver()
    told.refresh_from_db()
    assert told.problem == Problem.REFUSED
    assert not receiver.requests


def test_a_name_that_does_not_exist_is_told_as_such(minah, webhook, as_on_a_server):
    Webhook.objects.filter(pk=webhook.pk).update(url="https://receiver.invalid/hook")
    told = tell(minah)
    deliver()
    told.refresh_from_db()
    assert told.problem == Problem.UNKNOWN_NAME
