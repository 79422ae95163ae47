"""What members tell the moderators of."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NOTE_MAX_LENGTH = 1000  # graphemes
COPY_MAX_LENGTH = 100_000  # code points
KIND_MAX_LENGTH = 20


class Report(models.Model):
    """What one member finds wrong with one thing; one open report per member and thing (SO-35).

    ``target_kind`` is a name of social.reportables, ``target_id`` a key of that kind. ``copy`` is
    what stood there when it was first reported, as readers saw it (SO-36); ``owner`` whose it is.
    Nobody outside the staff learns who reported. Of who left neither name nor words stay.
    """

    class Category(models.TextChoices):
        SPAM = "spam", _("Spam or advertising")
        ABUSE = "abuse", _("Insults or harassment")
        HATE = "hate", _("Hatred of a group")
        SEXUAL = "sexual", _("Sexual content")
        VIOLENCE = "violence", _("Violence or threats")
        PRIVACY = "privacy", _("Private data of somebody")
        RIGHTS = "rights", _("Violates copyright or other rights")
        ILLEGAL = "illegal", _("Illegal in another way")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("a report", "open")
        CLOSED = "closed", pgettext_lazy("a report", "closed")

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="reports_made",
        verbose_name=_("reporter"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="reports_received",
        verbose_name=_("reported person"),
    )
    target_kind = models.CharField(_("kind"), max_length=KIND_MAX_LENGTH)
    target_id = models.PositiveBigIntegerField(_("number"))
    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    note = models.TextField(pgettext_lazy("a remark", "note"), blank=True)
    copy = models.TextField(_("text as it was"), blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("reported"), default=timezone.now)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "target_kind", "target_id"],
                condition=Q(state="open"),
                name="social_report_one_open",
            )
        ]
        indexes = [
            models.Index(fields=["state", "-created_at", "-id"], name="social_reports_newest"),
            models.Index(fields=["target_kind", "target_id"], name="social_reports_of_target"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.target_kind} {self.target_id}: {self.category}"
