"""Reading decisions."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

HIDING = ("hold", "remove")
CLOSING = ("limit", "suspend", "ban")
EFFECTIVE = (*HIDING, *CLOSING)
"""Kinds that change how a thing is for as long as they stand, from the mildest to the hardest."""

BY_RULE = Q(rule_version__isnull=False)
LIFTING = {"restore": Q(), "approve": BY_RULE, "dismiss": BY_RULE}
"""Kind → which earlier decisions about the same thing it lifts: all, or those of rules."""


class DecisionQuerySet(models.QuerySet):
    def about(self, target_kind: str, target_id: int) -> "DecisionQuerySet":
        """What was decided about one thing, oldest first."""
        return self.filter(target_kind=target_kind, target_id=target_id).order_by("pk")

    def unlifted(self) -> "DecisionQuerySet":
        """What is not undone, and lifted by nothing later that is not undone itself."""
        later = self.model.objects.filter(
            target_kind=OuterRef("target_kind"),
            target_id=OuterRef("target_id"),
            pk__gt=OuterRef("pk"),
            undone_at=None,
        )
        rows = self.filter(undone_at=None)
        for kind, which in LIFTING.items():
            rows = rows.exclude(which & Q(Exists(later.filter(kind=kind))))
        return rows

    def standing(self) -> "DecisionQuerySet":
        """What changes now how a thing is."""
        return self.unlifted().filter(kind__in=EFFECTIVE).exclude(until__lte=timezone.now())

    def upheld(self) -> "DecisionQuerySet":
        """What counts against its author: decided by a person, and not taken back."""
        return self.unlifted().judging().filter(kind__in=("warn", *EFFECTIVE))

    def judging(self) -> "DecisionQuerySet":
        """What a person decided about right and wrong.

        Not so a hold that a request for a takedown asks for: it says only that there is a dispute.
        """
        return self.filter(actor__isnull=False, evidence__takedown__isnull=True)

    def by_rules(self) -> "DecisionQuerySet":
        """What nobody decided but the site."""
        return self.filter(actor=None)
