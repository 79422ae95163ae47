"""Reading webhooks and what was sent to them."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import HIDDEN_STATES


class WebhookQuerySet(models.QuerySet):
    """Webhooks; each is its owner's alone."""

    def by_owner(self, user: User | AnonymousUser) -> "WebhookQuerySet":
        """What this person set up; nobody else sees it."""
        return self.filter(owner_id=user.pk) if user.is_authenticated else self.none()

    def active(self) -> "WebhookQuerySet":
        """What is switched on."""
        return self.filter(is_active=True)


class DeliveryQuerySet(models.QuerySet):
    """Messages to webhooks."""

    def by_owner(self, user: User | AnonymousUser) -> "DeliveryQuerySet":
        """What was sent to webhooks of this person."""
        return self.filter(webhook__owner_id=user.pk) if user.is_authenticated else self.none()

    def pending(self) -> "DeliveryQuerySet":
        """What waits for its next attempt."""
        return self.filter(state="pending")

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """What is to be sent now: to webhooks that are on and do not rest, of open accounts."""
        is_awake = Q(webhook__resting_until=None) | Q(webhook__resting_until__lte=now)
        return (
            self.pending()
            .filter(is_awake, next_attempt_at__lte=now, webhook__is_active=True)
            .exclude(webhook__owner__state__in=HIDDEN_STATES)
        )
