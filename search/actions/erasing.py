"""Taking what somebody wrote out of the index when they leave for good."""

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from search.actions.writing import Written, tell_engine
from search.engines import get_engine
from search.generations import document_model
from search.models import Generation, Waiting
from search.sources import Kind
from search.vocabulary import count_terms, merge_changes, term_changes

WRITTEN_BY = (Kind.POST, Kind.SERIES, Kind.COMMENT)
ERASED_AT_ONCE = 500


def erase_entries(person: User) -> dict[str, int]:
    """Delete all entries of ``person`` and their words from every slot, also the one kept aside.

    Called last: what was deleted before has no entries but these. What is changed afterwards finds
    nothing to index. Raises EngineDown.
    """
    engine = get_engine()
    for slot in Generation.Slot.values:
        while written := _erase_some(slot, person):
            tell_engine(engine, written)
    return {}


@transaction.atomic
def _erase_some(slot: str, person: User) -> Written | None:
    mine = Q(kind__in=WRITTEN_BY, author_id=person.pk) | Q(kind=Kind.PERSON, object_id=person.pk)
    entries = document_model(slot).objects.filter(mine).order_by("kind", "object_id")
    rows = list(entries.select_for_update(no_key=True)[:ERASED_AT_ONCE])
    if not rows:
        return None
    document_model(slot).objects.filter(pk__in=[row.pk for row in rows]).delete()
    count_terms(slot, merge_changes(term_changes(row, None) for row in rows))
    # What still waits of them has a newer version; nothing that is written later may be older.
    newest = Waiting.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return Written(
        gone={slot: [(row.kind, row.object_id, max(newest, row.version)) for row in rows]}
    )
