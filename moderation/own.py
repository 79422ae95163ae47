"""Reading what concerns the reader: decisions about what is theirs, and what they reported."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet, Value
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.newcomers import is_newcomer
from blog.newcomers import COMMENTS_A_DAY, LINKS_A_TEXT, POSTS_A_DAY
from config.text import excerpt
from moderation.actions.telling import SILENT
from moderation.models import Appeal, Decision
from moderation.querysets import DecisionQuerySet
from moderation.targets import find_target
from moderation.trust import facts_about, next_step
from social.models import Report
from social.newcomers import MESSAGES_A_DAY

OPEN_APPEALS_SHOWN = 20
COPY_LOOKED_AT = 600  # characters
EXCERPT_LENGTH = 80
CUT_TAG = re.compile(r"<[^<>]*$")


def decisions_about(person: User) -> DecisionQuerySet:
    """Return what was decided about ``person`` and what is theirs, as far as they were told."""
    rows = Decision.objects.filter(owner=person).exclude(kind__in=SILENT)
    return rows.select_related("rule_version__rule", "appeal")


def open_appeals_of(person: User) -> list[Appeal]:
    """Return the appeals of ``person`` that wait, the one that is due first at the top."""
    rows = Appeal.objects.filter(
        decision__owner=person, state=Appeal.State.OPEN, decision__undone_at=None
    )
    return list(rows.select_related("decision").order_by("due_at", "pk")[:OPEN_APPEALS_SHOWN])


class Standing(NamedTuple):
    """How trusted somebody is, and what the next level still takes; 0 where nothing is missing."""

    level: int
    is_highest: bool
    next_level: int = 0
    days: int = 0
    days_needed: int = 0
    items: int = 0
    items_needed: int = 0
    counted_against: int = 0

    @property
    def days_missing(self) -> int:
        return max(0, self.days_needed - self.days)

    @property
    def items_missing(self) -> int:
        return max(0, self.items_needed - self.items)


def standing_for(person: User) -> Standing:
    """Return the trust of ``person``, explained (SO-45)."""
    facts = facts_about([person])[person.pk]
    step = next_step(person)
    if step is None:
        return Standing(person.trust_level, True, counted_against=len(facts.upheld))
    return Standing(
        level=person.trust_level,
        is_highest=False,
        next_level=step.level,
        days=(timezone.now() - person.joined_at).days,
        days_needed=step.days,
        items=facts.items,
        items_needed=step.items,
        counted_against=len(facts.upheld),
    )


def limits_of(person: User) -> list[str]:
    """Return which limits ``person`` has now because of how new they are, in words (SO-46)."""
    if not is_newcomer(person):
        return []
    return [
        _("%(number)s posts a day.") % {"number": POSTS_A_DAY},
        _("%(number)s comments a day.") % {"number": COMMENTS_A_DAY},
        _("%(number)s links in a text.") % {"number": LINKS_A_TEXT},
        _("Messages to people who follow you or wrote to you first, %(number)s a day.")
        % {"number": MESSAGES_A_DAY},
        _("Search engines do not follow the links of your profile."),
    ]


# Reports ------------------------------------------------------------------------------------------


class OwnReport(NamedTuple):
    """One report as its reporter sees it. ``outcome``: waiting, acted or none."""

    report: Report
    label: str
    words: str
    outcome: str


def reports_by(person: User) -> QuerySet:
    """Return what ``person`` reported, with the beginning of each copy only."""
    rows = Report.objects.filter(reporter=person).defer("copy")
    return rows.annotate(beginning=Substr("copy", Value(1), Value(COPY_LOOKED_AT)))


def told_of_reports(reports: Iterable[Report]) -> list[OwnReport]:
    """Return reports of one person with what came of each; one query for all of them.

    What was acted on is not shown again: it may be somebody's private data.
    """
    reports = list(reports)
    acted = ids_acted_on([one for one in reports if one.state == Report.State.CLOSED])
    return [_told(one, is_acted=one.pk in acted) for one in reports]


def _told(report: Report, *, is_acted: bool) -> OwnReport:
    target = find_target(report.target_kind)
    closed = "acted" if is_acted else "none"
    outcome = "waiting" if report.state == Report.State.OPEN else closed
    text = "" if is_acted else strip_tags(CUT_TAG.sub("", report.beginning))
    words = excerpt(text, EXCERPT_LENGTH)
    return OwnReport(report, str(target.label) if target else report.target_kind, words, outcome)


def ids_acted_on(reports: Iterable[Report]) -> set[int]:
    """Return the keys of those of ``reports`` of which something came."""
    reports = list(reports)
    keys = {(row.target_kind, row.target_id) for row in reports}
    if not keys:
        return set()
    kinds, ids = {kind for kind, _id in keys}, {pk for _kind, pk in keys}
    decisions = Decision.objects.filter(target_kind__in=kinds, target_id__in=ids).upheld()
    lists = decisions.values_list("report_ids", flat=True)
    wanted = {row.pk for row in reports}
    return wanted & {pk for answered in lists for pk in answered}
