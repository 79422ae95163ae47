"""JSON knows text from numbers: what came as another type than the description names is refused.

Serializers were made for forms, where everything is text, and take ``5`` for ``"5"``.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

TYPES: tuple[tuple[type[serializers.Field], tuple[type, ...]], ...] = (
    (serializers.CharField, (str,)),
    (serializers.ChoiceField, (str, int)),
    (serializers.BooleanField, (bool,)),
    (serializers.IntegerField, (int, float)),
)


def require_types(reader: serializers.Serializer, data: Any) -> None:
    """Raise ValidationError for values of ``data`` (from JSON) that have another type."""
    if errors := _errors(reader, data):
        raise ValidationError(errors)


def _errors(field: serializers.Field, value: Any) -> Any:
    """Return the errors of ``value`` in the shape in which serializers tell theirs."""
    if isinstance(field, serializers.Serializer) and isinstance(value, Mapping):
        found = {
            name: _errors(one, value[name])
            for name, one in field.fields.items()
            if name in value and value[name] is not None
        }
        return {name: error for name, error in found.items() if error}
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
        rows = enumerate(value) if isinstance(value, list) else ()
        found = {number: _errors(field.child, one) for number, one in rows}
        return {number: error for number, error in found.items() if error}
    for kind, types in TYPES:
        if isinstance(field, kind):
            is_other = isinstance(value, bool | int | float | str) and (
                not isinstance(value, types) or (isinstance(value, bool) and bool not in types)
            )
            return [ErrorDetail(_("This has another type."), code="invalid")] if is_other else None
    return None
