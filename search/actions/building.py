"""A new index beside the one that answers: built while the site runs, resumed, swapped in."""

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from search import schema
from search.actions.analysing import Chunk, analysed
from search.actions.draining import drain_outbox
from search.actions.writing import tell_engine, write_entries
from search.analysis import analyzer_version
from search.differences import differing, missing, orphans
from search.engines import engine_name, get_engine
from search.exceptions import RebuildIncomplete, RebuildUnderWay
from search.generations import FIRST_SLOT, document_model, term_model
from search.models import Generation
from search.sources import KINDS, load, present

logger = logging.getLogger(__name__)
READ_AT_ONCE = 200
"""Things of one commit: they are locked for as long as they are written."""

SILENT_FOR = timedelta(seconds=60)
COMPARED = 100
CATCHING_UP_ROUNDS = 20
State = Generation.State


@dataclass(frozen=True)
class Progress:
    """How far a build is."""

    done: int
    total: int
    kind: str


Tell = Callable[[Progress], None]


def rebuild_index(
    *,
    resume: bool = False,
    takes_over: bool = True,
    workers: int = 1,
    tell: Tell | None = None,
) -> Generation:
    """Build an index in the other slot, let it answer, and keep the former one aside.

    Meanwhile every change goes to both. ``resume`` goes on where a build was stopped, if the
    analyser is still the same, and ``takes_over`` also one that moved a moment ago; ``workers``
    processes analyse. Raises RebuildUnderWay, RebuildIncomplete, EngineDown.
    """
    generation = _begin(resume, takes_over)
    engine = get_engine()
    for kind, entries in analysed(_chunks(generation), workers):
        versions = dict.fromkeys(entries, 0)
        _move_on(generation, kind, versions, entries, engine)
        if tell is not None:
            tell(Progress(generation.done, generation.total, kind))
    _catch_up(generation, engine)
    engine.finish(generation.slot)
    _compare(generation)
    return _swap(generation, engine)


def drop_old_index(kept_for: timedelta = timedelta(0)) -> bool:
    """Empty the slot that was kept aside at least ``kept_for``; return whether there was one.

    Changes do not reach it: it still holds words of what was deleted or made private since.
    """
    old = Generation.objects.filter(state=State.OLD).first()
    since = timezone.now() - kept_for
    if old is None or Generation.objects.filter(state=State.LIVE, finished_at__gt=since).exists():
        return False
    _empty(old.slot)
    old.delete()
    return True


# Beginning ----------------------------------------------------------------------------------------


def _begin(resume: bool, takes_over: bool) -> Generation:
    analyzer, engine = analyzer_version(), engine_name()
    with transaction.atomic():
        held = {row.state: row for row in Generation.objects.select_for_update()}
        building = held.get(State.BUILDING)
        is_alive = building and timezone.now() - building.moved_at < SILENT_FOR
        if is_alive and not (resume and takes_over):
            raise RebuildUnderWay(_("An index is being built already."))
        if building and resume and (building.analyzer, building.engine) == (analyzer, engine):
            # Whoever built until now finds that somebody else moved on.
            building.moved_at = timezone.now()
            building.save(update_fields=["moved_at"])
            return building
        live = held[State.LIVE].slot if State.LIVE in held else FIRST_SLOT
        slot = building.slot if building else ("b" if live == "a" else "a")
        # Changes go there only when it is empty.
        Generation.objects.filter(slot=slot).delete()
    _empty(slot)
    now = timezone.now()
    return Generation.objects.create(
        slot=slot,
        state=State.BUILDING,
        analyzer=analyzer,
        engine=engine,
        total=sum(present(kind).count() for kind in KINDS),
        started_at=now,
        moved_at=now,
    )


def _empty(slot: str) -> None:
    with transaction.atomic():
        schema.empty(slot)
        term_model(slot)._default_manager.all().delete()
    get_engine().clear(slot)


# Building -----------------------------------------------------------------------------------------


def _chunks(generation: Generation) -> Iterator[Chunk]:
    """Yield what is still to be indexed, in the order of KINDS and ids."""
    kinds = list(KINDS)
    reached = generation.kind_reached
    for kind in kinds[kinds.index(reached) if reached else 0 :]:
        last = generation.id_reached if kind == reached else 0
        while ids := _ids_after(present(kind), last):
            yield kind, load(kind, ids)
            last = ids[-1]


def _ids_after(rows: QuerySet, last: int) -> list[int]:
    found = rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
    return list(found[:READ_AT_ONCE])


def _move_on(generation: Generation, kind: str, versions, entries, engine) -> None:
    """Store some entries and how far the build is with them, in one commit."""
    now = timezone.now()
    with transaction.atomic():
        written = write_entries([generation.slot], kind, entries, versions, skips_newer=False)
        done = generation.done + len(versions)
        moved = Generation.objects.filter(
            pk=generation.pk, state=State.BUILDING, moved_at=generation.moved_at
        ).update(done=done, kind_reached=kind, id_reached=max(versions), moved_at=now)
        if not moved:
            raise RebuildUnderWay(_("Somebody else builds this index now."))
    generation.done, generation.moved_at = done, now
    tell_engine(engine, written)


def _catch_up(generation: Generation, engine) -> None:
    """Index what was held by others when its turn came, and what changed meanwhile."""
    slot = generation.slot
    for _round in range(CATCHING_UP_ROUNDS):
        drain_outbox()
        is_complete = True
        for kind in KINDS:
            while ids := missing(slot, kind, limit=READ_AT_ONCE):
                is_complete = False
                chunk = [(kind, load(kind, ids))]
                for _kind, entries in analysed(iter(chunk), 1):
                    versions = dict.fromkeys(ids, 0)
                    written = write_entries([slot], kind, entries, versions, skips_newer=False)
                    tell_engine(engine, written)
                if written.created == 0:
                    break
        if is_complete:
            return
    raise RebuildIncomplete(_("The new index lacks entries."))


# Letting it answer --------------------------------------------------------------------------------


def _compare(generation: Generation) -> None:
    """Look whether the index has what it should, and at a few entries closely."""
    slot = generation.slot
    for kind in KINDS:
        wrong = missing(slot, kind, limit=1) or orphans(slot, kind, limit=1)
        entries = document_model(slot).objects.filter(kind=kind)
        ids = list(entries.values_list("object_id", flat=True))
        sample = random.sample(ids, min(COMPARED, len(ids)))
        if wrong or differing(slot, kind, sample):
            raise RebuildIncomplete(_("The new index is not what the site says."))


def _swap(generation: Generation, engine) -> Generation:
    """Let the new index answer from this commit on."""
    now = timezone.now()
    with transaction.atomic():
        held = {row.state: row for row in Generation.objects.select_for_update()}
        building, live = held.get(State.BUILDING), held.get(State.LIVE)
        if building is None or building.moved_at != generation.moved_at:
            raise RebuildUnderWay(_("Somebody else builds this index now."))
        if live is not None:
            live.state = State.OLD
            live.save(update_fields=["state"])
        else:
            Generation.objects.create(slot=FIRST_SLOT, state=State.OLD)
        building.state, building.finished_at, building.moved_at = State.LIVE, now, now
        building.total = building.done
        building.save(update_fields=["state", "finished_at", "moved_at", "total"])
    engine.swap(building.slot)
    logger.info("search_index_rebuilt", extra={"slot": building.slot, "done": building.done})
    return building
