"""Looking for what should be gone: rows that name an erased person, and texts anywhere."""

from collections.abc import Iterator
from typing import NamedTuple

from django.apps import apps
from django.core.files.storage import Storage, default_storage
from django.db import models
from django.db.models import CharField, ForeignKey, JSONField, OneToOneField, TextField, UUIDField

from accounts import erasure
from accounts.models import User

CHUNK = 1024 * 1024  # bytes


class Leftover(NamedTuple):
    """Something that an erasure did not take away."""

    where: str
    """``app.model.column``, or the name of a file."""
    count: int


def rows_of(person: User) -> Iterator[Leftover]:
    """Yield the columns that still name an erased person where nothing allows it."""
    for model in _tables():
        for field in model._meta.concrete_fields:
            if not isinstance(field, ForeignKey | OneToOneField) or field.related_model is not User:
                continue
            column = f"{model._meta.label_lower}.{field.name}"
            rows = model._base_manager.filter(**{field.name: person})
            allowed = erasure.allowed_at(column)
            if allowed is not None:
                rows = rows.exclude(**allowed) if allowed else rows.none()
            if number := rows.count():
                yield Leftover(column, number)


def rows_of_everybody() -> Iterator[Leftover]:
    """Yield the columns that still name anybody who was erased; one query for each."""
    for model in _tables():
        for field in model._meta.concrete_fields:
            if not isinstance(field, ForeignKey | OneToOneField) or field.related_model is not User:
                continue
            column = f"{model._meta.label_lower}.{field.name}"
            rows = model._base_manager.filter(**{f"{field.name}__state": User.State.ERASED})
            allowed = erasure.allowed_at(column)
            if allowed is not None:
                rows = rows.exclude(**allowed) if allowed else rows.none()
            if number := rows.count():
                yield Leftover(column, number)


def texts_with(marker: str) -> Iterator[Leftover]:
    """Yield the columns of every table that hold ``marker``, also in other letters' case."""
    for model in _tables():
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, CharField | TextField | JSONField)
            if not is_text or isinstance(field, UUIDField):
                continue
            rows = model._base_manager.annotate(
                _searched=models.functions.Cast(field.attname, TextField())
            )
            found = models.Q(_searched__icontains=marker)
            if isinstance(field, JSONField):
                # Some engines keep what is not ASCII escaped.
                escaped = "".join(
                    char if char.isascii() else f"\\u{ord(char):04x}" for char in marker
                )
                found |= models.Q(_searched__icontains=escaped)
            if number := rows.filter(found).count():
                yield Leftover(f"{model._meta.label_lower}.{field.name}", number)


def files_with(marker: str, storage: Storage = default_storage) -> Iterator[Leftover]:
    """Yield stored files whose name or content holds ``marker``."""
    wanted = marker.encode()
    for name in _files(storage, ""):
        if marker in name or _holds(storage, name, wanted):
            yield Leftover(name, 1)


def _holds(storage: Storage, name: str, wanted: bytes) -> bool:
    before = b""
    with storage.open(name) as opened:
        for chunk in opened.chunks(CHUNK):
            if wanted in before + chunk:
                return True
            before = chunk[-len(wanted) :]
    return False


def _files(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}".lstrip("/")
    for name in folders:
        yield from _files(storage, f"{folder}/{name}".lstrip("/"))


def _tables() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
