"""Querysets that are built and compiled once, for answers that are asked for all day.

To build a large queryset and to turn it into SQL takes Django longer than to run it. Here it is
done with marks in the places of what changes (keys, moments), and later only these are exchanged:
the statement is word for word what the queryset says.
"""

from collections import namedtuple
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

FIRST_KEY = 7_316_000_000_000_001
"""Keys that no row has; they stand for those that come later."""
FIRST_MOMENT = datetime(1446, 10, 9, tzinfo=UTC)


class MarkMissing(Exception):
    """The queryset does not use what it was given, so that nothing can be exchanged."""


class Prepared:
    """Statements made of ``build``, one for each ``shape`` that is asked for.

    ``build(shape, **values)`` returns ``values_list()`` of named columns. It may look at nothing of
    its values but what ``shape`` holds too: it is called with marks in their places. Moments that it
    takes from the clock are taken anew each time.
    """

    def __init__(self, build: Callable[..., QuerySet]):
        self._build = build
        self._statements: dict[Hashable, _Statement] = {}

    def rows(self, shape: Hashable, **values: int | datetime) -> list[Any]:
        """Return the rows of the queryset that ``build(shape, **values)`` returns."""
        key = (connection.vendor, shape)
        statement = self._statements.get(key)
        if statement is None:
            marks = {
                name: FIRST_MOMENT if isinstance(value, datetime) else FIRST_KEY + number
                for number, (name, value) in enumerate(values.items())
            }
            statement = self._statements[key] = _Statement(
                lambda: self._build(shape, **marks), marks
            )
        return statement.rows(values)


class _Statement:
    """One compiled queryset, and where its values go."""

    def __init__(self, build: Callable[[], QuerySet], marks: dict[str, int | datetime]):
        before = _adapted(timezone.now())
        queryset = build()
        after = _adapted(timezone.now())
        compiler = queryset.query.get_compiler(connection=connection)
        self._sql, params = compiler.as_sql()
        self._params = list(params)
        expressions = [column[0] for column in compiler.select[: compiler.col_count]]
        self._converters = tuple(compiler.get_converters(expressions).items())
        self._places: list[tuple[int, str, Callable[[Any], Any]]] = []
        self._clocks: list[int] = []
        adapted = {name: _adapted(mark) for name, mark in marks.items()}
        for place, param in enumerate(self._params):
            name = next((one for one, mark in adapted.items() if _is_same(mark, param)), "")
            if name:
                # PostgreSQL tells whole numbers by their width (psycopg.types.numeric).
                self._places.append(
                    (place, name, type(param) if isinstance(param, int) else _as_is)
                )
            elif isinstance(param, type(before)) and before <= param <= after:
                self._clocks.append(place)
        if missing := set(marks) - {name for _place, name, _kind in self._places}:
            raise MarkMissing(", ".join(sorted(missing)))
        self._row: type[tuple] | None = None

    def rows(self, values: dict[str, int | datetime]) -> list[Any]:
        """Run it with ``values`` in the places of the marks."""
        params = self._params.copy()
        for place, name, kind in self._places:
            params[place] = kind(_adapted(values[name]))
        if self._clocks:
            now = _adapted(timezone.now())
            for place in self._clocks:
                params[place] = now
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            if self._row is None:
                names = [column[0] for column in cursor.description]
                self._row = namedtuple("Row", names)
            found = cursor.fetchall()
        return [self._converted(row) for row in found]

    def _converted(self, values: tuple) -> Any:
        row = list(values)
        for place, (converters, expression) in self._converters:
            value = row[place]
            for convert in converters:
                value = convert(value, expression, connection)
            row[place] = value
        return tuple.__new__(self._row, row)


def _adapted(value: int | datetime) -> Any:
    """Return ``value`` as the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _as_is(value: Any) -> Any:
    return value


def _is_same(mark: Any, param: Any) -> bool:
    return isinstance(param, type(mark)) and mark == param
