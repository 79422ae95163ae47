"""Where the index is not what the site says; what waits to be indexed is no difference yet."""

from collections.abc import Collection

from django.db import models
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Coalesce

from search.analysis import analyzer_version, is_degraded
from search.generations import document_model
from search.models import Waiting
from search.sources import PREFIX, columns_read, load, present, with_rights

# Columns that may be empty on both sides, and a value that stands for that.
NOBODY = {"topic_id": Value(-1), "author_id": Value(-1)}


def missing(slot: str, kind: str, *, limit: int | None = None) -> list[int]:
    """Return ids of what belongs in the index and has no entry."""
    entries = document_model(slot).objects.filter(kind=kind, object_id=OuterRef("pk"))
    rows = _not_waiting(present(kind), kind).filter(~Exists(entries))
    return _ids(rows, "pk", limit)


def orphans(slot: str, kind: str, *, limit: int | None = None) -> list[int]:
    """Return ids of what has an entry and does not belong in the index."""
    entries = document_model(slot).objects.filter(kind=kind)
    rows = _not_waiting(entries, kind, "object_id")
    there = present(kind).filter(pk=OuterRef("object_id"))
    return _ids(rows.filter(~Exists(there.order_by())), "object_id", limit)


def outdated(slot: str, kind: str, *, limit: int | None = None) -> list[int]:
    """Return ids of what has an entry by another analyser, or with other rights, without reading texts."""
    same = document_model(slot).objects.filter(kind=kind, object_id=OuterRef("pk"))
    if not is_degraded():
        # A worker that lost its analyser for a while must not make the index worse.
        same = same.filter(analyzer=analyzer_version())
    for name in columns_read(kind):
        said = OuterRef(PREFIX + name)
        if name in NOBODY:
            same = same.annotate(**{f"own_{name}": Coalesce(F(name), NOBODY[name])})
            same = same.filter(**{f"own_{name}": Coalesce(said, NOBODY[name])})
        else:
            same = same.filter(**{name: said})
    there = document_model(slot).objects.filter(kind=kind, object_id=OuterRef("pk"))
    rows = _not_waiting(with_rights(kind), kind).filter(Exists(there), ~Exists(same))
    return _ids(rows, "pk", limit)


def differing(slot: str, kind: str, ids: Collection[int]) -> list[int]:
    """Return those of ``ids`` whose entry was made of other texts or says other rights.

    Reads every text, and knows nothing of what has no entry. What differs is looked at again: it
    may have been indexed between one query and the next.
    """
    return _differing(slot, kind, wrong) if (wrong := _differing(slot, kind, ids)) else []


def _differing(slot: str, kind: str, ids: Collection[int]) -> list[int]:
    analyzer = analyzer_version()
    rows = document_model(slot).objects.filter(kind=kind, object_id__in=ids)
    columns = [one for one in columns_read(kind) if one != "is_counted"]
    entries = {
        row["object_id"]: row for row in rows.values("object_id", "digest", "is_counted", *columns)
    }
    sources = load(kind, list(entries))
    wrong = [
        pk
        for pk, source in sources.items()
        if entries[pk]["digest"] != source.digest(analyzer)
        or entries[pk]["is_counted"] != source.rights.is_counted
        or any(entries[pk][name] != getattr(source.rights, name) for name in columns)
    ]
    waiting = Waiting.objects.filter(kind=kind, object_id__in=wrong)
    return sorted(set(wrong) - set(waiting.values_list("object_id", flat=True)))


def _not_waiting(rows: models.QuerySet, kind: str, key: str = "pk") -> models.QuerySet:
    waiting = Waiting.objects.filter(kind=kind, object_id=OuterRef(key))
    return rows.filter(~Exists(waiting.order_by()))


def _ids(rows: models.QuerySet, key: str, limit: int | None) -> list[int]:
    return list(rows.order_by(key).values_list(key, flat=True)[:limit])
