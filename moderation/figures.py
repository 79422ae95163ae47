"""Numbers for the dashboard: over the last WEEKS weeks of the site's time zone, each by an index."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from moderation.models import Case, Decision
from moderation.querysets import DecisionQuerySet
from social.models import Report

WEEKS = 12
LOOKED_AT_MOST = 5000
"""So many of the newest decisions tell how long one takes."""
KEYS_AT_ONCE = 900
"""SQLite takes up to 999 values in one query."""
AGES = (
    ("1h", timedelta(hours=1)),
    ("6h", timedelta(hours=6)),
    ("1d", timedelta(days=1)),
    ("3d", timedelta(days=3)),
    ("7d", timedelta(days=7)),
)


@dataclass(frozen=True)
class Share:
    """Of how many things how many are such, week by week."""

    all: tuple[int, ...]
    such: tuple[int, ...]

    @property
    def percent(self) -> float | None:
        """Of all weeks together; None of nothing."""
        return 100 * sum(self.such) / sum(self.all) if sum(self.all) else None


@dataclass(frozen=True)
class Figures:
    """All that the dashboard shows."""

    weeks: tuple[date, ...]
    queue: tuple[int, ...]
    reports: dict[str, tuple[int, ...]]
    holds: Share
    undone: Share
    hours: tuple[tuple[float | None, float | None], ...]


def figures(now: datetime | None = None) -> Figures:
    """Return the numbers as they are now: a fixed number of queries, none of a whole table."""
    now = now or timezone.now()
    weeks = last_weeks(now)
    start = beginning_of(weeks[0])
    decisions = Decision.objects.filter(created_at__gte=start)
    holds = decisions.filter(kind="hold", actor=None, rule_version__isnull=False)
    return Figures(
        weeks=weeks,
        queue=queue_ages(now),
        reports=reports_by_category(weeks, start),
        holds=_overturned(holds, weeks),
        undone=Share(
            _by_week(decisions, weeks), _by_week(decisions.filter(undone_at__isnull=False), weeks)
        ),
        hours=hours_to_decide(weeks, start),
    )


def last_weeks(now: datetime) -> tuple[date, ...]:
    """Return the Mondays of the last WEEKS weeks, this one last, as the site's zone has them."""
    today = now.astimezone(zone()).date()
    monday = today - timedelta(days=today.weekday())
    return tuple(monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1))


def zone() -> ZoneInfo:
    """Return the site's time zone: everybody on the staff sees the same weeks."""
    return ZoneInfo(settings.TIME_ZONE)


def beginning_of(day: date) -> datetime:
    """Return midnight of ``day`` in the site's zone."""
    return datetime.combine(day, time.min, tzinfo=zone())


def queue_ages(now: datetime) -> tuple[int, ...]:
    """Return how many open cases wait up to each of AGES, and how many longer; one query."""
    counts, younger = {}, now + timedelta(days=1)
    for name, age in AGES:
        counts[name] = Count("pk", filter=Q(opened_at__gt=now - age, opened_at__lte=younger))
        younger = now - age
    counts["more"] = Count("pk", filter=Q(opened_at__lte=younger))
    found = Case.objects.filter(is_open=True).aggregate(**counts)
    return tuple(found.values())


def reports_by_category(weeks: tuple[date, ...], start: datetime) -> dict[str, tuple[int, ...]]:
    """Return category → reports a week; one query over the index of states and times."""
    rows = Report.objects.filter(state__in=Report.State.values, created_at__gte=start)
    counted = rows.annotate(week=_week()).values("week", "category").annotate(number=Count("pk"))
    found: dict[str, Counter] = defaultdict(Counter)
    for row in counted.order_by():
        found[row["category"]][_monday(row["week"])] += row["number"]
    return {
        category: tuple(found[category][week] for week in weeks)
        for category in Report.Category.values
    }


def _overturned(holds: DecisionQuerySet, weeks: tuple[date, ...]) -> Share:
    """Return the holds a week, and those that a person took back or lifted."""
    every, still = _by_week(holds, weeks), _by_week(holds.unlifted(), weeks)
    return Share(every, tuple(one - kept for one, kept in zip(every, still, strict=True)))


def _by_week(rows: QuerySet, weeks: tuple[date, ...]) -> tuple[int, ...]:
    counted = rows.order_by().annotate(week=_week()).values("week").annotate(number=Count("pk"))
    found = {_monday(row["week"]): row["number"] for row in counted}
    return tuple(found.get(week, 0) for week in weeks)


def _week() -> TruncWeek:
    return TruncWeek("created_at", tzinfo=zone())


def _monday(moment: datetime) -> date:
    return moment.astimezone(zone()).date()


# How long a decision takes ------------------------------------------------------------------------


def hours_to_decide(
    weeks: tuple[date, ...], start: datetime
) -> tuple[tuple[float | None, float | None], ...]:
    """Return median and 90th percentile of hours a week, from the first report or hold that a
    person's decision answered; three queries over the newest LOOKED_AT_MOST.
    """
    rows = Decision.objects.filter(created_at__gte=start, actor__isnull=False)
    decided = list(
        rows.order_by("-created_at", "-pk").values_list(
            "target_kind", "target_id", "created_at", "report_ids"
        )[:LOOKED_AT_MOST]
    )
    told = _report_times({pk for *_rest, ids in decided for pk in ids})
    held = _hold_times(start)
    taken: dict[date, list[float]] = defaultdict(list)
    answered: dict[tuple[str, int], datetime] = {}
    for kind, pk, at, ids in reversed(decided):
        since = [told[one] for one in ids if one in told]
        since += _unanswered(held.get((kind, pk), []), answered.get((kind, pk)), at)
        answered[kind, pk] = at
        if since:
            taken[_week_of(at)].append((at - min(since)).total_seconds() / 3600)
    return tuple(_middle_and_slow(taken.get(week, [])) for week in weeks)


def _report_times(keys: set[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    wanted = sorted(keys)[-LOOKED_AT_MOST:]
    for at in range(0, len(wanted), KEYS_AT_ONCE):
        rows = Report.objects.filter(pk__in=wanted[at : at + KEYS_AT_ONCE])
        found |= dict(rows.values_list("pk", "created_at"))
    return found


def _hold_times(start: datetime) -> dict[tuple[str, int], list[datetime]]:
    rows = Decision.objects.filter(created_at__gte=start, actor=None, kind="hold")
    newest = rows.order_by("-created_at", "-pk").values_list(
        "target_kind", "target_id", "created_at"
    )
    found: dict[tuple[str, int], list[datetime]] = defaultdict(list)
    for kind, pk, at in reversed(list(newest[:LOOKED_AT_MOST])):
        found[kind, pk].append(at)
    return found


def _unanswered(
    holds: list[datetime], answered: datetime | None, until: datetime
) -> Iterable[datetime]:
    first = bisect_right(holds, answered) if answered else 0
    return holds[first : bisect_right(holds, until)]


def _week_of(moment: datetime) -> date:
    day = _monday(moment)
    return day - timedelta(days=day.weekday())


def _middle_and_slow(hours: list[float]) -> tuple[float | None, float | None]:
    if not hours:
        return None, None
    ordered = sorted(hours)
    return round(median(ordered), 1), round(ordered[-(-9 * len(ordered) // 10) - 1], 1)
