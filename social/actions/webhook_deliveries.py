"""Sending what waits for webhooks: signed, tried again with growing pauses, switched off in the end.

A message is a row, so no queue can lose it. To send it is a lease, as with mails: ``next_attempt_at``
moves on before the receiver is asked, so no second worker sends it, and whoever dies leaves it to
the next run: it may come twice, always with the same id. Requests run beside each other in threads
that touch no database; one run at a time, so that slow receivers hold one place of the worker.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import NamedTuple

import httpx
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from config import fetch
from config.text import clean
from social import webhooks
from social.actions.notifications import notify
from social.actions.webhooks import switch_off
from social.models import Webhook, WebhookDelivery
from social.models.webhooks import ANSWER_MAX_LENGTH

log = structlog.get_logger(__name__)
Problem, State = WebhookDelivery.Problem, WebhookDelivery.State

AT_ONCE = 8
BATCH = 32
BATCH_OF_ONE_WEBHOOK = 4
LOOKED_AT = 200
MOST_SECONDS = 20
"""A run ends after so long and lets the worker do something else in between."""
LEASE = timedelta(minutes=2)
"""A batch takes BATCH / AT_ONCE × 10 s at most; later whoever had it is dead."""
RUNNING_KEY, RUNNING_SECONDS = "social:webhooks-running", 90
JITTER = 0.2
REST_LEAST, REST_MOST = timedelta(seconds=4), timedelta(minutes=5)
GONE = 410


class Attempt(NamedTuple):
    """What is sent, without a row: a thread makes the request."""

    url: str
    body: bytes
    headers: dict[str, str]


class Outcome(NamedTuple):
    """What came of an attempt; ``problem`` is empty if it counts as delivered."""

    status: int | None
    problem: str
    answer: str
    duration_ms: int


def deliver_due_webhooks() -> int:
    """Send what is due, for MOST_SECONDS at most; return how many messages arrived.

    Does nothing while another run is at work: that one finds it. Nothing of a receiver is raised;
    SoftTimeLimitExceeded is, and counts as nobody's failure.
    """
    stop_at = time.monotonic() + MOST_SECONDS
    delivered = 0
    while time.monotonic() < stop_at and cache.add(RUNNING_KEY, True, RUNNING_SECONDS):
        try:
            while time.monotonic() < stop_at and (batch := _claim()):
                cache.set(RUNNING_KEY, True, RUNNING_SECONDS)
                delivered += _deliver(batch)
        finally:
            cache.delete(RUNNING_KEY)
        # Who came while this ran went away again; what they brought is looked for once more.
        if not WebhookDelivery.objects.due(timezone.now()).exists():
            break
    return delivered


def _claim() -> list[WebhookDelivery]:
    """Lease some of what is due, of each webhook a few, so that no receiver keeps others waiting."""
    now = timezone.now()
    rows = WebhookDelivery.objects.due(now).order_by("next_attempt_at", "pk")
    taken: dict[int, int] = {}
    claimed = []
    for delivery in rows.select_related("webhook")[:LOOKED_AT]:
        number = taken.get(delivery.webhook_id, 0)
        if number >= BATCH_OF_ONE_WEBHOOK:
            continue
        leased_until = now + LEASE
        mine = WebhookDelivery.objects.pending().filter(
            pk=delivery.pk, next_attempt_at=delivery.next_attempt_at
        )
        if not mine.update(
            next_attempt_at=leased_until, attempts=F("attempts") + 1, last_attempt_at=now
        ):
            continue  # somebody was faster
        delivery.next_attempt_at = leased_until
        delivery.attempts += 1
        taken[delivery.webhook_id] = number + 1
        claimed.append(delivery)
        if len(claimed) == BATCH:
            break
    return claimed


def _deliver(batch: list[WebhookDelivery]) -> int:
    attempts = [_attempt_of(delivery) for delivery in batch]
    try:
        with ThreadPoolExecutor(AT_ONCE, "webhooks") as threads:
            outcomes = list(threads.map(_send, attempts))
        return sum(
            _settle(delivery, outcome) for delivery, outcome in zip(batch, outcomes, strict=True)
        )
    except SoftTimeLimitExceeded:
        _give_back(batch)
        raise


def _give_back(batch: list[WebhookDelivery]) -> None:
    """Let those of ``batch`` that were not settled wait as if they had not been tried."""
    now = timezone.now()
    for delivery in batch:
        held = WebhookDelivery.objects.pending().filter(
            pk=delivery.pk, next_attempt_at=delivery.next_attempt_at
        )
        held.update(next_attempt_at=now, attempts=F("attempts") - 1)


def _attempt_of(delivery: WebhookDelivery) -> Attempt:
    webhook, timestamp = delivery.webhook, int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Madang-Webhooks (+{settings.SITE_URL})",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": webhooks.signatures(
            webhook.salts, delivery.message_id, timestamp, delivery.body
        ),
    }
    return Attempt(webhook.url, delivery.body.encode(), headers)


def _send(attempt: Attempt) -> Outcome:
    """Make one request; whatever goes wrong becomes a part of the outcome."""
    started = time.monotonic()
    status, problem, body = None, "", b""
    try:
        status, body = fetch.post(
            attempt.url,
            attempt.body,
            headers=attempt.headers,
            max_bytes=webhooks.ANSWER_BYTES,
            seconds=webhooks.SECONDS,
            schemes=webhooks.schemes(),
            may_be_loopback=settings.WEBHOOKS_TO_LOOPBACK,
        )
        problem = _problem_of(status)
    except fetch.NotPublic:
        problem = Problem.NOT_PUBLIC
    except fetch.NameUnknown:
        problem = Problem.UNKNOWN_NAME
    except (fetch.TooSlow, httpx.TimeoutException):
        problem = Problem.TIMEOUT
    except fetch.FetchRefused:
        problem = Problem.REFUSED
    except httpx.HTTPError:
        problem = Problem.UNREACHABLE
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.exception("webhook_request_broke")
        problem = Problem.UNREACHABLE
    return Outcome(status, problem, excerpt(body), round(1000 * (time.monotonic() - started)))


def _problem_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return Problem.REDIRECT if 300 <= status < 400 else Problem.STATUS


def excerpt(body: bytes) -> str:
    """Return the beginning of an answer as text that can be stored and shown."""
    text = clean(body.decode("utf-8", "replace")).replace("\x00", "")
    return text[:ANSWER_MAX_LENGTH]


@transaction.atomic
def _settle(delivery: WebhookDelivery, outcome: Outcome) -> bool:
    """Store what came of an attempt, unless the message was asked for again meanwhile."""
    webhook = (
        Webhook.objects.select_for_update(no_key=True)
        .select_related("owner")
        .filter(pk=delivery.webhook_id)
        .first()
    )
    if webhook is None:
        return False  # deleted while it was on its way
    now = timezone.now()
    changes = {
        "last_attempt_at": now,
        "status_code": outcome.status,
        "problem": outcome.problem,
        "answer": outcome.answer,
        "duration_ms": outcome.duration_ms,
        "state": State.DELIVERED,
        "next_attempt_at": None,
    }
    is_gone = outcome.status == GONE
    if outcome.problem:
        pause = None if is_gone else pause_after(delivery.attempts)
        changes["state"] = State.PENDING if pause else State.FAILED
        changes["next_attempt_at"] = now + pause if pause else None
    WebhookDelivery.objects.pending().filter(
        pk=delivery.pk, next_attempt_at=delivery.next_attempt_at
    ).update(**changes)
    if outcome.problem:
        log.info(
            "webhook_not_delivered",
            webhook_id=webhook.pk,
            message_id=delivery.message_id,
            problem=outcome.problem,
            status=outcome.status,
        )
        _note_failure(webhook, now, is_gone=is_gone)
    elif webhook.failing_since is not None or webhook.resting_until is not None:
        webhook.failing_since = webhook.resting_until = None
        webhook.save(update_fields=["failing_since", "resting_until"])
    return not outcome.problem


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after the so many-th attempt; None after the last.

    Up to a fifth longer: receivers that went down together are not asked together.
    """
    if attempts > len(webhooks.RETRY_AFTER):
        return None
    return webhooks.RETRY_AFTER[max(attempts, 1) - 1] * SystemRandom().uniform(1, 1 + JITTER)


