"""Emptying the outbox: what changed is read now, analysed, and stored in the index."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from celery.exceptions import SoftTimeLimitExceeded

from search.actions import outbox
from search.actions.dependents import enqueue_dependents
from search.actions.writing import Entry, make_entry, tell_engine, write_entries
from search.engines import Engine, EngineDown, get_engine
from search.generations import document_model, written_slots
from search.models import Document, Waiting
from search.sources import load

logger = logging.getLogger(__name__)
CLAIMED_AT_ONCE = 50
WRITTEN_AT_ONCE = 10
"""Few, so that nobody who likes or changes one of them waits for long."""

SECONDS = 100
LOCKED_ROUNDS = 25
"""So often we wait for things that somebody else holds, before the next worker looks after them."""


def drain_outbox(limit: int = CLAIMED_AT_ONCE, seconds: float = SECONDS) -> int:
    """Index what waits and may be tried now, until nothing is left or time is up.

    Returns how many things were indexed or deleted. What fails is kept with its error and tried
    again later, at longer and longer intervals; while the engine is down all wait.
    """
    engine, ends = get_engine(), time.monotonic() + seconds
    done, patience = 0, LOCKED_ROUNDS
    locked: set[int] = set()
    while time.monotonic() < ends:
        rows = outbox.claim(limit)
        if not rows:
            if not patience or not Waiting.objects.filter(pk__in=locked).exists():
                break
            patience -= 1
            time.sleep(outbox.LOCKED_PAUSE.total_seconds())
            continue
        locked -= {row.pk for row in rows}
        try:
            for kind, some in _by_kind(rows).items():
                finished, held = _index(engine, kind, some)
                done, locked = done + finished, locked | held
        except EngineDown as error:
            logger.warning("search_engine_down", extra={"error": str(error)})
            outbox.give_back(rows, pause=outbox.ENGINE_PAUSE, error=f"EngineDown: {error}")
            break
    return done


def _by_kind(rows: Iterable[Waiting]) -> dict[str, list[Waiting]]:
    by_kind: dict[str, list[Waiting]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    return by_kind


def _index(engine: Engine, kind: str, rows: Sequence[Waiting]) -> tuple[int, set[int]]:
    """Index things of one kind; return how many, and the rows of those that somebody held."""
    slots = written_slots()
    newest = {row.object_id: row for row in rows}
    outbox.finish(row for row in rows if row is not newest[row.object_id])
    rows = list(newest.values())
    ids = list(newest)
    sources = load(kind, ids)
    held = held_rows(slots[0], kind, ids)
    enqueue_dependents(kind, sources, held)
    entries, able = {}, []
    for row in rows:
        try:
            if source := sources.get(row.object_id):
                entries[row.object_id] = make_entry(source, row.pk, held.get(row.object_id))
            able.append(row)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            _note_failure(row, error)
    locked: set[int] = set()
    for start in range(0, len(able), WRITTEN_AT_ONCE):
        some = able[start : start + WRITTEN_AT_ONCE]
        locked |= _write(engine, slots, kind, some, entries)
    return len(able) - len(locked), locked


def _write(
    engine: Engine,
    slots: Sequence[str],
    kind: str,
    rows: Sequence[Waiting],
    entries: Mapping[int, Entry],
) -> set[int]:
    """Store a few things; if that fails, each alone, so that one never stops the others.

    Returns the rows of those that somebody else held.
    """
    versions = {row.object_id: row.pk for row in rows}
    mine = {pk: entry for pk, entry in entries.items() if pk in versions}
    try:
        written = write_entries(slots, kind, mine, versions)
        tell_engine(engine, written)
    except (EngineDown, SoftTimeLimitExceeded):
        raise
    except Exception as error:
        if len(rows) > 1:
            return set().union(*(_write(engine, slots, kind, [row], entries) for row in rows))
        _note_failure(rows[0], error)
        return set()
    if written.overtaken:
        # The change got its version early and was committed late: it needs a newer one.
        outbox.enqueue_after(kind, written.overtaken)
    locked = [row for row in rows if row.object_id in written.locked]
    outbox.give_back(locked, pause=outbox.LOCKED_PAUSE)
    outbox.finish(row for row in rows if row.object_id not in written.locked)
    return {row.pk for row in locked}


def held_rows(slot: str, kind: str, ids: Iterable[int]) -> dict[int, Document]:
    """Return what the index has of things already."""
    rows = document_model(slot).objects.filter(kind=kind, object_id__in=list(ids))
    return {row.object_id: row for row in rows}


def _note_failure(row: Waiting, error: Exception) -> None:
    logger.exception("search_not_indexed", extra={"kind": row.kind, "object_id": row.object_id})
    outbox.fail(row, error)
