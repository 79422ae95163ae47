"""What webhooks and the log of their messages look like in answers."""

import json
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from config.api import Addresses, Shape
from config.clock import iso
from social.models import Webhook, WebhookDelivery
from social.webhooks import EVENTS, secret_of


class WebhookLinksShape(Shape):
    """What can be done with a webhook."""

    deliveries = serializers.URLField()
    test = serializers.URLField()
    rotate = serializers.URLField()


class WebhookShape(Shape):
    """An address of yours that is told what happens."""

    id = serializers.IntegerField()
    target_url = serializers.CharField(help_text="Where messages are sent.")
    description = serializers.CharField(allow_blank=True)
    events = serializers.ListField(
        child=serializers.CharField(), help_text="Of " + ", ".join(EVENTS) + "."
    )
    is_active = serializers.BooleanField()
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="Since when nothing but errors came back; null: it works."
    )
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_reason = serializers.CharField(
        allow_null=True, help_text="gone (it answered 410) or failing (for five days); else null."
    )
    created_at = serializers.DateTimeField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    links = WebhookLinksShape()


class WebhookWithSecretShape(WebhookShape):
    """The same with its secret, in the one answer that shows it."""

    secret = serializers.CharField(help_text="`whsec_` and 32 bytes in base64; never shown again.")


class WebhookDeliveryLinksShape(Shape):
    """Where a delivery belongs to, and how it is sent again."""

    webhook = serializers.URLField()
    replay = serializers.URLField()


class WebhookDeliveryShape(Shape):
    """One message to one webhook, and what came of it."""

    id = serializers.IntegerField()
    message_id = serializers.CharField(help_text="The header webhook-id.")
    event = serializers.CharField()
    payload = serializers.JSONField(help_text="What is sent.")
    state = serializers.CharField(help_text="pending, delivered or failed.")
    attempts = serializers.IntegerField(help_text="Since it was last asked for.")
    created_at = serializers.DateTimeField()
    last_attempt_at = serializers.DateTimeField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    status_code = serializers.IntegerField(allow_null=True, help_text="Of the last answer.")
    problem = serializers.CharField(
        allow_null=True,
        help_text="Why the last attempt does not count: "
        + ", ".join(WebhookDelivery.Problem.values)
        + "; null if it does.",
    )
    answer = serializers.CharField(allow_blank=True, help_text="The beginning of the last answer.")
    duration_ms = serializers.IntegerField(allow_null=True)
    url = serializers.URLField()
    html_url = serializers.URLField()
    links = WebhookDeliveryLinksShape()


def webhook_shape(webhook: Webhook, addresses: Addresses) -> dict[str, Any]:
    """Return ``webhook`` as it is answered."""
    own = f"webhooks/{webhook.pk}/"
    return {
        "id": webhook.pk,
        "target_url": webhook.url,
        "description": webhook.description,
        "events": webhook.events,
        "is_active": webhook.is_active,
        "failing_since": _moment(webhook.failing_since),
        "disabled_at": _moment(webhook.disabled_at),
        "disabled_reason": webhook.disabled_reason or None,
        "created_at": iso(webhook.created_at),
        "url": addresses.api(own),
        "html_url": addresses.page(reverse("social:settings_webhook", args=[webhook.pk])),
        "links": {
            name: addresses.api(f"{own}{name}/") for name in ("deliveries", "test", "rotate")
        },
    }


def webhook_with_secret(webhook: Webhook, addresses: Addresses) -> dict[str, Any]:
    """Return ``webhook`` with its secret."""
    return webhook_shape(webhook, addresses) | {"secret": secret_of(webhook.salt)}


def delivery_shapes(rows: list[WebhookDelivery], addresses: Addresses) -> list[dict[str, Any]]:
    """Return deliveries as they are answered."""
    root, pages = addresses.api(), addresses.page(reverse("social:settings_webhooks"))
    return [_delivery_shape(row, root, pages) for row in rows]


def _delivery_shape(delivery: WebhookDelivery, root: str, pages: str) -> dict[str, Any]:
    own = f"{root}webhook-deliveries/{delivery.pk}/"
    return {
        "id": delivery.pk,
        "message_id": delivery.message_id,
        "event": delivery.event,
        "payload": json.loads(delivery.body),
        "state": str(delivery.state),
        "attempts": delivery.attempts,
        "created_at": iso(delivery.created_at),
        "last_attempt_at": _moment(delivery.last_attempt_at),
        "next_attempt_at": _moment(delivery.next_attempt_at),
        "status_code": delivery.status_code,
        "problem": delivery.problem or None,
        "answer": delivery.answer,
        "duration_ms": delivery.duration_ms,
        "url": own,
        "html_url": f"{pages}{delivery.webhook_id}/#deliveries",
        "links": {"webhook": f"{root}webhooks/{delivery.webhook_id}/", "replay": f"{own}replay/"},
    }


def _moment(moment) -> str | None:
    return iso(moment) if moment else None
