"""Words for what rows of the log hold as names, keys, states and times."""

import json
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.template.defaultfilters import yesno
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from blog.models import Comment, Post
from config import clock
from moderation.models import Appeal, BlockedSource, Decision, LogEntry, Takedown
from moderation.targets import find_target

MODELS: dict[str, type[Model]] = {
    "person": User,
    "source": BlockedSource,
    "role": Group,
    "decisions": Decision,
}
"""Kind of a target → its table, where that is called otherwise."""

FIELDS = {
    "hidden": _("hidden"),
    "former": _("state before it was hidden"),
    "undone": _("undone"),
    "ended": _("a decision ran out"),
    "state": _("state"),
    "until": _("until"),
    "assigned_to": _("who looks at it"),
    "note": _("note on a case"),
    "appeal": _("appeal"),
    "takedown": _("takedown request"),
    "given": _("trust that staff set"),
    "version": _("version"),
    "blocked": _("source blocked"),
    "job": _("job"),
    "rights": _("Rights"),
    "permissions": _("Rights"),
    "people": _("people"),
    "fields": _("What changed"),
    "form": _("file"),
    "act": _("Act"),
    "actor_id": _("Who"),
    "target": _("Of what"),
    "since": _("From"),
}
"""What a row names → how it is called; what is a column of the target is called as that is."""

PEOPLE = frozenset({"assigned_to", "people", "actor_id"})

STATES = {
    "former": {
        **dict(Comment.Status.choices),
        **dict(Post.Status.choices),
        "shown": pgettext_lazy("state of a thing", "shown"),
    },
    "undone": dict(Decision.Kind.choices),
    "ended": dict(Decision.Kind.choices),
    "appeal": dict(Appeal.State.choices),
}
"""What a row names → the words of its values."""


def target_word(entry: LogEntry) -> str:
    """Return what a row is about: its kind in words, and its key if it is one thing."""
    place, model = find_target(entry.target_kind), _model_of(entry.target_kind)
    if entry.target_kind == "log":
        word = str(LogEntry._meta.verbose_name_plural)
    elif place is not None:
        word = str(place.label)
    else:
        word = str(model._meta.verbose_name) if model else entry.target_kind
    return capfirst(word) if entry.target_id == "0" else f"{capfirst(word)} {entry.target_id}"


def field_word(entry: LogEntry, name: str) -> str:
    """Return what something is called that an act changed."""
    if name in FIELDS:
        return str(FIELDS[name])
    column = _column_of(entry, name)
    return str(column.verbose_name) if column else name


def value_word(entry: LogEntry, name: str, value: Any, people: dict[int, User]) -> str:
    """Return a value as people read it; ``people`` by key, as ``people_in`` asks for them."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return yesno(value)
    if isinstance(value, list):
        return ", ".join(value_word(entry, name, one, people) for one in value)
    if _is_person(entry, name):
        return f"@{people[value].handle}" if value in people else str(value)
    if name == "fields":
        return field_word(entry, value)
    if isinstance(value, str):
        return str(_states_of(entry, name).get(value) or _moment_word(value))
    return json.dumps(value, ensure_ascii=False)


def people_in(entry: LogEntry) -> list[int]:
    """Return the keys of the people that a row names as changed."""
    found: list[int] = []
    for values in (entry.before, entry.after):
        for name, value in values.items():
            if _is_person(entry, name):
                keys = value if isinstance(value, list) else [value]
                found += [key for key in keys if isinstance(key, int)]
    return found


@cache
def _model_of(kind: str) -> type[Model] | None:
    by_name = (one for one in apps.get_models() if one._meta.model_name == kind)
    return MODELS.get(kind) or next(by_name, None)


def _column_of(entry: LogEntry, name: str) -> Field | None:
    model = _model_of(entry.target_kind)
    try:
        column = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return column if isinstance(column, Field) else None


def _is_person(entry: LogEntry, name: str) -> bool:
    if name in PEOPLE:
        return True
    column = _column_of(entry, name) if name not in FIELDS else None
    return column is not None and column.related_model is User


def _states_of(entry: LogEntry, name: str) -> dict[str, Any]:
    if name == "state" and "takedown" in entry.after:
        return dict(Takedown.State.choices)
    column = _column_of(entry, name) if name not in STATES else None
    return dict(column.flatchoices) if column else STATES.get(name, {})


def _moment_word(value: str) -> str:
    try:
        moment = parse_datetime(value)
    except ValueError:  # as a time is written, but there is none such
        moment = None
    return clock.exact(moment) if moment else value
