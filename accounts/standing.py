"""In which state an account has to be: asked when a limit or a suspension is over.

``register`` lets the app that keeps the decisions say so (moderation); without one an account is
open again.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from accounts.models import User


class Standing(NamedTuple):
    """A state, what its person is told of it, and until when."""

    state: str = "active"
    reason: str = ""
    until: datetime | None = None


_ask: list[Callable[["User"], Standing]] = []


def register(ask: Callable[["User"], Standing]) -> None:
    """Let ``ask`` say in which state an account has to be; called by ``AppConfig.ready``."""
    _ask[:] = [ask]


def standing_of(person: "User") -> Standing:
    """Return in which state the account of ``person`` has to be now."""
    return _ask[0](person) if _ask else Standing()
