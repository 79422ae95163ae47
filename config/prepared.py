"""Querysets that are built and compiled once, for answers that are asked for all day.

To build a large queryset and to turn it into SQL takes Django longer than to run it. Here it is
done with marks in the places of what changes (keys, moments), and later only these are exchanged:
the statement is word for word what the queryset says.

PostgreSQL takes longer to plan such a statement than to run it as well: each connection prepares it
there once (PREPARE, EXECUTE), unless a pooler gives every transaction another session.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import NotSupportedError, connection, connections
from django.db.models import Model, QuerySet, prefetch_related_objects
from django.db.models.query import get_related_populators
from django.utils import timezone

from config.databases import PRIMARY
from config.replica import reading_alias

FIRST_KEY = 7_316_000_000_000_001
"""Keys that no row has; they stand for those that come later."""
FIRST_MOMENT = datetime(1446, 10, 9, tzinfo=UTC)
FIRST_TEXT = "\ue000 a text that nobody writes "
PREFIX = "madang_ready_"
PREPARED_AT_MOST = 150
"""So many statements each connection keeps planned, at about 50 kB each; then the longest unused goes."""

PLACES = re.compile(r"%[s%]")
Value = int | str | datetime
_numbers = count(1)
# The longest unused first.
_known_on: WeakKeyDictionary[Any, dict[str, None]] = WeakKeyDictionary()


class MarkMissing(Exception):
    """The queryset does not use what it was given, so that nothing can be exchanged."""


class Prepared:
    """Statements made of ``build``, one for each ``shape`` that is asked for.

    ``build(shape, **values)`` returns ``values_list()`` of named columns for ``rows``, or instances of
    a model for ``objects``. It may look at nothing of its values but what ``shape`` holds too: it is
    called with marks in their places. Moments that it takes from the clock are taken anew each time.
    """

    def __init__(self, build: Callable[..., QuerySet], *, is_own: bool = False):
        """``is_own``: what only one person sees, which is never read from a replica."""
        self._build, self._is_own = build, is_own
        self._statements: dict[Hashable, _Statement] = {}

    def rows(self, shape: Hashable, **values: Value) -> list[Any]:
        """Return the rows of the queryset that ``build(shape, **values)`` returns."""
        return self._statement(shape, values).rows(values, self._alias())

    def objects(self, shape: Hashable, **values: Value) -> list[Any]:
        """Return the instances that the queryset loads, with all that it loads beside them."""
        return self._statement(shape, values).objects(values, self._alias())

    def _alias(self) -> str:
        return PRIMARY if self._is_own else reading_alias()

    def _statement(self, shape: Hashable, values: dict[str, Value]) -> "_Statement":
        key = (connection.vendor, shape)
        statement = self._statements.get(key)
        if statement is None:
            marks = {
                name: _mark_for(value, number)
                for number, (name, value) in enumerate(values.items())
            }
            statement = self._statements[key] = _Statement(
                lambda: self._build(shape, **marks), marks
            )
        return statement


def _mark_for(value: Value, number: int) -> Value:
    if isinstance(value, datetime):
        return FIRST_MOMENT + timedelta(days=number)
    return f"{FIRST_TEXT}{number}" if isinstance(value, str) else FIRST_KEY + number


class _Statement:
    """One compiled queryset, and where its values go."""

    def __init__(self, build: Callable[[], QuerySet], marks: dict[str, Value]):
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
        self._changing = sorted([*self._clocks, *(place for place, _name, _kind in self._places)])
        self._name = f"{PREFIX}{next(_numbers)}"
        # What the server's own views and our logs show of it.
        self._about = f'FROM "{queryset.model._meta.db_table}"'
        self._row: type[tuple] | None = None
        self._compiler, self._lookups = compiler, queryset._prefetch_related_lookups

    def rows(self, values: dict[str, Value], alias: str) -> list[Any]:
        """Run it with ``values`` in the places of the marks."""
        found, description = self._run(values, alias)
        if self._row is None:
            self._row = namedtuple("Row", [column[0] for column in description])
        return [tuple.__new__(self._row, self._converted(row)) for row in found]

    def objects(self, values: dict[str, Value], alias: str) -> list[Any]:
        """Run it as ``rows`` does and make instances of what it finds.

        Source: django.db.models.query.ModelIterable of Django 5.2.
        """
        found, _description = self._run(values, alias)
        select, about = self._compiler.select, self._compiler.klass_info
        start, end = about["select_fields"][0], about["select_fields"][-1] + 1
        names = [column[0].target.attname for column in select[start:end]]
        beside = get_related_populators(about, select, alias)
        annotated = list((self._compiler.annotation_col_map or {}).items())
        made: list[Model] = []
        for row in map(self._converted, found):
            one = about["model"].from_db(alias, names, row[start:end])
            for populator in beside:
                populator.populate(row, one)
            for name, place in annotated:
                setattr(one, name, row[place])
            made.append(one)
        if made and self._lookups:
            prefetch_related_objects(made, *self._lookups)
        return made

    def _run(self, values: dict[str, Value], alias: str) -> tuple[list[tuple], Any]:
        params = self._params.copy()
        for place, name, kind in self._places:
            params[place] = kind(_adapted(values[name]))
        if self._clocks:
            now = _adapted(timezone.now())
            for place in self._clocks:
                params[place] = now
        wrapper = connections[alias]
        with wrapper.cursor() as cursor:
            if _keeps_plans(wrapper):
                self._prepare_on(wrapper)
                changing = [params[place] for place in self._changing]
                marks = f"({', '.join(['%s'] * len(changing))})" if changing else ""
                sql = f"EXECUTE {self._name}{marks} /* {self._about} */"
                try:
                    cursor.execute(sql, changing or None)
                except NotSupportedError:
                    # A migration changed the type of a column since it was planned.
                    if wrapper.in_atomic_block:
                        raise
                    _forget_on(wrapper, self._name)
                    cursor.execute(self._sql, params)
            else:
                cursor.execute(self._sql, params)
            return cursor.fetchall(), cursor.description

    def _prepare_on(self, wrapper: Any) -> None:
        """Let the server plan it once for this connection."""
        wrapper.ensure_connection()
        known = _known_on.setdefault(wrapper.connection, {})
        if self._name in known:
            known.pop(self._name)
        else:
            if len(known) >= PREPARED_AT_MOST:
                _forget_on(wrapper, next(iter(known)))
            fixed = [param for at, param in enumerate(self._params) if at not in self._changing]
            numbers = iter(range(len(self._params)))
            places = {place: at for at, place in enumerate(self._changing, 1)}

            def place(found: re.Match) -> str:
                if found[0] == "%%":
                    return "%%" if fixed else "%"
                at = next(numbers)
                return f"${places[at]}" if at in places else "%s"

            # S608: what is composed is the compiler's own text with numbers in it.
            sql = PLACES.sub(place, self._sql)
            _say(wrapper, f"PREPARE {self._name} AS {sql}", fixed or None)
        known[self._name] = None

    def _converted(self, values: tuple) -> list[Any]:
        row = list(values)
        for place, (converters, expression) in self._converters:
            value = row[place]
            for convert in converters:
                value = convert(value, expression, connection)
            row[place] = value
        return row


def _keeps_plans(wrapper: Any) -> bool:
    """Return whether the next statement meets the same session of PostgreSQL."""
    if wrapper.vendor != "postgresql":
        return False
    return not wrapper.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]


def _forget_on(wrapper: Any, name: str) -> None:
    _say(wrapper, f"DEALLOCATE {name}")
    _known_on[wrapper.connection].pop(name, None)


def _say(wrapper: Any, sql: str, params: list[Any] | None = None) -> None:
    """Run what is no statement of the page: neither counted nor logged as one."""
    with wrapper.wrap_database_errors, wrapper.connection.cursor() as cursor:
        cursor.execute(sql, params)


def _adapted(value: Value) -> Any:
    """Return ``value`` as the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _as_is(value: Any) -> Any:
    return value


def _is_same(mark: Any, param: Any) -> bool:
    return isinstance(param, type(mark)) and mark == param
