"""The schedule: any number of schedulers, on any number of machines, and each run is sent once.

``celery --app config beat`` and ``celery --app config worker --beat`` use it. When an entry was last
sent is a row (``ScheduledRun``). Whoever finds an entry due moves the row from the time that it read
to now, which one of several can do, and sends the message in the same transaction: if that fails, or
the process dies, the row is as it was and the next scheduler finds the entry due. So nobody holds a
lease that could expire late or be split: where one scheduler is gone, the others just go on. It works through a pooler, too, which locks of a session do not.

A run that was missed while no scheduler lived is made up for once. A new entry waits for its first
time. Every scheduler has a heartbeat (config.heartbeats).
"""

import contextlib
import logging
import os
import platform
import time
from datetime import datetime

from celery import beat
from celery.beat import ScheduleEntry, SchedulingError
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone

from config import heartbeats

logger = logging.getLogger(__name__)
LONGEST_SLEEP = 5  # seconds
SHORTEST_SLEEP = 0.2
PAUSE_SECONDS = 5
"""After the database or the broker failed."""


class Scheduler(beat.Scheduler):
    """Sends what is due and nobody else has sent."""

    max_interval = LONGEST_SLEEP

    def setup_schedule(self) -> None:
        """Read the entries; when they ran last is read at the first tick, from the database."""
        self._seen: dict[str, datetime] = {}
        self._is_prepared = False
        self._is_failing = False
        self._beat_at = 0.0
        self._name = f"beat@{platform.node()}:{os.getpid()}"[:120]
        super().setup_schedule()

    def tick(self, *args: object, **kwargs: object) -> float:
        """Send what is due; return after how many seconds to come back."""
        if not connection.in_atomic_block:
            close_old_connections()
        try:
            self._note_beat()
            self._prepare()
            pause = self._send_due()
        except (DatabaseError, SchedulingError) as error:
            if not self._is_failing:
                logger.error("schedule_rests", exc_info=error)
            self._is_failing = True
            return PAUSE_SECONDS
        if self._is_failing:
            logger.warning("schedule_goes_on")
        self._is_failing = False
        return pause

    def close(self) -> None:
        """End in order."""
        with contextlib.suppress(DatabaseError):
            heartbeats.end_beat(self._name)
        if not connection.in_atomic_block:
            connection.close()
        super().close()

    def _note_beat(self) -> None:
        if time.monotonic() - self._beat_at >= heartbeats.EVERY_SECONDS or not self._beat_at:
            heartbeats.note_beat(heartbeats.BEAT, self._name)
            self._beat_at = time.monotonic()

    def _prepare(self) -> None:
        if not self._is_prepared:
            self._read()
            self._is_prepared = True

    def _read(self) -> None:
        """Bring to mind when each entry was sent last, by whomever."""
        now = timezone.now()
        rows = read_rows()
        missing = {name: self._seen.get(name, now) for name in self.schedule if name not in rows}
        if missing:
            # New, or taken from under a scheduler that lives.
            prepare_rows(missing)
            rows = read_rows()
        self._seen = rows
        for name, entry in self.schedule.items():
            # A clock that was ahead must not hold the schedule up until the others reach it.
            entry.last_run_at = min(self._seen.get(name, now), now)

    def _send_due(self) -> float:
        waits = self._waits()
        if min(waits.values(), default=LONGEST_SLEEP) <= 0:
            self._read()
            for name, wait in self._waits().items():
                if wait <= 0:
                    self._send(self.schedule[name])
            waits = self._waits()
        wait = min(waits.values(), default=LONGEST_SLEEP)
        return min(max(wait, SHORTEST_SLEEP), LONGEST_SLEEP, self.max_interval)

    def _waits(self) -> dict[str, float]:
        """Return in how many seconds each entry is due; 0: now."""
        found = {}
        for name, entry in self.schedule.items():
            is_due, seconds = entry.is_due()
            found[name] = 0.0 if is_due else seconds
        return found

    def _send(self, entry: ScheduleEntry) -> None:
        now = timezone.now()
        send = self.apply_async
        with transaction.atomic():
            if not move_on(entry.name, self._seen.get(entry.name), now):
                return
            send(entry, advance=False)
        self._seen[entry.name] = entry.last_run_at = now


def prepare_rows(times: dict[str, datetime]) -> None:
    """Let entries without a row wait for their next time since ``times``. Idempotent."""
    from config.models import ScheduledRun

    rows = [ScheduledRun(name=name, ran_at=ran_at) for name, ran_at in times.items()]
    ScheduledRun.objects.bulk_create(rows, ignore_conflicts=True)


def read_rows() -> dict[str, datetime]:
    """Return when each entry was sent last."""
    from config.models import ScheduledRun

    return dict(ScheduledRun.objects.values_list("name", "ran_at"))


def move_on(name: str, since: datetime | None, now: datetime) -> bool:
    """Note that ``name`` is sent now; return whether nobody else did since it was read."""
    from config.models import ScheduledRun

    return bool(ScheduledRun.objects.filter(name=name, ran_at=since).update(ran_at=now))
