"""Which of the two slots answers, and the tables of a slot."""

from django.db import models

from search.models import DocumentA, DocumentB, Generation, TermA, TermB

FIRST_SLOT = "a"


def document_model(slot: str) -> type[DocumentA] | type[DocumentB]:
    """Return the table of entries in ``slot``."""
    return DocumentB if slot == "b" else DocumentA


def term_model(slot: str) -> type[TermA] | type[TermB]:
    """Return the table of words in ``slot``."""
    return TermB if slot == "b" else TermA


def table_of(model: type[models.Model]) -> str:
    """Return the table's name for SQL."""
    return model._meta.db_table


def live_slot() -> str:
    """Return the slot that answers searches; the first one until a generation says otherwise."""
    slot = (
        Generation.objects.filter(state=Generation.State.LIVE)
        .values_list("slot", flat=True)
        .first()
    )
    return slot or FIRST_SLOT


def written_slots() -> list[str]:
    """Return the slots that changes go to: the live one, then the one being built."""
    states = dict(Generation.objects.values_list("state", "slot"))
    live = states.get(Generation.State.LIVE, FIRST_SLOT)
    building = states.get(Generation.State.BUILDING)
    return [live] if building is None else [live, building]
