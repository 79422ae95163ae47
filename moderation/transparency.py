"""Counting what was reported and decided, month by month: no names, no texts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from moderation.models import Appeal, Decision, Takedown
from social.models import Report

MONTHS = 12
CACHE_KEY = "moderation:transparency"
CACHE_SECONDS = 600
TELLING = ("warn", "hold", "remove", "limit", "suspend", "ban")
"""Kinds of decisions that weigh on somebody, in the order in which they are shown."""


@dataclass
class Month:
    """One month in the time of the site."""

    start: date
    reports: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    undone: int = 0
    appeals: int = 0
    appeals_granted: int = 0
    takedowns: int = 0
    takedowns_held: int = 0
    automatic: int = 0
    automatic_overturned: int = 0

    @property
    def decided(self) -> int:
        """How many decisions of people weigh on somebody."""
        return sum(self.decisions.values())

    @property
    def undone_percent(self) -> int:
        """How many of a hundred of them were taken back, rounded."""
        return round(100 * self.undone / self.decided) if self.decided else 0

    @property
    def report_lines(self) -> list[tuple[str, int]]:
        """Return each category that was reported, with how often."""
        return [
            (str(label), self.reports[value])
            for value, label in Report.Category.choices
            if self.reports[value]
        ]

    @property
    def decision_lines(self) -> list[tuple[str, int]]:
        """Return each kind of decision, with how many there were."""
        labels = dict(Decision.Kind.choices)
        return [
            (str(labels[kind]), self.decisions[kind]) for kind in TELLING if self.decisions[kind]
        ]


def counted_months(now: datetime | None = None) -> list[Month]:
    """Return the last MONTHS months, newest first; from the cache for CACHE_SECONDS."""
    held = cache.get(CACHE_KEY)
    if held is None:
        held = count_months(now or timezone.now())
        cache.set(CACHE_KEY, held, CACHE_SECONDS)
    return held


def count_months(now: datetime) -> list[Month]:
    """Return the last MONTHS months, counted in five queries whatever there is."""
    zone = ZoneInfo(settings.TIME_ZONE)
    months = {first: Month(first) for first in _first_days(now.astimezone(zone).date())}
    oldest = min(months)
    since = datetime(oldest.year, oldest.month, 1, tzinfo=zone)
    for first, category, number in _by_month(Report.objects.all(), since, zone, "category"):
        months[first].reports[category] += number
    _count_decisions(months, since, zone)
    for first, state, number in _by_month(Appeal.objects.all(), since, zone, "state"):
        months[first].appeals += number
        months[first].appeals_granted += number if state == Appeal.State.GRANTED else 0
    asked = Takedown.objects.annotate(was_held=Q(decision__isnull=False))
    for first, was_held, number in _by_month(asked, since, zone, "was_held"):
        months[first].takedowns += number
        months[first].takedowns_held += number if was_held else 0
    return [months[first] for first in sorted(months, reverse=True)]


def _count_decisions(months: dict[date, Month], since: datetime, zone: ZoneInfo) -> None:
    by_people = Decision.objects.judging().filter(kind__in=TELLING)
    by_people = by_people.annotate(was_undone=Q(undone_at__isnull=False))
    for first, kind, was_undone, number in _by_month(by_people, since, zone, "kind", "was_undone"):
        months[first].decisions[kind] += number
        months[first].undone += number if was_undone else 0
    automatic = Decision.objects.filter(rule_version__isnull=False, kind="hold")
    for first, number in _by_month(automatic, since, zone):
        months[first].automatic += number
        months[first].automatic_overturned += number
    for first, number in _by_month(automatic.unlifted(), since, zone):
        months[first].automatic_overturned -= number


def _by_month(rows: QuerySet, since: datetime, zone: ZoneInfo, *names: str) -> Iterable[tuple]:
    """Yield month, what ``names`` hold, and how many rows there are of it."""
    counted = (
        rows.filter(created_at__gte=since)
        .annotate(month=TruncMonth("created_at", tzinfo=zone))
        .order_by()
        .values_list("month", *names)
        .annotate(number=Count("pk"))
    )
    for month, *values in counted:
        yield month.date(), *values


def _first_days(today: date) -> list[date]:
    """Return the first days of the last MONTHS months."""
    month = today.year * 12 + today.month - 1
    return [date((month - back) // 12, (month - back) % 12 + 1, 1) for back in range(MONTHS)]
