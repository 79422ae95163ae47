"""Requests to take something down for a while (임시조치; SO-50)."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from moderation.models.cases import Case
from moderation.models.decisions import Decision
from moderation.targets import find_target

CLAIM_MAX_LENGTH = 5000  # graphemes
HELD_DAYS = 30


def new_receipt() -> str:
    """Return a name for a receipt that nobody guesses."""
    return secrets.token_hex(16)


class Takedown(models.Model):
    """Somebody says that a text harms their rights; accepted, it is held for HELD_DAYS.

    ``receipt`` opens the page of the request without an account. ``decision`` is the hold,
    ``removal`` what the site did when the time was over and nobody had objected. ``state`` is set
    anew from these and the times (``settle_takedowns``), so undoing a decision restores it too.
    """

    class Right(models.TextChoices):
        HONOUR = "honour", _("My honour (defamation, insult)")
        PRIVACY = "privacy", _("My privacy or personal data")
        COPYRIGHT = "copyright", _("My copyright")
        PORTRAIT = "portrait", _("A picture or video of me")
        OTHER = "other", _("Another right of mine")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("a takedown request", "waiting")
        REFUSED = "refused", pgettext_lazy("a takedown request", "refused")
        ACCEPTED = "accepted", pgettext_lazy("a takedown request", "held for the time being")
        OBJECTED = "objected", pgettext_lazy("a takedown request", "held, the author objected")
        RESTORED = "restored", pgettext_lazy("a takedown request", "shown again")
        REMOVED = "removed", pgettext_lazy("a takedown request", "removed")
        WITHDRAWN = "withdrawn", pgettext_lazy("a takedown request", "withdrawn")

    receipt = models.CharField(max_length=32, unique=True, default=new_receipt, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="takedowns", verbose_name=_("case"))
    claimant_name = models.CharField(_("name"), max_length=200)
    claimant_email = models.EmailField(_("e-mail address"))
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="takedowns_asked",
        verbose_name=_("who asked"),
    )
    # Of whoever asked, for the mails.
    language = models.CharField(max_length=10, blank=True)
    address = models.CharField(_("address of the page"), max_length=2000, blank=True)
    right = models.CharField(_("which right"), max_length=20, choices=Right.choices)
    claim = models.TextField(_("what is wrong and why"))
    # Where the storage keeps it, and how it was called.
    evidence = models.CharField(_("private evidence"), max_length=300, blank=True)
    evidence_name = models.CharField(_("name of the file"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.ASKED)
    reason = models.TextField(_("reason of the decision"), blank=True)
    decision = models.OneToOneField(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="takedown",
        verbose_name=_("decision"),
    )
    removal = models.OneToOneField(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="takedown_ended",
        verbose_name=_("removal"),
    )
    objection = models.TextField(_("objection of the author"), blank=True)
    objected_at = models.DateTimeField(_("objected"), null=True, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    due_at = models.DateTimeField(_("held until"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("takedown request")
        verbose_name_plural = _("takedown requests")
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=("accepted", "objected")),
                name="moderation_takedowns_due",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_held(self) -> bool:
        return self.state in {self.State.ACCEPTED, self.State.OBJECTED}

    @property
    def can_be_held(self) -> bool:
        """Whether what it is about can be held: people cannot."""
        place = find_target(self.case.target_kind)
        return place is not None and "hold" in place.acts


class TakedownMail(models.Model):
    """One mail about a request: to whoever asked, or to whoever wrote what it is about."""

    class To(models.TextChoices):
        CLAIMANT = "claimant", _("who asked")
        AUTHOR = "author", _("the author")

    takedown = models.ForeignKey(Takedown, models.CASCADE, related_name="mails")
    to = models.CharField(_("to"), max_length=8, choices=To.choices)
    event = models.CharField(_("about"), max_length=9)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail about a takedown request")
        verbose_name_plural = _("mails about takedown requests")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"#{self.takedown_id} {self.to} {self.event}"
