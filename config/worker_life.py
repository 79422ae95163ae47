"""The heartbeat of a worker: a thread that says every EVERY_SECONDS which process takes what."""

import contextlib
import logging
import os
import platform
import threading
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from config import heartbeats

logger = logging.getLogger(__name__)

_stopped = threading.Event()
_name = ""


def begin(consumer: Any) -> threading.Thread:
    """Let the heart of this worker beat until ``end``."""
    global _name
    _name = f"{consumer.hostname}:{os.getpid()}"[-120:]
    detail = {
        "queues": sorted(consumer.app.amqp.queues.consume_from),
        "concurrency": consumer.controller.concurrency,
    }
    thread = threading.Thread(target=_run, args=[_name, detail], name="heartbeat", daemon=True)
    thread.start()
    return thread


def end() -> None:
    """Say that this worker was stopped in order."""
    _stopped.set()
    if _name:
        with contextlib.suppress(DatabaseError):
            heartbeats.end_beat(_name)
        connection.close()


def is_alone() -> bool:
    """Return whether no other worker lives: what runs, nobody does. Raises DatabaseError.

    Without Redis all are on one machine, where one that was killed a moment ago can be told from one
    that lives. With Redis nobody can tell, and what is silent is given up by the clock.
    """
    if settings.REDIS_URL:
        return False
    others = (beat for beat in heartbeats.last_beats(heartbeats.WORKER) if beat.name != _name)
    return not any(heartbeats.is_alive(beat) and not _was_killed(beat.name) for beat in others)


def _was_killed(name: str) -> bool:
    """Return whether the process of a heartbeat was of this machine and is there no more."""
    worker, _colon, pid = name.rpartition(":")
    if worker.rpartition("@")[2] != platform.node() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return True  # in a container each start has the same number
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _run(name: str, detail: dict[str, Any]) -> None:
    is_failing = False
    while True:
        try:
            heartbeats.note_beat(heartbeats.WORKER, name, detail)
            is_failing = False
        except DatabaseError as error:
            if not is_failing:
                logger.warning("heartbeat_not_noted", extra={"error": str(error)[:200]})
            is_failing = True
        finally:
            connection.close()
        if _stopped.wait(heartbeats.EVERY_SECONDS):
            return
