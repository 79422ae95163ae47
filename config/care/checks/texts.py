"""What is stored: numbers that are off, and texts that are not in normalisation form C (I18-18)."""

import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from config.care import recounting
from config.care.doctor import WARNING, Finding
from config.text import nfc

ROWS_AT_A_TIME = 500
NAMED_AT_MOST = 10
NUMBERS_SHOWN = 10
_exempt: dict[str, str] = {}


class Denormal(NamedTuple):
    """A row with a text that is composed in another way than every text of ours."""

    model: type[models.Model]
    column: str
    key: Any


def exempt(column: str, reason: str) -> None:
    """Leave ``app.model.column`` out: it keeps what came, letter by letter."""
    _exempt[column] = reason


# Numbers ------------------------------------------------------------------------------------------


def look_at_numbers() -> Iterator[Finding]:
    """Yield how many stored numbers are off, by column."""
    found: dict[str, int] = {}
    for off in recounting.find_off():
        found[off.counter] = found.get(off.counter, 0) + 1
    for name, number in found.items():
        yield Finding(
            WARNING,
            _("%(count)d numbers in %(column)s are not what is there.")
            % {"count": number, "column": name},
            _("People read wrong numbers until the night's work sets them right."),
            _("Run manage.py recount."),
        )


def mend_numbers() -> None:
    """Count anew whatever is off."""
    for _off in recounting.recount():
        pass


# Texts --------------------------------------------------------------------------------------------


def look_at_normalisation() -> Iterator[Finding]:
    """Yield each column with texts that are not NFC, how many, and the keys of some."""
    found: dict[tuple[str, str], list[Any]] = {}
    for one in find_denormal():
        place = found.setdefault((one.model._meta.label_lower, one.column), [0, []])
        place[0] += 1
        if len(place[1]) < NAMED_AT_MOST:
            place[1].append(one.key)
    for (table, column), (number, keys) in found.items():
        yield Finding(
            WARNING,
            _("%(count)d texts in %(column)s are not in the form NFC: rows %(keys)s.")
            % {
                "count": number,
                "column": f"{table}.{column}",
                "keys": ", ".join(map(str, keys)) + (" …" if number > len(keys) else ""),
            },
            _("They look like others and are not found; names can be taken twice."),
            _("Run manage.py doctor --fix; what stays has a double that has to be renamed first."),
        )


def find_denormal() -> Iterator[Denormal]:
    """Yield every row with such a text; reads a few hundred rows at a time."""
    for model in apps.get_models(include_auto_created=True):
        if columns := text_columns(model):
            yield from _denormal_of(model, columns)


def text_columns(model: type[models.Model]) -> list[str]:
    """Return the columns of ``model`` that hold what people wrote."""
    if not model._meta.managed or model._meta.proxy:
        return []
    return [
        field.attname
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not isinstance(field, models.URLField)
        and not field.primary_key
        and not field.is_relation
        and not field.choices
        and f"{model._meta.label_lower}.{field.name}" not in _exempt
    ]


def mend_normalisation() -> int:
    """Compose what can be composed without a clash; return how many texts were."""
    return sum(_mend(one) for one in find_denormal())


def _denormal_of(model: type[models.Model], columns: list[str]) -> Iterator[Denormal]:
    last = None
    rows = model._base_manager.order_by("pk").values_list("pk", *columns)
    while True:
        page = list((rows if last is None else rows.filter(pk__gt=last))[:ROWS_AT_A_TIME])
        for key, *values in page:
            for column, value in zip(columns, values, strict=True):
                if not is_normal(value):
                    yield Denormal(model, column, key)
        if len(page) < ROWS_AT_A_TIME:
            return
        last = page[-1][0]


def is_normal(value: Any) -> bool:
    """Return whether every text in ``value`` is NFC; it may be a JSON value."""
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value)
    if isinstance(value, dict):
        return all(is_normal(key) and is_normal(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(is_normal, value))
    return True


def composed(value: Any) -> Any:
    """Return ``value`` with every text in it in NFC."""
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, dict):
        return {composed(key): composed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [composed(one) for one in value]
    return value


def _mend(one: Denormal) -> bool:
    try:
        with transaction.atomic():
            rows = one.model._base_manager.select_for_update().filter(pk=one.key)
            value = rows.values_list(one.column, flat=True).first()
            if value is None or is_normal(value):
                return False
            return bool(rows.update(**{one.column: composed(value)}))
    except IntegrityError:  # the same name is there, composed
        return False
