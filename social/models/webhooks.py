"""Webhooks: programs of members that are told what happens, and what was sent to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from social.webhook_querysets import DeliveryQuerySet, WebhookQuerySet
from social.webhooks import DESCRIPTION_MAX_LENGTH, URL_MAX_LENGTH, new_message_id, new_salt

EVENT_MAX_LENGTH = 30
SALT_LENGTH = 64
PROBLEM_MAX_LENGTH = 20
ANSWER_MAX_LENGTH = 500


class Webhook(models.Model):
    """An address of ``owner`` to which news are sent as signed messages.

    ``salt`` and for a while ``former_salt`` make the secrets (``social.webhooks``). While nothing
    but errors comes back, ``failing_since`` stands, and nothing is sent before ``resting_until``.
    """

    class Off(models.TextChoices):
        """Why it was switched off; empty: by its owner."""

        GONE = "gone", _("The receiver answered that it is gone (410).")
        FAILING = "failing", _("For five days nothing could be delivered.")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="webhooks",
        verbose_name=_("owner"),
    )
    url = models.CharField(pgettext_lazy("of a page", "address"), max_length=URL_MAX_LENGTH)
    description = models.CharField(
        _("description"), max_length=8 * DESCRIPTION_MAX_LENGTH, blank=True
    )
    events = models.JSONField(_("events"), default=list)
    is_active = models.BooleanField(_("switched on"), default=True)
    salt = models.CharField(max_length=SALT_LENGTH, default=new_salt, editable=False)
    former_salt = models.CharField(max_length=SALT_LENGTH, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    resting_until = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(_("switched off"), null=True, blank=True, editable=False)
    disabled_reason = models.CharField(
        _("why it was switched off"),
        max_length=10,
        choices=Off.choices,
        blank=True,
        editable=False,
    )

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.UniqueConstraint(fields=["owner", "url"], name="social_webhook_once"),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def salts(self) -> list[str]:
        """What signs now: the secret, and for a day after a rotation the former one."""
        is_rotating = self.former_until is not None and self.former_until > timezone.now()
        return [self.salt, self.former_salt] if is_rotating else [self.salt]


class WebhookDelivery(models.Model):
    """One message to one webhook: the outbox row, and for 30 days the line of the log.

    Written in the transaction of what it tells, so nothing is lost and a rollback sends nothing.
    ``body`` is what is sent to the letter; ``actor`` is who is named in it, if not the owner.
    ``attempts`` counts since it was last asked for.
    """

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("state of a delivery", "waiting")
        DELIVERED = "delivered", pgettext_lazy("state of a delivery", "delivered")
        FAILED = "failed", pgettext_lazy("state of a delivery", "failed")

    class Problem(models.TextChoices):
        """Why no answer counted."""

        STATUS = "status", _("The receiver did not answer with success.")
        REDIRECT = "redirect", _("The receiver sent us elsewhere; redirects are not followed.")
        TIMEOUT = "timeout", _("The receiver took longer than 10 seconds.")
        UNREACHABLE = "unreachable", _("The receiver cannot be reached.")
        UNKNOWN_NAME = "unknown_name", _("The name of the receiver does not exist.")
        NOT_PUBLIC = "not_public", _("The address leads into a private network.")
        REFUSED = "refused", _("The address cannot be used.")
        OFF = "off", _("The webhook was switched off.")

    # Not for the database: a webhook that is deleted must never undo what its owner just wrote.
    webhook = models.ForeignKey(
        Webhook, models.CASCADE, related_name="deliveries", db_constraint=False, db_index=False
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, editable=False, related_name="+"
    )
    message_id = models.CharField(max_length=40, default=new_message_id, editable=False)
    event = models.CharField(_("event"), max_length=EVENT_MAX_LENGTH)
    body = models.TextField(editable=False)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, db_index=True)
    next_attempt_at = models.DateTimeField(default=timezone.now, null=True, editable=False)
    last_attempt_at = models.DateTimeField(_("last attempt"), null=True, editable=False)
    status_code = models.PositiveSmallIntegerField(_("answer"), null=True, editable=False)
    problem = models.CharField(
        max_length=PROBLEM_MAX_LENGTH, choices=Problem.choices, blank=True, editable=False
    )
    answer = models.CharField(max_length=ANSWER_MAX_LENGTH, blank=True, editable=False)
    duration_ms = models.PositiveIntegerField(null=True, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery of a webhook")
        verbose_name_plural = _("deliveries of webhooks")
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "message_id"], name="social_webhook_message_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="pending"),
                name="social_deliveries_due",
            ),
            models.Index(fields=["webhook", "-created_at", "-id"], name="social_deliveries_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING
