"""From a key to one's own webhook or delivery: another's is not there."""

from django.contrib.auth.models import AnonymousUser
from django.shortcuts import get_object_or_404

from accounts.models import User
from social.models import Webhook, WebhookDelivery


def get_webhook_of(user: User | AnonymousUser, pk: int) -> Webhook:
    """Return one's own webhook. Raises Http404."""
    return get_object_or_404(Webhook.objects.by_owner(user), pk=pk)


def get_delivery_of(user: User | AnonymousUser, pk: int) -> WebhookDelivery:
    """Return a message to one's own webhook. Raises Http404."""
    deliveries = WebhookDelivery.objects.by_owner(user).select_related("webhook")
    return get_object_or_404(deliveries, pk=pk)
