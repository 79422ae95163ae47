"""Comparing the whole index with the site, without changing anything."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection

from search.actions.sweeping import lost_by
from search.actions.writing import TOKENS, make_entry
from search.differences import differing, missing, orphans
from search.engines import EngineDown, get_engine
from search.generations import document_model, written_slots
from search.models import Waiting
from search.models.sync import MOST_ATTEMPTS
from search.schema import sqlite
from search.sources import KINDS, load
from search.vocabulary.counting import count_differences

COMPARED_AT_ONCE = 500


class Difference(NamedTuple):
    """One thing that is not as it should be."""

    slot: str
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.slot}  {self.where}: {self.what}"


def check_index(*, is_deep: bool = False) -> Iterator[Difference]:
    """Yield every difference between index and site; what waits for a worker is none yet.

    ``is_deep`` analyses every text anew and compares the tokens themselves.
    """
    for slot in written_slots():
        for kind in KINDS:
            yield from _of_kind(slot, kind, is_deep)
        for word, change in sorted(count_differences(slot).items()):
            yield Difference(slot, f"counted {change.df:+d} too few", f"word {word!r}")
        if connection.vendor == "sqlite" and not sqlite.check_words(connection, slot):
            yield Difference(slot, "holds other words than the entries", "full-text index")
    for row in Waiting.objects.filter(attempts__gte=MOST_ATTEMPTS).order_by("pk"):
        yield Difference("-", f"failed: {row.error}", f"{row.kind} {row.object_id}")


def _of_kind(slot: str, kind: str, is_deep: bool) -> Iterator[Difference]:
    looks = {"missing": missing, "not there any more": orphans}
    for what, look in looks.items():
        for pk in look(slot, kind):
            yield Difference(slot, what, f"{kind} {pk}")
    last = 0
    rows = document_model(slot).objects.filter(kind=kind).order_by("object_id")
    while ids := list(
        rows.filter(object_id__gt=last).values_list("object_id", flat=True)[:COMPARED_AT_ONCE]
    ):
        for pk in differing(slot, kind, ids):
            yield Difference(slot, "differs", f"{kind} {pk}")
        if is_deep:
            for pk in _analysed_otherwise(slot, kind, ids):
                yield Difference(slot, "has other tokens", f"{kind} {pk}")
        last = ids[-1]
    try:
        for pk in lost_by(get_engine(), slot, kind):
            yield Difference(slot, "has another version in the engine", f"{kind} {pk}")
    except EngineDown as error:
        yield Difference(slot, f"the engine is down: {error}", kind)


def _analysed_otherwise(slot: str, kind: str, ids: list[int]) -> list[int]:
    sources = load(kind, ids)
    rows = document_model(slot).objects.filter(kind=kind, object_id__in=ids)
    wrong = []
    for row in rows.iterator(chunk_size=COMPARED_AT_ONCE):
        if source := sources.get(row.object_id):
            entry = make_entry(source, row.version)
            if any(getattr(row, name) != entry.columns[name] for name in TOKENS):
                wrong.append(row.object_id)
    waiting = Waiting.objects.filter(kind=kind, object_id__in=wrong)
    return sorted(set(wrong) - set(waiting.values_list("object_id", flat=True)))
