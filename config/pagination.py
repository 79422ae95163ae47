"""Keyset (cursor) pages: page 5,000 costs as page 1, and rows that come or go repeat nothing."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
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


def paginate(
    queryset: QuerySet,
    params: QueryDict,
    *,
    page_size: int,
    moment_field: str = "published_at",
) -> Page:
    """Return the page of ``queryset`` that ``params["cursor"]`` names, newest first.

    Order is (``moment_field``, ``pk``) descending. One more row than ``page_size`` is read, so
    nothing is counted. An unreadable cursor gives the first page (UX-11).
    Source: the predicate ``t <= :t AND NOT (t = :t AND id >= :i)`` lets one index serve it, which
    the usual OR form does not.
    """
    direction, moment, pk = "o", None, 0
    try:
        if params.get("cursor"):
            direction, moment, pk = decode_cursor(params["cursor"])
    except InvalidCursor:
        pass

    descending = queryset.order_by(f"-{moment_field}", "-pk")
    ascending = queryset.order_by(moment_field, "pk")
    if direction == "l":
        rows = list(ascending[: page_size + 1])
    elif moment is None:
        rows = list(descending[: page_size + 1])
    elif direction == "o":
        rows = list(
            descending.filter(**{f"{moment_field}__lte": moment}).exclude(
                **{moment_field: moment, "pk__gte": pk}
            )[: page_size + 1]
        )
    else:
        rows = list(
            ascending.filter(**{f"{moment_field}__gte": moment}).exclude(
                **{moment_field: moment, "pk__lte": pk}
            )[: page_size + 1]
        )
    more = len(rows) > page_size
    rows = rows[:page_size]
    if direction in {"n", "l"}:
        rows.reverse()
    has_older = more if direction == "o" else direction == "n"
    has_newer = more if direction in {"n", "l"} else moment is not None

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
    elif moment is not None and direction == "o":
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
