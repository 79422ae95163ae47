"""Work that must not be lost with its message: promised in the transaction that asks for it.

    @shared_task(name="blog.tell_of_post", is_promised=True)
    def tell_of_post(pk): ...

    tell_of_post.delay_on_commit(post.pk)

``delay_on_commit`` of such a task writes a row with the rest of the transaction, and after the commit
sends the message. The row goes when the task succeeded. Whatever happens to the message (no broker,
a worker that is killed, a task that fails), ``send_due`` sends it again, later and later, until it was
tried MOST_TRIES times; then the row stays, with its error, for staff. So such a task runs at least
once, and may run twice. While one runs nothing is sent again, and a message whose row is gone is not
done. A task that goes on with itself promises its next part under an id that follows from its own: two
runs promise one.

All tasks are of this class: none of them turns a page into an error because the broker is down, and
while it is down no more than one message in PAUSE_SECONDS waits for it.
"""

import contextlib
import json
import logging
import time
import traceback
import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from celery.contrib.django.task import DjangoTask
from celery.exceptions import Ignore
from django.db import DatabaseError
from django.utils import timezone
from kombu.exceptions import OperationalError

from config.commits import after_commit

logger = logging.getLogger(__name__)
FIRST_PATIENCE = timedelta(minutes=3)
"""So long a message has time before it is taken for lost; then twice as long, and so on."""

MOST_PATIENCE = timedelta(hours=6)
MOST_HELD = timedelta(minutes=15)
"""A run keeps others away for its limit of time, at most so long; what takes longer meets its like."""

MOST_TRIES = 12
AT_ONCE = 200
ERROR_MAX_LENGTH = 4000
PAUSE_SECONDS = 3
"""A broker that did not answer is left alone so long: a page may queue more than one task."""

PROMISED = "promised"
"""The header of a message that has a row; one of an older version has none, and is done all the same."""

_broker_rests_until = 0.0
_is_broker_away = False


