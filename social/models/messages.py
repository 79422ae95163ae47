"""Private messages: conversations of two, and what each side has read of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MESSAGE_MAX_LENGTH = 2000  # graphemes


class Conversation(models.Model):
    """What two people say to each other; one per pair, the lower key first."""

    low = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    high = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    last_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="social_one_conversation"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="social_low_before_high"),
        ]

    def __str__(self) -> str:
        return f"{self.low} ↔ {self.high}"


class ConversationSide(models.Model):
    """A conversation as one of the two has it.

    Unread is what the other one sent with a key above ``read_up_to``; what stands at or below
    ``cleared_up_to`` was removed from this side (SO-18, SO-20). ``last_at`` is copied from the
    conversation, so that one index serves the list.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="sides")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="conversation_sides"
    )
    other = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    read_up_to = models.PositiveBigIntegerField(default=0, editable=False)
    cleared_up_to = models.PositiveBigIntegerField(default=0, editable=False)
    unread_count = models.PositiveIntegerField(default=0, editable=False)
    is_listed = models.BooleanField(default=True, editable=False)
    last_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("side of a conversation")
        verbose_name_plural = _("sides of conversations")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "person"], name="social_one_side_each")
        ]
        indexes = [
            models.Index(
                fields=["person", "-last_at", "-id"],
                condition=Q(is_listed=True),
                name="social_conversations",
            ),
            models.Index(
                fields=["person"], condition=Q(unread_count__gt=0), name="social_side_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.conversation_id}"


class Message(models.Model):
    """One message: plain text of up to MESSAGE_MAX_LENGTH graphemes."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sent_messages",
    )
    text = models.TextField(_("text"), blank=True)
    origin_key = models.CharField(max_length=100, blank=True, editable=False)
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    is_held = models.BooleanField(_("held by moderators"), default=False, editable=False)
    deleted_at = models.DateTimeField(
        pgettext_lazy("moment", "deleted"), null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "sender", "origin_key"],
                condition=~Q(origin_key=""),
                name="social_message_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["conversation", "-created_at", "-id"], name="social_messages_newest"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
