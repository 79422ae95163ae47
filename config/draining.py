"""Background work where no process lasts: one call does what a worker and its scheduler would do.

``drain`` sends the entries of the schedule that are due, then takes one message after the other until
nothing waits or its time is over. Messages go when their task has ended, so that what a kill cuts short
comes back (``visibility_timeout``); a task that the end of the call stops goes back by itself. Jobs
stop at their next report and wait for the next call. Any number of calls, and real workers beside
them, may do this at once.
"""

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from celery.worker.request import Request
from django.conf import settings
from django.db import close_old_connections, connection
from kombu import Connection, Queue
from kombu.exceptions import OperationalError
from kombu.message import Message

from config.celery import app
from config.scheduler import Scheduler
from config.signals import drain_began, drain_ends
from config.time_limits import limits_of

logger = logging.getLogger(__name__)
LEAST_SECONDS = 8.0
"""With less time left nothing new is begun, and what runs is stopped LAST_SECONDS before the end."""

LAST_SECONDS = 4.0
WARNING_SECONDS = 45.0
"""So long before the end, or after half of a short call, jobs are asked to stop."""

MOST_HELD = 500
"""Messages whose time has not come, looked through in one call."""

FAIR_SHARE = 0.8
"""A task that had more of the call than this, and was stopped, is not tried again by itself."""

NAME = "function"

Remaining = Callable[[], float]


@dataclass
class Drained:
    """What one call did."""

    done: int = 0
    put_back: int = 0
    unreadable: int = 0
    waiting: int = 0
    is_empty: bool = False
    has_broker: bool = True

    def told(self) -> dict[str, Any]:
        """Return this as what a program reads."""
        return asdict(self)


def drain(remaining: Remaining) -> Drained:
    """Do what is due and what waits; ``remaining`` says how many seconds are left of the call."""
    drained = Drained()
    know_tasks()
    drain_began.send(None)
    pause = max(remaining() - WARNING_SECONDS, remaining() / 2)
    warning = threading.Timer(pause, drain_ends.send, [None])
    warning.daemon = True
    warning.start()
    broker = app.connection_for_read()
    try:
        send_due()
        with broker:
            broker.ensure_connection(max_retries=1, interval_start=0.2, timeout=5)
            _take_all(broker, drained, remaining)
    except (OperationalError, *broker.recoverable_connection_errors) as error:
        drained.has_broker = False
        logger.error("queue_unreachable", exc_info=error)
    finally:
        warning.cancel()
    logger.info("drained", extra=drained.told())
    return drained


@cache
def know_tasks() -> None:
    """Import what every app has to do; a worker does so when it starts."""
    app.loader.import_default_modules()


def forget_old_connections() -> None:
    """Close what is too old or broke while the process slept, but for a transaction under way."""
    if not connection.in_atomic_block:
        close_old_connections()


def send_due() -> None:
    """Send the entries of the schedule whose time has come; one of several callers does."""
    scheduler = Scheduler(app=app)
    # One row whichever container this is: they go without a word.
    scheduler._name = NAME
    scheduler.tick()


def _take_all(broker: Connection, drained: Drained, remaining: Remaining) -> None:
    budget = remaining()
    channel = broker.default_channel
    _bring_back_lost(channel)
    queues = [queue(channel) for queue in _own_queues()]
    held: list[Message] = []
    try:
        while remaining() > LEAST_SECONDS:
            # One of each queue in turn, and none is taken before it can be done.
            was_any = False
            for queue in queues:
                message = queue.get() if remaining() > LEAST_SECONDS else None
                if message is None:
                    continue
                was_any = True
                if _is_early(message):
                    held.append(message)
                else:
                    _perform(message, drained, remaining, budget)
            if not was_any or len(held) >= MOST_HELD:
                drained.is_empty = not was_any
                break
    finally:
        for message in held:
            message.requeue()
        drained.waiting = len(held)


def _own_queues() -> list[Queue]:
    return [app.amqp.queues[name] for name in settings.WORKER_QUEUES]


def _bring_back_lost(channel: Any) -> None:
    """Let what a killed call took and never finished be taken again; Redis alone needs to be asked."""
    restore = getattr(channel.qos, "restore_visible", None)
    if restore is not None:
        restore(num=MOST_HELD)


def _is_early(message: Message) -> bool:
    eta = message.headers.get("eta")
    if not eta:
        return False
    when = datetime.fromisoformat(eta)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)) > datetime.now(UTC)


def _perform(message: Message, drained: Drained, remaining: Remaining, budget: float) -> None:
    """Do one task as a worker does; what the end of the call stopped goes back to its queue."""
    task = app.tasks.get(message.headers.get("task", ""))
    if task is None:
        logger.error("task_unknown", extra={"task_name": message.headers.get("task")})
        drained.unreadable += 1
        message.reject()
        return
    whole = remaining() - LAST_SECONDS
    limit, _hard = limits_of(task)
    is_cut = threading.Event()

    def give_back(_logger: Any, errors: Any, requeue: bool = False) -> None:
        if is_cut.is_set() and whole < budget * FAIR_SHARE:
            drained.put_back += 1
            message.requeue()
            return
        if is_cut.is_set():
            # It had nearly all of the time there is: again would be the same, and again.
            logger.error("task_too_long_for_a_call", extra={"task_name": task.name})
        message.reject_log_error(logger, errors, requeue=requeue)

    request = Request(
        message,
        app=app,
        task=task,
        hostname=NAME,
        on_ack=message.ack_log_error,
        on_reject=give_back,
        body=message.body,
        headers=message.headers,
        decoded=False,
        utc=app.uses_utc_timezone(),
    )
    forget_old_connections()
    is_short = limit is None or whole < limit
    with stopped_after(whole if is_short else limit, is_cut if is_short else None):
        request.execute()
    forget_old_connections()
    drained.done += not is_cut.is_set()


@contextlib.contextmanager
def stopped_after(seconds: float, told: threading.Event | None = None) -> Iterator[None]:
    """Raise SoftTimeLimitExceeded in this block after so long; set ``told`` when that happens.

    Only the first thread of a process can be stopped so; elsewhere nothing is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_args: Any) -> None:
        if told is not None:
            told.set()
        raise SoftTimeLimitExceeded(seconds)

    former = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.1))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
