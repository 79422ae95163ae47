"""Webhooks: set up, changed, tried out; and the one place where news become messages."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from accounts.querysets import HIDDEN_STATES
from config import limits
from config.clock import iso
from config.commits import after_commit
from config.text import clean_line, count_graphemes
from social import webhooks
from social.exceptions import TooManyWebhooks, WebhookOff, WebhookRefused, WebhookTwice
from social.models import Webhook, WebhookDelivery
from social.selectors import is_hidden_from, wants_to_hear

State = WebhookDelivery.State
Problem = WebhookDelivery.Problem


@transaction.atomic
def create_webhook(
    *, actor: User, url: str, events: Iterable[str], description: str = ""
) -> Webhook:
    """Let news of ``actor`` be sent to ``url``. The secret is ``webhooks.secret_of(salt)``.

    Raises WebhookRefused, WebhookTwice, TooManyWebhooks, TooManyRequests, PermissionRefused (see
    accounts.policies).
    """
    require_can_take_part(actor)
    _consume("change", actor, webhooks.CHANGES_AN_HOUR)
    fields = {
        "url": webhooks.cleaned_url(url),
        "events": _known_events(events),
        "description": _short_enough(description),
    }
    # Held, so that two at once do not both find the last free place.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=actor.pk)
    if Webhook.objects.by_owner(actor).count() >= webhooks.PER_PERSON:
        raise TooManyWebhooks(
            _("You can have %(most)d webhooks. Delete one first.") % {"most": webhooks.PER_PERSON}
        )
    return _stored(Webhook(owner=actor, **fields), force_insert=True)


@transaction.atomic
def change_webhook(webhook: Webhook, *, actor: User, **changes: Any) -> Webhook:
    """Change ``url``, ``events``, ``description`` or ``is_active``; what is absent stays.

    Switching on forgets that it failed; switching off gives up what waits. Raises Webhook.DoesNotExist
    for another's, and what create_webhook raises.
    """
    require_can_take_part(actor)
    _consume("change", actor, webhooks.CHANGES_AN_HOUR)
    held = _held(webhook, actor)
    if "url" in changes:
        held.url = webhooks.cleaned_url(changes["url"])
    if "events" in changes:
        held.events = _known_events(changes["events"])
    if "description" in changes:
        held.description = _short_enough(changes["description"])
    is_active = changes.get("is_active", held.is_active)
    if is_active and not held.is_active:
        held.is_active = True
        held.disabled_at, held.disabled_reason = None, ""
        held.failing_since = held.resting_until = None
    elif not is_active and held.is_active:
        switch_off(held, reason="")
    return _stored(held)


@transaction.atomic
def delete_webhook(webhook: Webhook, *, actor: User) -> None:
    """Delete a webhook of ``actor`` and its log. Raises Webhook.DoesNotExist."""
    _held(webhook, actor).delete()


@transaction.atomic
def rotate_webhook_secret(webhook: Webhook, *, actor: User) -> Webhook:
    """Give a webhook a new secret; for a day messages are signed with the former one, too.

    Raises Webhook.DoesNotExist, TooManyRequests.
    """
    _consume("change", actor, webhooks.CHANGES_AN_HOUR)
    held = _held(webhook, actor)
    held.former_salt, held.salt = held.salt, webhooks.new_salt()
    held.former_until = timezone.now() + webhooks.FORMER_SECRET_FOR
    held.save(update_fields=["salt", "former_salt", "former_until"])
    return held


@transaction.atomic
def send_webhook_test(webhook: Webhook, *, actor: User) -> WebhookDelivery:
    """Send a message that says nothing but that it is a test.

    Raises Webhook.DoesNotExist, WebhookOff, TooManyRequests.
    """
    _consume("test", actor, webhooks.TESTS_AN_HOUR)
    held = _awake(_held(webhook, actor))
    link = webhooks.api_link(f"webhooks/{held.pk}/")
    body = _body(webhooks.TEST_EVENT, {"webhook": {"id": held.pk, "url": link}}, timezone.now())
    delivery = WebhookDelivery.objects.create(webhook=held, event=webhooks.TEST_EVENT, body=body)
    _wake()
    return delivery


@transaction.atomic
def replay_webhook_delivery(delivery: WebhookDelivery, *, actor: User) -> WebhookDelivery:
    """Send a message of the log again, under the same id, now. What waits is only sent sooner.

    Raises WebhookDelivery.DoesNotExist for another's, WebhookOff, TooManyRequests.
    """
    _consume("replay", actor, webhooks.REPLAYS_AN_HOUR)
    held = (
        WebhookDelivery.objects.by_owner(actor)
        .select_for_update(of=("self",))
        .select_related("webhook")
        .get(pk=delivery.pk)
    )
    _awake(held.webhook)
    held.state, held.attempts, held.next_attempt_at = State.PENDING, 0, timezone.now()
    held.save(update_fields=["state", "attempts", "next_attempt_at"])
    _wake()
    return held


def switch_off(webhook: Webhook, *, reason: str) -> None:
    """Send nothing to a locked webhook any more, and give up what waits; the caller saves it."""
    webhook.is_active = False
    webhook.disabled_at, webhook.disabled_reason = timezone.now(), reason
    webhook.resting_until = None
    webhook.deliveries.pending().update(
        state=State.FAILED, problem=Problem.OFF, next_attempt_at=None
    )


# News ---------------------------------------------------------------------------------------------


def tell_webhooks(
    person: User,
    event: str,
    data: Callable[[], dict[str, Any]],
    *,
    actor: User | None = None,
    text: str = "",
    is_gone: bool = False,
    unheard: frozenset[int] = frozenset(),
) -> int:
    """Store a message for each webhook of ``person`` that wants ``event``; return how many.

    In the transaction of what it tells: a rollback takes the messages with it. ``data`` is asked
    only if somebody listens, so everybody else pays one look at an index. What of ``actor`` does not
    reach the notifications of ``person`` because of a block or a mute does not come here either.
    That something ``is_gone`` is told across a mute, too: copies of it have to go. Such a message
    names nobody. Webhooks ``unheard`` are left out: of what came before they know nothing.
    """
    if person.state in HIDDEN_STATES:
        return 0
    active = Webhook.objects.by_owner(person).active()
    wanted = [one for one in active if event in one.events and one.pk not in unheard]
    if not wanted or not _may_hear(person, actor, text, is_gone=is_gone):
        return 0
    now, message_id = timezone.now(), webhooks.new_message_id()
    body = _body(event, data(), now)
    named = None if is_gone or actor is None or actor.pk == person.pk else actor
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            webhook=one,
            actor=named,
            message_id=message_id,
            event=event,
            body=body,
            created_at=now,
            next_attempt_at=now,
        )
        for one in wanted
    )
    _wake()
    return len(wanted)


def _may_hear(person: User, actor: User | None, text: str, *, is_gone: bool) -> bool:
    if actor is not None and actor.pk == person.pk:
        return True
    if is_gone:
        return actor is None or not is_hidden_from(person, actor)
    return wants_to_hear(person, actor, text=text)


def withdraw_deliveries_between(one: User, other: User) -> None:
    """Forget what the webhooks of each were told of the other, sent or not."""
    for owner, named in ((one, other), (other, one)):
        WebhookDelivery.objects.by_owner(owner).filter(actor=named).delete()


def withdraw_waiting_deliveries(
    person: User, thing: tuple[str, int], *, first: str, later: str
) -> frozenset[int]:
    """Forget what waits to be told to the webhooks of ``person`` of a thing that is hidden now.

    ``first`` is the event that tells there is such a thing, ``later`` one that tells of changes.
    Return the webhooks that were never sent the first, so that they need not hear of the end.
    """
    name, pk = thing
    waiting = WebhookDelivery.objects.by_owner(person).pending()
    # As ``_body`` writes it.
    about = waiting.filter(event__in=(first, later), body__contains=f'"{name}":{{"id":{pk},')
    rows = list(
        about.select_for_update(of=("self",)).values_list("pk", "webhook", "event", "attempts")
    )
    WebhookDelivery.objects.filter(pk__in=[row[0] for row in rows]).delete()
    return frozenset(
        webhook for _pk, webhook, event, attempts in rows if event == first and not attempts
    )


def _body(event: str, data: dict[str, Any], now: datetime) -> str:
    whole = {"type": event, "timestamp": iso(now), "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _wake() -> None:
    from social import tasks

    after_commit(tasks.deliver_webhooks.delay)


# Checks -------------------------------------------------------------------------------------------


def _held(webhook: Webhook, actor: User) -> Webhook:
    return Webhook.objects.by_owner(actor).select_for_update(no_key=True).get(pk=webhook.pk)


def _awake(webhook: Webhook) -> Webhook:
    """Return ``webhook`` if it is on, and end its rest: its owner wants to know now."""
    if not webhook.is_active:
        raise WebhookOff(_("This webhook is switched off. Switch it on first."))
    if webhook.resting_until is not None:
        webhook.resting_until = None
        webhook.save(update_fields=["resting_until"])
    return webhook


def _stored(webhook: Webhook, **options: Any) -> Webhook:
    try:
        with transaction.atomic():
            webhook.save(**options)
    except IntegrityError as error:
        raise WebhookTwice(_("You have a webhook of this address already."), field="url") from error
    return webhook


def _known_events(events: Iterable[str]) -> list[str]:
    wanted = set(events)
    if not wanted:
        raise WebhookRefused(_("Choose at least one event."), field="events")
    if unknown := sorted(wanted - set(webhooks.EVENTS)):
        raise WebhookRefused(
            _("There is no event of this name: %(name)s") % {"name": unknown[0][:100]},
            field="events",
        )
    return [name for name in webhooks.EVENTS if name in wanted]


def _short_enough(description: str) -> str:
    description = clean_line(description)
    most = webhooks.DESCRIPTION_MAX_LENGTH
    if count_graphemes(description) > most:
        raise WebhookRefused(
            _("This text is longer than %(limit)s characters.") % {"limit": most},
            field="description",
        )
    return description


def _consume(act: str, actor: User, limit: int) -> None:
    limits.consume(f"webhook-{act}", actor.pk, limit=limit, seconds=webhooks.HOUR)
