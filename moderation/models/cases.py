"""One row of the desk: everything that waits for a decision about one thing."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from social.models.reports import KIND_MAX_LENGTH

NOTE_MAX_LENGTH = 2000  # graphemes


class Case(models.Model):
    """Everything that was told, held and decided about one thing (AD-03); one row for each thing.

    ``target_kind`` is a name of moderation.targets, ``target_id`` a key of that kind, ``owner``
    whose it is. The ``has_…`` say why it waits, several may be true; with none nothing waits. They
    are set anew from what there is (``settle_case``), never by hand.
    """

    target_kind = models.CharField(_("kind"), max_length=KIND_MAX_LENGTH)
    target_id = models.PositiveBigIntegerField(_("number"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="cases_about",
        verbose_name=_("whose it is"),
    )
    has_reports = models.BooleanField(_("reported"), default=False)
    has_hold = models.BooleanField(_("held by a rule"), default=False)
    has_first = models.BooleanField(_("first words of somebody new"), default=False)
    has_appeal = models.BooleanField(_("appeal"), default=False)
    has_takedown = models.BooleanField(_("takedown request"), default=False)
    report_count = models.PositiveIntegerField(_("reports"), default=0)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cases_taken",
        verbose_name=_("who looks at it"),
    )
    is_open = models.BooleanField(_("open"), default=False)
    opened_at = models.DateTimeField(_("waits since"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=["target_kind", "target_id"], name="moderation_case_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(is_open=True), name="moderation_cases_due"
            ),
            models.Index(fields=["owner", "-id"], name="moderation_cases_of_owner"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.target_kind} {self.target_id}"

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.due_at < timezone.now()


class CaseNote(models.Model):
    """What staff say to each other about a case; nobody else reads it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    text = models.TextField(pgettext_lazy("a remark", "note"))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("note on a case")
        verbose_name_plural = _("notes on cases")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"#{self.case_id}"
