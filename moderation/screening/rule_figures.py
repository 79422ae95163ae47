"""What staff read about rules: hits, what was overturned, and what a trial found."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from moderation.desk.texts import PRIVATE
from moderation.models import Decision, Rule, RuleVersion
from moderation.screening.signals import KINDS
from moderation.targets import find_target, load_subject

SHOWN = 30


@dataclass(frozen=True)
class VersionRow:
    """A version with how often it acted and how often that was taken back."""

    version: RuleVersion
    hits: int = 0
    overturned: int = 0

    @classmethod
    def of(cls, version: RuleVersion) -> "VersionRow":
        """Return the figures of one version."""
        return next(iter(_with_figures([version])))

    @property
    def percent_overturned(self) -> int | None:
        return round(100 * self.overturned / self.hits) if self.hits else None

    @property
    def acts(self) -> bool:
        return self.version.acts_since is not None and self.version.acts_until is None

    @property
    def points(self) -> list[tuple[Any, float]]:
        """The points of its signals, the most first."""
        held = self.version.definition.get("points", {})
        found = [(KINDS[name].label, worth) for name, worth in held.items() if name in KINDS]
        return sorted(found, key=lambda pair: -pair[1])


@dataclass(frozen=True)
class TrialRow:
    """One thing that a version would have held."""

    label: str
    url: str
    kind: Any
    score: float
    parts: str
    judged: str
    was_held: bool


def rows_of(rule: Rule) -> list[VersionRow]:
    """Return the versions of a rule with their figures, newest first."""
    return _with_figures(rule.versions.select_related("rule", "made_by").order_by("-number"))


def _with_figures(versions: Iterable[RuleVersion]) -> list[VersionRow]:
    rows = list(versions)
    keys = [row.pk for row in rows]
    about = Decision.objects.filter(rule_version__in=keys)
    hits = dict(about.values_list("rule_version").annotate(number=Count("pk")))
    upheld = dict(about.unlifted().values_list("rule_version").annotate(number=Count("pk")))
    return [
        VersionRow(row, hits.get(row.pk, 0), hits.get(row.pk, 0) - upheld.get(row.pk, 0))
        for row in rows
    ]


def kinds_of(names: Iterable[str]) -> list[tuple[str, Any]]:
    """Return the kinds of things that a rule may look at, as staff read them."""
    found = ((name, find_target(name)) for name in names)
    return [(name, place.label if place else name) for name, place in found]


def trial_rows(version: RuleVersion) -> list[TrialRow]:
    """Return what a trial found, with how each thing is called now."""
    found = []
    for one in version.trial.get("sample", [])[:SHOWN]:
        subject = load_subject(one["kind"], one["id"])
        place = find_target(one["kind"])
        found.append(
            TrialRow(
                label=subject.title if subject and one["kind"] not in PRIVATE else f"#{one['id']}",
                url=subject.url if subject else "",
                kind=place.label if place else one["kind"],
                score=one["score"],
                parts=", ".join(
                    f"{KINDS[name].label} {points:g}"
                    for name, points in one["parts"]
                    if name in KINDS
                ),
                judged=one["judged"],
                was_held=one["was_held"],
            )
        )
    return found
