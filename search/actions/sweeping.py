"""Repairing what fell through: looked for in the rows, put into the outbox, and indexed."""

import logging
import time

from search.actions.draining import drain_outbox
from search.actions.outbox import enqueue
from search.analysis import is_degraded
from search.differences import differing, missing, orphans, outdated
from search.engines import Engine, EngineDown, get_engine
from search.generations import document_model, live_slot, written_slots
from search.sources import KINDS
from search.vocabulary import rebuild_counts

logger = logging.getLogger(__name__)
SWEPT_AT_ONCE = 500
SECONDS = 180


def sweep_index(limit: int = SWEPT_AT_ONCE) -> int:
    """Enqueue up to ``limit`` things of each kind that are missing, superfluous or outdated.

    Returns how many. What waits already is left out, so that what cannot be indexed is not
    enqueued again and again. An index that is being built lacks much; who builds it sees to that.
    """
    found, slot = 0, live_slot()
    for kind in KINDS:
        for look in (missing, orphans, outdated):
            found += enqueue(kind, look(slot, kind, limit=limit))
    return found


def sweep_until_clean(seconds: float = SECONDS) -> int:
    """Sweep and index until nothing is found or time is up; return how many things were wrong."""
    ends, total = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        found = sweep_index()
        total += found
        drain_outbox(seconds=max(ends - time.monotonic(), 1))
        if not found:
            break
    if total:
        logger.warning("search_index_swept", extra={"found": total})
    return total


def repair_index() -> int:
    """Set the counts of words right, what changed unseen, and what an engine of its own store lost.

    Nobody watches the tables while migrations run: what was written anew then is told by its text
    alone. Returns how many words and things were wrong.
    """
    engine, found = get_engine(), 0
    for slot in written_slots():
        found += rebuild_counts(slot)
        if not is_degraded():  # a worker that lost its analyser takes everything for outdated
            for kind in KINDS:
                found += enqueue(kind, changed_unseen(slot, kind))
        try:
            for kind in KINDS:
                found += enqueue(kind, lost_by(engine, slot, kind))
        except EngineDown as error:
            logger.warning("search_engine_down", extra={"error": str(error)})
    if found:
        logger.warning("search_index_repaired", extra={"found": found})
    return found


def changed_unseen(slot: str, kind: str) -> list[int]:
    """Return ids of what has an entry that was made of another text, though nothing waits."""
    changed, last = [], 0
    rows = document_model(slot).objects.filter(kind=kind).order_by("object_id")
    while ids := list(
        rows.filter(object_id__gt=last).values_list("object_id", flat=True)[:SWEPT_AT_ONCE]
    ):
        changed += differing(slot, kind, ids)
        last = ids[-1]
    return changed


def lost_by(engine: Engine, slot: str, kind: str) -> list[int]:
    """Return ids of what an engine with a store of its own has in another version than the rows.

    Raises EngineDown.
    """
    lost, last = [], 0
    rows = document_model(slot).objects.filter(kind=kind).order_by("object_id")
    while page := dict(
        rows.filter(object_id__gt=last).values_list("object_id", "version")[:SWEPT_AT_ONCE]
    ):
        there = engine.versions(slot, kind, list(page))
        if there is None:
            return []
        lost += [pk for pk, version in page.items() if there.get(pk) != version]
        last = max(page)
    return lost
