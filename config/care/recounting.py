"""Stored numbers and what is there: each app registers its own, one place counts them all anew."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import structlog
from django.db.models import Count, F, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

log = structlog.get_logger(__name__)
ROWS_AT_A_TIME = 500


class Off(NamedTuple):
    """A stored number that is not what is there."""

    counter: str
    key: int
    stored: int
    counted: int

    def __str__(self) -> str:
        return f"{self.counter} {self.key}: {self.stored} → {self.counted}"


class Counter(NamedTuple):
    """A column that holds a number, how it is counted, and the action that counts one row anew."""

    name: str
    """``blog.post.comment_count``"""
    rows: Callable[[], QuerySet]
    """Rows annotated with ``counted``."""
    repair: Callable[[int], object]

    @property
    def column(self) -> str:
        return self.name.rpartition(".")[2]


_counters: dict[str, Counter] = {}


def register(name: str, *, rows: Callable[[], QuerySet], repair: Callable[[int], object]) -> None:
    """Have a column counted anew: ``rows()`` are annotated with ``counted``."""
    _counters[name] = Counter(name, rows, repair)


def counter_names() -> list[str]:
    """Return the columns that are counted anew, in order: sums come after their parts."""
    return list(_counters)


def number_of(rows: QuerySet, name: str) -> Coalesce:
    """Return how many of ``rows`` lead by ``name`` to the row that is looked at."""
    grouped = rows.filter(**{name: OuterRef("pk")}).order_by().values(name)
    counted = grouped.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def find_off() -> Iterator[Off]:
    """Yield every stored number that is not what is there, without changing anything."""
    for name in counter_names():
        yield from _off(_counters[name])


def recount() -> Iterator[Off]:
    """Yield every number that was off, after its row was counted anew. Safe to stop at any time."""
    for name in counter_names():
        counter = _counters[name]
        for off in _off(counter):
            # One row held at a time; what moved meanwhile is right already.
            counter.repair(off.key)
            log.warning("count_repaired", counter=name, row=off.key, was=off.stored)
            yield off


def _off(counter: Counter) -> Iterator[Off]:
    rows: QuerySet[Model] = counter.rows().order_by("pk")
    wrong = rows.exclude(**{counter.column: F("counted")})
    last = 0
    while page := list(
        wrong.filter(pk__gt=last).values_list("pk", counter.column, "counted")[:ROWS_AT_A_TIME]
    ):
        for pk, stored, counted in page:
            yield Off(counter.name, pk, stored, counted)
        last = page[-1][0]
