"""What follows a commit and must not undo the answer to whoever caused it."""

from collections.abc import Callable
from typing import Any

from django.db import transaction


def after_commit(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Call ``function`` after the commit, or at once outside a transaction; never after a rollback.

    What it raises is logged and goes no further: the rows are stored already, and a broker that is
    down must not turn a sign-up into an error page (OP-17).
    """

    def call() -> None:
        function(*args, **kwargs)

    transaction.on_commit(call, robust=True)
