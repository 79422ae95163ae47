"""Keyset (cursor) pages: page 5,000 costs as page 1, and rows that come or go repeat nothing."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_datetime


class InvalidCursor(ValueError):
    """The cursor was not made by this site."""


@dataclass(frozen=True)
class Page:
    """One page of a list, with the addresses of its neighbours (``None``: there is none)."""

    items: list[Any]
    newer_url: str | None
    older_url: str | None
    first_url: str | None
    last_url: str | None

    @property
    def has_neighbours(self) -> bool:
        return any((self.newer_url, self.older_url, self.first_url, self.last_url))


def encode_cursor(direction: str, moment: datetime, pk: int) -> str:
    """Return the opaque cursor that stands just beside the row (``moment``, ``pk``)."""
    raw = json.dumps([direction, moment.isoformat(), pk], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str, datetime | None, int]:
    """Return (``"o"`` older, ``"n"`` newer or ``"l"`` last, time, primary key) of a cursor.

    Raises InvalidCursor.
    """
    if cursor == "last":
        return "l", None, 0
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        direction, text, pk = json.loads(raw)
        moment = parse_datetime(text)
        if direction not in {"o", "n"} or moment is None or moment.tzinfo is None:
            raise InvalidCursor(cursor)
        if not isinstance(pk, int) or isinstance(pk, bool) or not 0 <= pk < 2**63:
            raise InvalidCursor(cursor)
        # In UTC at once: a zone can push the first and last years out of the calendar.
        return direction, moment.astimezone(UTC), pk
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError) as error:
        raise InvalidCursor(cursor) from error


@dataclass(frozen=True)
class Position:
    """Where in a list a page is: beside the row (``moment``, ``pk``), or without a moment at an end.

    ``is_newer`` walks towards the newest; without a moment that begins at the oldest row.
    """

    is_newer: bool = False
    moment: datetime | None = None
    pk: int = 0

    def cut(self, moment_field: str = "published_at", pk_field: str = "pk") -> Q:
        """Return the condition on rows that lie ahead of here.

        Source: the predicate ``t <= :t AND NOT (t = :t AND id >= :i)`` lets one index serve it,
        which the usual OR form does not.
        """
        if self.moment is None:
            return Q()
        way = "gte" if self.is_newer else "lte"
        passed = "lte" if self.is_newer else "gte"
        beside = Q(**{moment_field: self.moment, f"{pk_field}__{passed}": self.pk})
        return Q(**{f"{moment_field}__{way}": self.moment}) & ~beside

    def order(self, moment_field: str = "published_at", pk_field: str = "pk") -> tuple[str, str]:
        """Return the order in which rows are walked."""
        sign = "" if self.is_newer else "-"
        return f"{sign}{moment_field}", f"{sign}{pk_field}"


def position_in(params: QueryDict, name: str = "cursor") -> Position:
    """Return where the cursor in ``params`` leads; an unreadable one gives the first page (UX-11)."""
    try:
        if params.get(name):
            direction, moment, pk = decode_cursor(params[name])
            return Position(direction != "o", moment, pk)
    except InvalidCursor:
        pass
    return Position()


def paginate(
    queryset: QuerySet,
    params: QueryDict,
    *,
    page_size: int,
    moment_field: str = "published_at",
) -> Page:
    """Return the page of ``queryset`` that ``params["cursor"]`` names, newest first.

    Order is (``moment_field``, ``pk``) descending.
    """

    def rows_ahead(position: Position, limit: int) -> list[Any]:
        rows = queryset.filter(position.cut(moment_field))
        return list(rows.order_by(*position.order(moment_field))[:limit])

    return paginate_rows(rows_ahead, params, page_size=page_size, moment_field=moment_field)


def paginate_rows(
    rows_ahead: Callable[[Position, int], list[Any]],
    params: QueryDict,
    *,
    page_size: int,
    moment_field: str = "published_at",
) -> Page:
    """Return the page that ``params["cursor"]`` names of a list that is no plain queryset.

    ``rows_ahead`` returns up to so many rows as they are met from a position on. One more than
    ``page_size`` is asked for, so nothing is counted.
    """
    position = position_in(params)
    moment, pk = position.moment, position.pk
    rows = rows_ahead(position, page_size + 1)
    more = len(rows) > page_size
    rows = rows[:page_size]
    if position.is_newer:
        rows.reverse()
    has_older = moment is not None if position.is_newer else more
    has_newer = more if position.is_newer else moment is not None

    def url(cursor: str | None) -> str:
        query = params.copy()
        query.pop("cursor", None)
        if cursor:
            query["cursor"] = cursor
        return "?" + urlencode(list(query.lists()), doseq=True)

    def beside(row: Any, way: str) -> str:
        return url(encode_cursor(way, getattr(row, moment_field), row.pk))

    newer = older = None
    if rows:
        newer = beside(rows[0], "n") if has_newer else None
        older = beside(rows[-1], "o") if has_older else None
    elif moment is not None and not position.is_newer:
        # Past the end: the way back must still work (UX-10).
        newer = url(encode_cursor("n", moment, max(pk - 1, 0)))
    elif moment is not None:
        older = url(encode_cursor("o", moment, pk + 1))
    return Page(
        items=rows,
        newer_url=newer,
        older_url=older,
        first_url=url(None) if has_newer else None,
        last_url=url("last") if has_older else None,
    )