class Task(DjangoTask):
    """What every task of the site is."""

    is_promised = False

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:
        """Send the task after the commit; a promised one is stored with the transaction.

        Never raises because of the broker.
        """
        options = {}
        if self.is_promised:
            # Its own id where it goes on with itself.
            after = self.request.id
            if after and _is_marked(self.request) and not is_open(after):
                return  # kept meanwhile by another run, which went on
            pk = promise(self.name, args, kwargs, after=after)
            if pk is None:
                return
            options = {"task_id": pk, "headers": {PROMISED: True}}
        after_commit(self.apply_async, args, kwargs, **options)

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Send the task now. Raises kombu's OperationalError, without waiting if it just did.

        That the broker is away is logged once, and once that it is back.
        """
        global _broker_rests_until, _is_broker_away
        if time.monotonic() < _broker_rests_until:
            raise OperationalError("The broker did not answer a moment ago.")
        send = super().apply_async
        try:
            sent = send(*args, **options)
        except OperationalError as error:
            _broker_rests_until = time.monotonic() + PAUSE_SECONDS
            if not _is_broker_away:
                logger.error("broker_away", exc_info=error)
            _is_broker_away = True
            raise
        if _is_broker_away:
            logger.warning("broker_back")
        _is_broker_away = False
        return sent

    def before_start(self, task_id: str, args: tuple, kwargs: dict) -> None:
        """Hold the promise while the task runs; a message whose promise was kept is done with."""
        if self.is_promised and not hold(task_id, self) and _is_marked(self.request):
            raise Ignore

    def on_success(self, retval: Any, task_id: str, args: tuple, kwargs: dict) -> None:
        """Forget the promise that was kept."""
        if self.is_promised:
            fulfil(task_id)

    def on_failure(self, exc: Any, task_id: str, args: tuple, kwargs: dict, einfo: Any) -> None:
        """Keep the error beside the promise."""
        if self.is_promised:
            note_failure(task_id, exc)


def promise(
    name: str,
    args: tuple,
    kwargs: dict[str, Any],
    now: datetime | None = None,
    after: str | None = None,
) -> str | None:
    """Store in this transaction that the task ``name`` has to be done; return its id.

    ``after``: the id of the run that goes on with this; None if another run of it did so already.
    """
    from config.models import PromisedTask

    rows = PromisedTask.objects
    values = {
        "name": name,
        "args": list(args),
        "kwargs": kwargs,
        "due_at": (now or timezone.now()) + FIRST_PATIENCE,
    }
    if after is None:
        return rows.create(pk=str(uuid.uuid4()), **values).pk
    row, is_new = rows.get_or_create(pk=next_id(after, args, kwargs), defaults=values)
    return row.pk if is_new else None


def is_open(task_id: str) -> bool:
    """Return whether a promise is still to be kept."""
    from config.models import PromisedTask

    return PromisedTask.objects.filter(pk=task_id).exists()


def next_id(task_id: str, args: tuple, kwargs: dict[str, Any]) -> str:
    """Return the id under which the run ``task_id`` goes on with these arguments."""
    text = json.dumps([task_id, list(args), kwargs], sort_keys=True, default=str)
    return str(uuid.uuid5(uuid.NAMESPACE_OID, text))


def hold(task_id: str, task: Task) -> bool:
    """Send a promise again no sooner than its run must have ended; return whether there is one."""
    from config.models import PromisedTask
    from config.time_limits import limits_of

    rows = PromisedTask.objects.filter(pk=task_id)
    _soft, hard = limits_of(task)
    until = timezone.now() + min(timedelta(seconds=hard or 0), MOST_HELD)
    return bool(rows.filter(due_at__lt=until).update(due_at=until)) or rows.exists()


def leave_to_another(task_id: str | None) -> None:
    """End a run because another one is at the same work: look later whether that kept the promise.

    Raises celery's Ignore. It counts as no try.
    """
    from config.models import PromisedTask

    later = timezone.now() + MOST_HELD
    PromisedTask.objects.filter(pk=task_id, due_at__isnull=False).update(due_at=later, attempts=1)
    raise Ignore


def _is_marked(request: Any) -> bool:
    return bool(request.get(PROMISED) or (request.headers or {}).get(PROMISED))


def fulfil(task_id: str) -> None:
    """Forget a promise. Idempotent; where the database fails, the task is done twice."""
    from config.models import PromisedTask

    try:
        PromisedTask.objects.filter(pk=task_id).delete()
    except DatabaseError:
        logger.exception("promise_not_forgotten", extra={"task_id": task_id})


def note_failure(task_id: str, error: BaseException) -> None:
    """Store why a promised task failed; it stays due as it was."""
    from config.models import PromisedTask

    text = "".join(traceback.format_exception(error))[-ERROR_MAX_LENGTH:]
    with contextlib.suppress(DatabaseError):
        PromisedTask.objects.filter(pk=task_id).update(error=text)


def send_due(now: datetime | None = None) -> int:
    """Send again what was promised and is not done by now; return how many messages.

    Two may do this at once: who moves ``due_at`` on sends the message.
    """
    from config.models import PromisedTask

    now = now or timezone.now()
    due = PromisedTask.objects.filter(due_at__lte=now).order_by("due_at")[:AT_ONCE]
    return sum(_send_again(row, now) for row in due)


def _send_again(row: Any, now: datetime) -> bool:
    from config.models import PromisedTask

    task = current_app.tasks.get(row.name)
    is_over = row.attempts >= MOST_TRIES or task is None
    moved = PromisedTask.objects.filter(pk=row.pk, due_at=row.due_at).update(
        due_at=None if is_over else now + patience_after(row.attempts),
        attempts=row.attempts + 1,
    )
    if not moved:
        return False
    if is_over:
        logger.error("promise_given_up", extra={"task_name": row.name, "task_id": row.pk})
        return False
    send = partial(task.apply_async, row.args, row.kwargs, task_id=row.pk)
    after_commit(send, headers={PROMISED: True})
    return True


def patience_after(attempts: int) -> timedelta:
    """Return how long to wait for a task that was sent ``attempts`` times."""
    return min(FIRST_PATIENCE * 2**attempts, MOST_PATIENCE)


def try_again(row: Any) -> None:
    """Let what was given up be tried again, as if for the first time."""
    from config.models import PromisedTask

    PromisedTask.objects.filter(pk=row.pk, due_at=None).update(due_at=timezone.now(), attempts=0)
