"""What people are told: notifications, and the news that open pages ask for."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KIND_MAX_LENGTH = 30


class Notification(models.Model):
    """What a person is told about one target, by one or by many ("미나님 외 3명").

    While it is unread, more causes join it; once read it is closed, and the next cause opens
    another. ``target_type`` is a name of social.notices, ``target_id`` a key of that type.
    ``mail_due_at`` stands while a mail waits; ``mailed_at`` tells when the last one left.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=KIND_MAX_LENGTH)
    target_type = models.CharField(max_length=KIND_MAX_LENGTH, editable=False)
    target_id = models.PositiveBigIntegerField(editable=False)
    data = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    cause_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    latest_at = models.DateTimeField(_("latest"), default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("read"), null=True, blank=True, editable=False)
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    mailed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "target_type", "target_id"],
                condition=Q(read_at__isnull=True),
                name="social_notice_one_open",
            )
        ]
        indexes = [
            models.Index(fields=["person", "-latest_at", "-id"], name="social_notices_newest"),
            models.Index(
                fields=["person"], condition=Q(read_at__isnull=True), name="social_notices_unread"
            ),
            models.Index(fields=["target_type", "target_id"], name="social_notices_of_target"),
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="social_notices_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.person}"


class NotificationCause(models.Model):
    """One act behind a notification: who did it, and to which thing of theirs it leads.

    ``object_id`` is the comment, like or message itself, so that undoing it takes the cause away.
    ``withdrawn_at`` keeps what was undone for a day: doing it again then tells nobody (SO-26).
    """

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="causes")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="caused_notifications"
    )
    object_type = models.CharField(max_length=KIND_MAX_LENGTH, editable=False)
    object_id = models.PositiveBigIntegerField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("cause of a notification")
        verbose_name_plural = _("causes of notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "object_type", "object_id"], name="social_cause_once"
            )
        ]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="social_causes_of_object"),
            models.Index(
                fields=["withdrawn_at"],
                condition=Q(withdrawn_at__isnull=False),
                name="social_causes_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.object_type} {self.object_id}"


class WithheldCause(models.Model):
    """Why a cause is not told at the moment: what it leads to is hidden by moderators.

    ``key`` names what was hidden (``post-12``); a cause is told again when no row is left.
    """

    cause = models.ForeignKey(NotificationCause, models.CASCADE, related_name="withheld")
    key = models.CharField(max_length=40, editable=False)

    class Meta:
        verbose_name = _("withheld cause")
        verbose_name_plural = _("withheld causes")
        constraints = [
            models.UniqueConstraint(fields=["cause", "key"], name="social_withheld_once")
        ]
        indexes = [models.Index(fields=["key"], name="social_withheld_by_key")]

    def __str__(self) -> str:
        return self.key


class Inbox(models.Model):
    """What the header of every page says of a person, in one narrow row.

    ``sequence`` rises with every event; whoever changes it holds the row until the commit, so
    events become visible in its order and a cursor misses none (SO-29). The two numbers are
    counted anew under that lock, so they are exact (SO-27). Events up to ``pruned_up_to`` are gone.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="inbox"
    )
    sequence = models.PositiveBigIntegerField(default=0)
    pruned_up_to = models.PositiveBigIntegerField(default=0)
    unread_notifications = models.PositiveIntegerField(default=0)
    unread_messages = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.sequence}"


class Event(models.Model):
    """News for the open pages of one person; a newer one of its name and subject replaces it."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="events", db_index=False
    )
    sequence = models.PositiveBigIntegerField(editable=False)
    name = models.CharField(max_length=KIND_MAX_LENGTH)
    subject = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name", "subject"], name="social_event_replaces"
            ),
            models.UniqueConstraint(fields=["person", "sequence"], name="social_event_order"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject} #{self.sequence}"
