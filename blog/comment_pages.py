"""Ways through a long list of comments: by key, in either direction, in three orders.

A cursor stands beside a comment, or at it for the address of one comment; it carries what the
order needs, so that a page costs the same wherever it is.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from blog.models import Comment

PARAMETER = "comments"
SORT = "sort"
OLD, NEW, LIKED = "old", "new", "liked"
ORDERS = {
    OLD: ("created_at", "pk"),
    NEW: ("-created_at", "-pk"),
    LIKED: ("-like_count", "created_at", "pk"),
}
AFTER, AT, BEFORE, LAST = "a", "i", "b", "l"
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class CommentPage:
    """The rows of one page, and the queries of its neighbours (``None``: there is none)."""

    rows: list[Comment]
    is_first: bool
    first_query: str | None
    previous_query: str | None
    next_query: str | None
    last_query: str | None

    @property
    def has_neighbours(self) -> bool:
        return any((self.first_query, self.next_query))


@dataclass(frozen=True)
class Cursor:
    way: str
    values: tuple[Any, ...] = ()


def sort_of(params: QueryDict) -> str:
    """Return the order that ``params`` name; oldest first unless they name another."""
    name = params.get(SORT, OLD)
    return name if name in ORDERS else OLD


def encode_cursor(way: str, comment: Comment, sort: str) -> str:
    """Return the cursor after, before or at ``comment`` in the order ``sort``."""
    values = [_plain(getattr(comment, name.lstrip("-"))) for name in ORDERS[sort]]
    raw = json.dumps([way, *values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(text: str, sort: str) -> Cursor | None:
    """Return the cursor that ``text`` is in the order ``sort``; None if it is none of ours."""
    if text == "last":
        return Cursor(LAST)
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        way, *values = json.loads(raw)
        if way not in {AFTER, AT, BEFORE} or len(values) != len(ORDERS[sort]):
            return None
        fields = zip(ORDERS[sort], values, strict=True)
        return Cursor(way, tuple(_value(name.lstrip("-"), value) for name, value in fields))
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError):
        return None


def page_of(
    comments: Callable[[], QuerySet],
    params: QueryDict,
    *,
    page_size: int,
    first: Callable[[str, int], list[Comment] | None] = lambda sort, number: None,
) -> CommentPage:
    """Return the page of ``comments()`` that ``params`` name; an unreadable cursor: the first.

    One row more than ``page_size`` is read, so nothing is counted. ``first`` may know a quicker way
    to the first so many comments in an order.
    """
    sort = sort_of(params)
    cursor = decode_cursor(params[PARAMETER], sort) if params.get(PARAMETER) else None
    order = ORDERS[sort]
    is_backward = cursor is not None and cursor.way in {BEFORE, LAST}
    wanted = tuple(turned(name) for name in order) if is_backward else order
    rows = first(sort, page_size + 1) if cursor is None else None
    if rows is None:
        found = comments()
        if cursor is not None and cursor.values:
            found = found.filter(beyond(wanted, cursor.values, is_inclusive=cursor.way == AT))
        rows = list(found.order_by(*wanted)[: page_size + 1])
    has_more = len(rows) > page_size
    rows = rows[:page_size]
    if is_backward:
        rows.reverse()
    has_next = cursor.way == BEFORE if is_backward and cursor else has_more
    has_previous = has_more if is_backward else cursor is not None
    # Past the end there is no neighbour to name, but the way back to the start must work.
    is_past_the_end = cursor is not None and not rows
    if is_past_the_end:
        has_next = has_previous = False

    def query(value: str | None) -> str:
        held = params.copy()
        held.pop(PARAMETER, None)
        if value:
            held[PARAMETER] = value
        return "?" + urlencode(list(held.lists()), doseq=True)

    return CommentPage(
        rows=rows,
        is_first=not has_previous and not is_past_the_end,
        first_query=query(None) if has_previous or is_past_the_end else None,
        previous_query=query(encode_cursor(BEFORE, rows[0], sort)) if has_previous else None,
        next_query=query(encode_cursor(AFTER, rows[-1], sort)) if has_next else None,
        last_query=query("last") if has_next else None,
    )


def beyond(order: tuple[str, ...], values: tuple[Any, ...], *, is_inclusive: bool) -> Q:
    """Return the condition of standing after ``values`` in ``order`` (or at them).

    ``a >= x AND NOT (a = x AND b < y) …``: the form that an index serves as a range.
    """
    condition, equal = Q(), Q()
    for place, (name, value) in enumerate(zip(order, values, strict=True)):
        field = name.lstrip("-")
        is_falling = name.startswith("-")
        if place == 0:
            condition &= Q(**{f"{field}__{'lte' if is_falling else 'gte'}": value})
        else:
            is_last = place == len(order) - 1
            word = ("gt" if is_falling else "lt") + ("e" if is_last and not is_inclusive else "")
            condition &= ~(equal & Q(**{f"{field}__{word}": value}))
        equal &= Q(**{field: value})
    return condition


def turned(name: str) -> str:
    """Return the name of an order the other way round."""
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else value.isoformat()


def _value(field: str, value: Any) -> Any:
    """Return what a cursor holds for ``field``. Raises ValueError, TypeError."""
    if field == "created_at":
        moment = parse_datetime(value)
        if moment is None or moment.tzinfo is None:
            raise ValueError(value)
        return moment.astimezone(UTC)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise ValueError(value)
    return value
