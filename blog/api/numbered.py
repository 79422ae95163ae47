"""Lists in the order of a number and then of a name, as pages show tags and topics.

A cursor says beside which row a page begins by its name and its number.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet

from config.api import Place


def numbered_rows(
    rows: QuerySet, number: str, name: str, *, descending: bool
) -> Callable[[Place, int], Sequence[Any]]:
    """Return a reader of ``rows`` by ``number``, largest first if ``descending``, then by ``name``."""

    def read(place: Place, limit: int) -> Sequence[Any]:
        is_down = descending != place.is_back
        order = (f"{'-' if is_down else ''}{number}", f"{'-' if place.is_back else ''}{name}")
        if place.value is None:
            return list(rows.order_by(*order)[:limit])
        passed = "gte" if place.is_back else "lte"
        ahead = Q(**{f"{number}__{'lte' if is_down else 'gte'}": place.pk})
        beside = Q(**{number: place.pk, f"{name}__{passed}": place.value})
        return list(rows.filter(ahead & ~beside).order_by(*order)[:limit])

    return read


def name_and_number(number: str, name: str) -> Callable[[Any], tuple[str, int]]:
    """Return what reads of a row what a cursor says of it."""
    return attrgetter(name, number)
