"""Reading what was decided and what the log holds, across rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from moderation.exceptions import DecisionRefused
from moderation.models import Appeal, Case, Decision, LogEntry, Rule, RuleVersion
from moderation.querysets import DecisionQuerySet
from moderation.targets import find_target


def decisions_to_undo(
    *,
    rule: Rule | RuleVersion | None = None,
    actor: User | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> DecisionQuerySet:
    """Return what a rule, a moderator or anybody decided from ``since`` on and before ``until``,
    and nobody undid yet; newest first (AD-06). Raises DecisionRefused without any of them.
    """
    if rule is None and actor is None and since is None and until is None:
        raise DecisionRefused(_("Choose a rule, a moderator or a period."))
    rows = Decision.objects.filter(undone_at=None)
    if isinstance(rule, RuleVersion):
        rows = rows.filter(rule_version=rule)
    elif rule is not None:
        rows = rows.filter(rule_version__rule=rule)
    if actor is not None:
        rows = rows.filter(actor=actor)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if until is not None:
        rows = rows.filter(created_at__lt=until)
    return rows.order_by("-pk")


class Returning(NamedTuple):
    """How many decisions of one kind about one kind of thing would be taken back."""

    kind: str
    kind_label: str
    target_kind: str
    target_label: str
    count: int


def what_would_return(decisions: DecisionQuerySet) -> list[Returning]:
    """Return what undoing ``decisions`` would take back, counted by kind, most first (AD-06)."""
    counted = (
        decisions.order_by()
        .values_list("kind", "target_kind")
        .annotate(number=Count("pk"))
        .order_by("-number", "kind", "target_kind")
    )
    return [
        Returning(kind, _label_of_kind(kind), target, label_of_target(target), number)
        for kind, target, number in counted
    ]


def label_of_target(name: str) -> str:
    """Return what a kind of thing is called, whether or not this version knows it."""
    target = find_target(name)
    return str(target.label) if target else name


def _label_of_kind(kind: str) -> str:
    return str(dict(Decision.Kind.choices).get(kind, kind))


def people_by_key(keys: Iterable[int | None]) -> dict[int, User]:
    """Return the people of a page of the log by key, in one query; who was erased is there too."""
    wanted = {key for key in keys if key is not None}
    return User.objects.only("pk", "handle", "display_name", "state").in_bulk(wanted)


def decisions_with_people() -> DecisionQuerySet:
    """Return every decision with whom and what its row names."""
    return Decision.objects.select_related("owner", "actor", "undone_by", "rule_version__rule")


def standing_holds() -> DecisionQuerySet:
    """Return what is held now, by a rule or by staff."""
    return decisions_with_people().standing().filter(kind=Decision.Kind.HOLD)


def appeals_with_people() -> QuerySet[Appeal]:
    """Return every appeal with its decision and its people."""
    return Appeal.objects.select_related(
        "decided_by",
        "decision__owner",
        "decision__actor",
        "decision__undone_by",
        "decision__rule_version__rule",
    )


def cases_with_people() -> QuerySet[Case]:
    """Return every case that waits or waited for something, with its people."""
    return Case.objects.select_related("owner", "assigned_to")


def log_entries(
    *,
    act: str = "",
    actor_id: int | None = None,
    target: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[LogEntry]:
    """Return the rows of the log that fit, in no order; ``target`` is a kind, or ``kind:key``."""
    rows = LogEntry.objects.order_by()
    if act:
        rows = rows.filter(act=act)
    if actor_id is not None:
        rows = rows.filter(actor_id=actor_id)
    if target:
        kind, colon, key = target.partition(":")
        rows = rows.filter(target_kind=kind)
        if colon:
            rows = rows.filter(target_id=key)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return rows
