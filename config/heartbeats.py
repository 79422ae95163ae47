"""Who works in the background and still lives: a row for each process, brought up to date by itself.

    note_beat("worker", "worker@host-1", detail={"queues": ["default", "mail"]})
    last_beats()                    # [Beat(kind="worker", name=…, seen_at=…, detail=…), …], newest first
    last_beats("beat")              # schedulers only; several are harmless (config.scheduler)
    is_alive(beat)                  # seen within ALIVE_SECONDS
    living("worker")                # how many of a kind are
    last_run("search-drain")        # when an entry of the schedule was last sent; None: never

Rows, and not marks in the cache: they are seen from every machine, and with Redis down. A process
writes each EVERY_SECONDS; one that is stopped in order takes its row away; one that was killed stays,
older and older, until ``forget_old``: that is what a check of health sees. A worker's row says that
its process lives and reaches the database, not that it has a thread to spare.
Everything that reads raises DatabaseError where the database does not answer.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from config.models import Heartbeat, ScheduledRun

EVERY_SECONDS = 20
ALIVE_SECONDS = 60
KEPT = timedelta(days=7)
WORKER = "worker"
BEAT = "beat"


class Beat(NamedTuple):
    """When a process was last heard of."""

    kind: str
    name: str
    seen_at: datetime
    detail: dict[str, Any]


def note_beat(kind: str, name: str, detail: dict[str, Any] | None = None) -> None:
    """Note that the process ``name`` lives now."""
    row = Heartbeat(kind=kind, name=name, seen_at=timezone.now(), detail=detail or {})
    Heartbeat.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["kind", "seen_at", "detail"],
    )


def end_beat(name: str) -> None:
    """Forget a process that was stopped in order. Idempotent."""
    Heartbeat.objects.filter(name=name).delete()


def last_beats(kind: str = "") -> list[Beat]:
    """Return every process that was heard of lately, or those of one kind; the newest first."""
    rows = Heartbeat.objects.order_by("-seen_at", "name")
    if kind:
        rows = rows.filter(kind=kind)
    return [Beat(row.kind, row.name, row.seen_at, row.detail) for row in rows]


def is_alive(beat: Beat, now: datetime | None = None) -> bool:
    """Return whether ``beat`` is young enough for its process to live."""
    return (now or timezone.now()) - beat.seen_at <= timedelta(seconds=ALIVE_SECONDS)


def living(kind: str, now: datetime | None = None) -> int:
    """Return how many processes of ``kind`` live."""
    return sum(is_alive(beat, now) for beat in last_beats(kind))


def last_run(entry: str) -> datetime | None:
    """Return when ``entry`` of CELERY_BEAT_SCHEDULE was last sent to the workers."""
    return ScheduledRun.objects.filter(name=entry).values_list("ran_at", flat=True).first()


def forget_old(now: datetime | None = None) -> int:
    """Forget processes that were killed long ago; return how many."""
    old = Heartbeat.objects.filter(seen_at__lt=(now or timezone.now()) - KEPT)
    return old.delete()[0]
