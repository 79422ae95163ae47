"""What was decided, what it hides, and what its author answered."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from moderation.models.cases import Case
from moderation.querysets import DecisionQuerySet
from social.models import Report
from social.models.reports import KIND_MAX_LENGTH

TEXT_MAX_LENGTH = 2000  # graphemes
APPEAL_DAYS = 30
ANSWER_DAYS = 7


class Decision(models.Model):
    """One act on one thing (SO-38). What stands of all of them says how the thing is.

    A decision stands until it is undone, until its ``until``, or until a later one lifts it
    (``restore`` all of them, ``approve`` and ``dismiss`` those of rules). So undoing is the same in
    any order: nothing is put back by hand, the thing is settled anew by what stands. ``actor`` is
    empty where ``rule_version`` acted, or where the site keeps a date.
    """

    class Kind(models.TextChoices):
        DISMISS = "dismiss", pgettext_lazy("decision", "nothing wrong")
        APPROVE = "approve", pgettext_lazy("decision", "approved")
        WARN = "warn", pgettext_lazy("decision", "warning")
        HOLD = "hold", pgettext_lazy("decision", "held")
        REMOVE = "remove", pgettext_lazy("decision", "removed")
        LIMIT = "limit", pgettext_lazy("decision", "account limited")
        SUSPEND = "suspend", pgettext_lazy("decision", "account suspended")
        BAN = "ban", pgettext_lazy("decision", "account closed for good")
        RESTORE = "restore", pgettext_lazy("decision", "restored")

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions", verbose_name=_("case"))
    kind = models.CharField(_("decision"), max_length=8, choices=Kind.choices)
    target_kind = models.CharField(_("kind"), max_length=KIND_MAX_LENGTH)
    target_id = models.PositiveBigIntegerField(_("number"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="decisions_about",
        verbose_name=_("whose it is"),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="decisions_made",
        verbose_name=_("who decided"),
    )
    rule_version = models.ForeignKey(
        "moderation.RuleVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("rule"),
    )
    category = models.CharField(
        _("category"), max_length=10, choices=Report.Category.choices, blank=True
    )
    # How the thing was called then: its title, or its first words.
    title = models.CharField(_("what it was"), max_length=200, blank=True)
    text = models.TextField(_("reason for the author"), blank=True)
    note = models.TextField(_("inner note"), blank=True)
    # What was looked at: the passage, the parts of a score. Staff see all, the author the passage.
    evidence = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    report_ids = models.JSONField(default=list, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    # When the site took note that ``until`` is over, and settled the thing.
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="decisions_undone",
        verbose_name=_("who undid it"),
    )
    created_at = models.DateTimeField(_("decided"), default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        permissions = [("ban_person", _("Can close accounts for good"))]
        indexes = [
            models.Index(fields=["target_kind", "target_id", "id"], name="moderation_of_target"),
            models.Index(fields=["owner", "-created_at", "-id"], name="moderation_of_owner"),
            models.Index(fields=["actor", "-created_at", "-id"], name="moderation_by_actor"),
            models.Index(fields=["-created_at", "-id"], name="moderation_newest"),
            models.Index(
                fields=["until"],
                condition=Q(until__isnull=False, ended_at=None, undone_at=None),
                name="moderation_ending",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.target_kind} {self.target_id}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None

    @property
    def is_by_rule(self) -> bool:
        return self.rule_version_id is not None


class HiddenThing(models.Model):
    """How a thing was before the first standing decision hid it: what showing it returns to."""

    target_kind = models.CharField(max_length=KIND_MAX_LENGTH)
    target_id = models.PositiveBigIntegerField()
    former = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("hidden thing")
        verbose_name_plural = _("hidden things")
        constraints = [
            models.UniqueConstraint(
                fields=["target_kind", "target_id"], name="moderation_hidden_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target_kind} {self.target_id}"


class Appeal(models.Model):
    """What the author answers to a decision, once (SO-44)."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("an appeal", "open")
        GRANTED = "granted", pgettext_lazy("an appeal", "granted")
        REFUSED = "refused", pgettext_lazy("an appeal", "refused")

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="appeal")
    text = models.TextField(_("what the author says"))
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.OPEN)
    answer = models.TextField(_("answer"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="appeals_decided",
        verbose_name=_("who decided"),
    )
    created_at = models.DateTimeField(_("appealed"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="open"), name="moderation_appeals_due"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.decision_id}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_at < timezone.now()