def _note_failure(webhook: Webhook, now: datetime, *, is_gone: bool) -> None:
    """Let a webhook rest, the longer the longer it fails, or switch it off and tell its owner."""
    webhook.failing_since = webhook.failing_since or now
    failing_for = now - webhook.failing_since
    webhook.resting_until = now + min(max(failing_for / 2, REST_LEAST), REST_MOST)
    names = ["failing_since", "resting_until"]
    is_over = is_gone or failing_for >= webhooks.GIVE_UP_AFTER
    is_switched_off = is_over and webhook.is_active
    if is_switched_off:
        switch_off(webhook, reason=Webhook.Off.GONE if is_gone else Webhook.Off.FAILING)
        names += ["is_active", "disabled_at", "disabled_reason"]
    webhook.save(update_fields=names)
    if is_switched_off:
        log.warning("webhook_switched_off", webhook_id=webhook.pk, reason=webhook.disabled_reason)
        notify(
            webhook.owner,
            "webhook",
            actor=None,
            target=("webhook", webhook.pk),
            cause=("webhook_off", int(now.timestamp())),
        )


# By the clock -------------------------------------------------------------------------------------


def forget_old_webhook_deliveries(now: datetime | None = None) -> int:
    """Forget messages older than the log reaches, and those of webhooks that are gone."""
    over = (now or timezone.now()) - webhooks.KEPT_FOR
    old, _rows = WebhookDelivery.objects.filter(created_at__lt=over).delete()
    lost = WebhookDelivery.objects.exclude(webhook__in=Webhook.objects.values("pk"))
    return old + lost.delete()[0]


@transaction.atomic
def erase_webhooks(person: User) -> dict[str, int]:
    """Take away the webhooks of somebody who leaves, and what others' were told of them."""
    webhooks_of = Webhook.objects.by_owner(person)
    number = webhooks_of.count()
    webhooks_of.delete()
    WebhookDelivery.objects.filter(actor=person).delete()
    return {"webhooks": number}
