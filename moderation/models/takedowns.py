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

CLAIM_MAX_LENGTH = 5000  # graphemes
HELD_DAYS = 30


def new_receipt() -> str:
    """Return a name for a receipt that nobody guesses."""
    return secrets.token_hex(16)


class Takedown(models.Model):
    """Somebody says that a text harms their rights; accepted, it is held for HELD_DAYS.

    ``receipt`` opens the page of the request without an account. ``decision`` is the hold.
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("a takedown request", "waiting")
        REFUSED = "refused", pgettext_lazy("a takedown request", "refused")
        ACCEPTED = "accepted", pgettext_lazy("a takedown request", "held for the time being")
        OBJECTED = "objected", pgettext_lazy("a takedown request", "held, the author objected")
        RESTORED = "restored", pgettext_lazy("a takedown request", "shown again")
        REMOVED = "removed", pgettext_lazy("a takedown request", "removed")
        WITHDRAWN = "withdrawn", pgettext_lazy("a takedown request", "withdrawn")

    receipt = models.CharField(max_length=32, unique=True, default=new_receipt, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="takedowns")
    claimant_name = models.CharField(_("name"), max_length=200)
    claimant_email = models.EmailField(_("e-mail address"))
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="takedowns_asked",
    )
    right = models.CharField(_("which right"), max_length=20)
    claim = models.TextField(_("what is wrong and why"))
    evidence = models.CharField(_("private evidence"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.ASKED)
    reason = models.TextField(_("reason of the decision"), blank=True)
    decision = models.OneToOneField(
        Decision, models.PROTECT, null=True, blank=True, related_name="takedown"
    )
    objection = models.TextField(_("objection of the author"), blank=True)
    objected_at = models.DateTimeField(_("objected"), null=True, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    due_at = models.DateTimeField(_("held until"), null=True, blank=True)
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
