"""Transactions: what follows a commit, and what is done again after a deadlock."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.db import OperationalError, connection, transaction
from kombu.exceptions import OperationalError as BrokerAway

logger = logging.getLogger(__name__)
DEADLOCK = "40P01"
"""PostgreSQL's code: two waited for each other, and this one gave way."""

TRIES = 3


def after_commit(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Call ``function`` after the commit, or at once outside a transaction; never after a rollback.

    What it raises is logged and goes no further: the rows are stored already, and a broker that is
    down must not turn a sign-up into an error page (OP-17). That one is down, config.promises says once.
    """

    def call() -> None:
        with suppress(BrokerAway):
            function(*args, **kwargs)

    transaction.on_commit(call, robust=True)


def again_after_deadlock(action: Callable[..., Any]) -> Callable[..., Any]:
    """Let an atomic action begin again if it was the one of two that gave way.

    Only where it is the whole transaction: inside of another one the error goes on to that.
    """

    @wraps(action)
    def act(*args: Any, **kwargs: Any) -> Any:
        tries = 1 if connection.in_atomic_block else TRIES
        for attempt in range(1, tries + 1):
            try:
                return action(*args, **kwargs)
            except OperationalError as error:
                gave_way = getattr(error.__cause__, "pgcode", None) == DEADLOCK
                if not gave_way or attempt == tries:
                    raise
                logger.warning("deadlock", extra={"action": action.__name__, "attempt": attempt})
        raise AssertionError("unreachable")

    return act
