"""What waits for a decision, oldest due first, merged by thing (AD-03)."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from config.pagination import Page, Position, paginate_rows
from moderation.desk.headlines import Headline, headlines
from moderation.models import Case, Decision
from moderation.rule_names import name_of
from moderation.targets import all_targets, find_target
from social.models import Report

PAGE_SIZE = 30
MOST_COUNTED = 500
REASONS = {
    "reports": "has_reports",
    "hold": "has_hold",
    "first": "has_first",
    "appeal": "has_appeal",
    "takedown": "has_takedown",
}
"""Name of a reason to wait → the column of a case that says it."""

REASON_WORDS = {
    "reports": _("Reported"),
    "hold": _("Held by a rule"),
    "first": _("First words"),
    "appeal": _("Appeal"),
    "takedown": _("Takedown request"),
}
CATEGORY_WORDS = dict(Report.Category.choices)
MINE, NOBODY = "me", "nobody"


@dataclass(frozen=True)
class Filters:
    """Which part of the queue is looked at; empty means all."""

    reason: str = ""
    kind: str = ""
    category: str = ""
    who: str = ""
    is_late: bool = False

    def query(self, **changes: Any) -> str:
        """Return this as the query of an address, with some parts changed."""
        values = {
            "reason": self.reason,
            "kind": self.kind,
            "category": self.category,
            "who": self.who,
            "late": "1" if self.is_late else "",
        } | changes
        return urlencode({name: value for name, value in values.items() if value})

    def cases(self, viewer: User) -> QuerySet[Case]:
        """Return the open cases of this part, in no order."""
        rows = Case.objects.filter(is_open=True, due_at__isnull=False)
        if self.reason:
            rows = rows.filter(**{REASONS[self.reason]: True})
        if self.kind:
            rows = rows.filter(target_kind=self.kind)
        if self.category:
            same = Report.objects.filter(
                target_kind=OuterRef("target_kind"),
                target_id=OuterRef("target_id"),
                state=Report.State.OPEN,
                category=self.category,
            )
            rows = rows.filter(Exists(same))
        if self.who:
            rows = rows.filter(assigned_to=viewer if self.who == MINE else None)
        if self.is_late:
            rows = rows.filter(due_at__lt=timezone.now())
        return rows


def filters_in(params: QueryDict) -> Filters:
    """Return the part of the queue that an address names; what it does not know it leaves out."""

    def one_of(name: str, known: Any) -> str:
        value = params.get(name, "")
        return value if value in known else ""

    return Filters(
        reason=one_of("reason", REASONS),
        kind=one_of("kind", {target.name for target in all_targets()}),
        category=one_of("category", Report.Category.values),
        who=one_of("who", {MINE, NOBODY}),
        is_late=params.get("late") == "1",
    )


class Row(NamedTuple):
    """One line of the queue."""

    case: Case
    label: Any
    headline: Headline
    reasons: tuple[tuple[str, Any], ...]
    categories: tuple[tuple[Any, int], ...]
    rules: tuple[str, ...]


def queue_page(filters: Filters, viewer: User, params: QueryDict) -> tuple[Page, list[Row]]:
    """Return the page that ``params["cursor"]`` names, and its lines; always the same few queries."""
    cases = filters.cases(viewer).select_related("owner", "assigned_to")
    page = paginate_rows(
        lambda position, limit: list(_walk(cases, position)[:limit]),
        params,
        page_size=PAGE_SIZE,
        moment_field="due_at",
    )
    return page, rows_of(page.items)


def _walk(cases: QuerySet[Case], position: Position) -> QuerySet[Case]:
    """Return what lies ahead of a position. What is due later takes the place of what is older."""
    way, passed, sign = ("lte", "gte", "-") if position.is_newer else ("gte", "lte", "")
    if position.moment is not None:
        beside = Q(**{"due_at": position.moment, f"pk__{passed}": position.pk})
        cases = cases.filter(~beside, **{f"due_at__{way}": position.moment})
    return cases.order_by(f"{sign}due_at", f"{sign}pk")


def neighbours(
    filters: Filters, viewer: User, case: Case | None
) -> tuple[Case | None, Case | None]:
    """Return what is before and after a case in its part of the queue; after the last one the
    first is next, and nothing only where nothing else waits."""
    cases = filters.cases(viewer)
    before = after = None
    if case is not None:
        cases = cases.exclude(pk=case.pk)
    if case is not None and case.due_at is not None:
        after = _walk(cases, Position(False, case.due_at, case.pk)).first()
        before = _walk(cases, Position(True, case.due_at, case.pk)).first()
    return before, after or _walk(cases, Position()).first()


def rows_of(cases: list[Case]) -> list[Row]:
    """Return the lines of these cases."""
    keys = [(case.target_kind, case.target_id) for case in cases]
    words = headlines(keys)
    categories, rules = _categories(keys), _rules(cases)
    return [
        Row(
            case,
            label_of(case.target_kind),
            words[case.target_kind, case.target_id],
            reasons_of(case),
            tuple(
                (CATEGORY_WORDS.get(name, name), number)
                for name, number in sorted(categories[case.target_kind, case.target_id].items())
            ),
            tuple(rules[case.pk]),
        )
        for case in cases
    ]


def reasons_of(case: Case) -> tuple[tuple[str, Any], ...]:
    """Return why a case waits, by name and in words."""
    return tuple(
        (name, REASON_WORDS[name]) for name, column in REASONS.items() if getattr(case, column)
    )


def label_of(kind: str) -> Any:
    """Return what a kind of thing is called."""
    target = find_target(kind)
    return target.label if target else kind


def _categories(keys: list[tuple[str, int]]) -> dict[tuple[str, int], dict[str, int]]:
    """Return for each thing how often it is reported for what."""
    counted: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    if not keys:
        return counted
    rows = (
        Report.objects.filter(
            state=Report.State.OPEN,
            target_kind__in={kind for kind, _pk in keys},
            target_id__in={pk for _kind, pk in keys},
        )
        .order_by()
        .values_list("target_kind", "target_id", "category")
        .annotate(number=Count("pk"))
    )
    for kind, pk, category, number in rows:
        counted[kind, pk][category] = number
    return counted


def _rules(cases: list[Case]) -> dict[int, list[str]]:
    """Return for each case the rules that decided and were not undone."""
    named: dict[int, list[str]] = defaultdict(list)
    held = [case.pk for case in cases if case.has_hold]
    if not held:
        return named
    rows = Decision.objects.filter(case__in=held, undone_at=None, rule_version__isnull=False)
    for pk, name in rows.order_by().values_list("case", "rule_version__rule__name").distinct():
        named[pk].append(name_of(name))
    return named


def counts(viewer: User) -> dict[str, int]:
    """Return how many cases wait in each part, counting no further than MOST_COUNTED + 1."""
    first = Case.objects.filter(is_open=True, due_at__isnull=False).order_by("due_at", "pk")
    return first[: MOST_COUNTED + 1].aggregate(
        total=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=timezone.now())),
        mine=Count("pk", filter=Q(assigned_to=viewer)),
        nobody=Count("pk", filter=Q(assigned_to=None)),
        **{name: Count("pk", filter=Q(**{column: True})) for name, column in REASONS.items()},
    )
