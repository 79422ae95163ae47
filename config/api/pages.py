"""Cursor pages (AP-09): stable however rows come and go, no totals, links in body and header."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import orjson
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request

from config.api.problems import InvalidInput
from config.exceptions import DomainError
from config.pagination import Position

PAGE_SIZE, LARGEST_PAGE = 10, 100
Row = TypeVar("Row")
Value = datetime | str | int


class InvalidApiCursor(DomainError):
    """The cursor was not made by this list."""

    code = "invalid_cursor"


@dataclass(frozen=True)
class Place:
    """Beside which row a page begins, and which way it is read; no ``value``: at the very start."""

    is_back: bool = False
    value: Value | None = None
    pk: int = 0

    @property
    def is_start(self) -> bool:
        return self.value is None

    def cut(self, field: str, *, descending: bool = True, pk: str = "pk") -> Q:
        """Return the condition on rows that lie ahead of here in the order of (field, pk).

        Source: see ``config.pagination.Position.cut``.
        """
        if self.value is None:
            return Q()
        is_down = descending != self.is_back
        way, passed = ("lte", "gte") if is_down else ("gte", "lte")
        beside = Q(**{field: self.value, f"{pk}__{passed}": self.pk})
        return Q(**{f"{field}__{way}": self.value}) & ~beside

    def order(self, field: str, *, descending: bool = True, pk: str = "pk") -> tuple[str, str]:
        """Return the order in which rows are walked."""
        sign = "-" if descending != self.is_back else ""
        return f"{sign}{field}", f"{sign}{pk}"

    @property
    def position(self) -> Position:
        """The same for lists that are read by ``config.pagination`` (newest first, by a moment)."""
        if not isinstance(self.value, datetime):
            return Position()
        return Position(self.is_back, self.value, self.pk)


class CursorPages(BasePagination):
    """What the schema says of lists; views call ``ApiView.page`` or ``ApiView.page_by``."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter("cursor", {"type": "string"}, "Where a page begins: from next or previous."),
            _parameter(
                "page_size",
                {"type": "integer", "minimum": 1, "maximum": 10**9 - 1, "default": PAGE_SIZE},
                f"Rows of a page; more than {LARGEST_PAGE} counts as {LARGEST_PAGE}.",
            ),
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def place_in(request: Request, kind: type = datetime) -> Place:
    """Return where the cursor of ``request`` leads. Raises InvalidApiCursor."""
    text = request.query_params.get("cursor", "")
    if not text:
        return Place()
    refused = InvalidApiCursor(_("This cursor does not belong to this list."), field="cursor")
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        way, value, pk = orjson.loads(raw)
        if way not in {"f", "b"} or type(pk) is not int or not 0 <= pk < 2**63:
            raise refused
        if kind is datetime:
            moment = parse_datetime(value)
            if moment is None or moment.tzinfo is None:
                raise refused
            value = moment.astimezone(UTC)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise refused
        if isinstance(value, int) and abs(value) >= 2**63:
            raise refused
        if isinstance(value, str) and "\x00" in value:
            raise refused
    except (ValueError, TypeError, binascii.Error, OverflowError) as error:
        raise refused from error
    return Place(way == "b", value, pk)


def page_size_in(request: Request) -> int:
    """Return how many rows were asked for. Raises InvalidInput for nonsense."""
    given = request.query_params.getlist("page_size")
    if not given:
        return PAGE_SIZE
    text = given[0]
    if not (
        len(given) == 1 and text.isascii() and text.isdecimal() and len(text) < 10 and int(text)
    ):
        raise InvalidInput(
            _("Give a whole number from 1 to %(most)d.") % {"most": LARGEST_PAGE},
            field="page_size",
            code="invalid",
        )
    return min(int(text), LARGEST_PAGE)


def rows_of(
    queryset: QuerySet, field: str, *, descending: bool = True, pk: str = "pk"
) -> Callable[[Place, int], Sequence[Any]]:
    """Return a reader of ``queryset`` in the order of (``field``, ``pk``)."""

    def read(place: Place, limit: int) -> Sequence[Any]:
        order = place.order(field, descending=descending, pk=pk)
        ahead = queryset.filter(place.cut(field, descending=descending, pk=pk))
        return list(ahead.order_by(*order)[:limit])

    return read


def read_page(
    request: Request,
    read: Callable[[Place, int], Sequence[Row]],
    *,
    value_of: Callable[[Row], tuple[Value, int]],
    kind: type = datetime,
    descending: bool = True,
) -> tuple[list[Row], str | None, str | None]:
    """Return the rows of the page that ``request`` asks for, and the addresses of next and previous.

    One row more than shown is read, so nothing is counted. Raises InvalidApiCursor, InvalidInput.
    """
    place, size = place_in(request, kind), page_size_in(request)
    rows = list(read(place, size + 1))
    has_more = len(rows) > size
    rows = rows[:size]
    if place.is_back:
        rows.reverse()
    has_next = not place.is_start if place.is_back else has_more
    has_previous = has_more if place.is_back else not place.is_start

    def beside(row: Row, way: str) -> str:
        value, pk = value_of(row)
        return _address(request, way, value, pk)

    following = preceding = None
    if rows:
        following = beside(rows[-1], "f") if has_next else None
        preceding = beside(rows[0], "b") if has_previous else None
    elif place.value is not None:
        # Past an end: the way back works, and begins with the row that was last.
        way = "f" if place.is_back else "b"
        pk = place.pk + (1 if descending == place.is_back else -1)
        address = _address(request, way, place.value, max(pk, 0))
        following, preceding = (address, None) if place.is_back else (None, address)
    return rows, following, preceding


def _address(request: Request, way: str, value: Value, pk: int) -> str:
    text = value.isoformat() if isinstance(value, datetime) else value
    raw = orjson.dumps([way, text, pk])
    query = request.query_params.copy()
    query["cursor"] = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    pairs = urlencode(list(query.lists()), doseq=True)
    # A key of a page elsewhere may have a question mark or a number sign in it.
    return request.build_absolute_uri(f"{escape_uri_path(request.path)}?{pairs}")
