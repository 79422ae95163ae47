"""Limits of time for tasks in threads, which Celery itself keeps only for processes.

A task that runs longer than its soft limit gets SoftTimeLimitExceeded between two steps of Python;
the connections of its thread are given up after that. A call that waits outside of Python (every one
of ours has a limit of its own) hears it when it returns. One that runs past the hard limit all the
same cannot be ended alone: the worker logs where it hangs, takes nothing new, lets the other tasks
end and leaves, for whatever runs it to start another one. The message of the task that hangs is
done with: it must not stop the next worker, too. What was promised by a row comes back by that row.
"""

import ctypes
import logging
import os
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import task_postrun, task_prerun
from celery.worker import state
from django.db import connections

logger = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
LEAVE_SECONDS = 30
"""So long the other tasks have to end; then the worker leaves without them."""


@dataclass
class Running:
    """A task in its thread."""

    task_id: str
    name: str
    thread: int
    soft: float | None
    hard: float | None
    began: float = field(default_factory=time.monotonic)
    was_told: bool = False


_running: dict[tuple[str, int], Running] = {}
"""By thread, too: a message may come twice, and one run must not end the watch over the other."""

_lock = threading.Lock()


@task_prerun.connect
def note_begin(task_id: str = "", task: Any = None, **kwargs: Any) -> None:
    """Remember which thread does the task, and for how long it may."""
    if not _is_watched:
        return
    soft, hard = limits_of(task)
    thread = threading.get_ident()
    with _lock:
        _running[task_id, thread] = Running(task_id, task.name, thread, soft, hard)


@task_postrun.connect
def note_end(task_id: str = "", **kwargs: Any) -> None:
    """Forget the task; what was meant for it must not hit the next one in the thread."""
    if not _is_watched:
        return
    with _lock:
        ended = _running.pop((task_id, threading.get_ident()), None)
        if ended is None or not ended.was_told:
            return
        _raise_in(ended.thread, None)
    for name in list(connections):
        # It may have been told in the middle of a transaction: nobody else gets that connection.
        held = connections[name]
        held.in_atomic_block = False
        held.close()
        del connections[name]


def limits_of(task: Any) -> tuple[float | None, float | None]:
    """Return soft and hard limit of ``task`` in seconds; a soft one always lies before the hard."""
    own_soft, own_hard = task.soft_time_limit, task.time_limit
    if own_soft is None and own_hard is not None:
        own_soft = own_hard * 0.9
    if own_hard is None and own_soft is not None:
        own_hard = own_soft * 1.5
    conf = task.app.conf
    return own_soft or conf.task_soft_time_limit, own_hard or conf.task_time_limit


_is_watched = False


def watch() -> threading.Thread:
    """Begin to keep the limits in this process."""
    global _is_watched
    _is_watched = True

    def run() -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                look()
            except Exception:
                logger.exception("time_limits_not_kept")

    thread = threading.Thread(target=run, name="time-limits", daemon=True)
    thread.start()
    return thread


def look(now: float | None = None) -> None:
    """Tell who is over the soft limit; leave where somebody is over the hard one."""
    now = time.monotonic() if now is None else now
    with _lock:
        late = [one for one in _running.values() if one.soft and now - one.began > one.soft]
        for one in late:
            if not one.was_told:
                one.was_told = True
                _raise_in(one.thread, SoftTimeLimitExceeded)
                logger.warning("task_too_long", extra={"task_name": one.name, "seconds": one.soft})
    hanging = [one for one in late if one.hard and now - one.began > one.hard]
    if hanging and not _leaving.is_set():
        leave(hanging)


_leaving = threading.Event()


def leave(hanging: list[Running]) -> None:
    """End this worker because of tasks that hang."""
    _leaving.set()
    frames = sys._current_frames()
    for one in hanging:
        where = "".join(traceback.format_stack(frames.get(one.thread)))[-2000:]
        logger.error("task_hangs", extra={"task_name": one.name, "where": where})
        for request in list(state.active_requests):
            if request.id == one.task_id:
                request.acknowledge()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Timer(LEAVE_SECONDS, os._exit, [1]).start()


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), ctypes.py_object(error) if error else None
    )
