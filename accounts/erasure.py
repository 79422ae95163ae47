"""Who erases what of somebody who left: each app registers its part, and what may stay of it.

    erasure.register("posts", erase_posts, order=300)

``erase(person)`` takes everything of one kind away, or empties it where others' words hang on it,
and returns how many things by an English name of ERASED_NAMES. It may be stopped at any point and
started again. What stays with others on purpose is named by ``allow``; the doctor asks for the rest.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from accounts.models import User

Counts = dict[str, int]


class Eraser(NamedTuple):
    """One app's part of an erasure."""

    name: str
    erase: Callable[["User"], Counts]
    order: int


_erasers: dict[str, Eraser] = {}
_allowed: dict[str, dict[str, Any]] = {}


def register(name: str, erase: Callable[["User"], Counts], *, order: int) -> None:
    """Make a part known; called by ``AppConfig.ready``. The lowest order goes first."""
    _erasers[name] = Eraser(name, erase, order)


def all_erasers() -> list[Eraser]:
    """Return every part in its order."""
    return sorted(_erasers.values(), key=lambda one: one.order)


def allow(column: str, why: str, **only: Any) -> None:
    """Say that ``app.model.field`` may name somebody who was erased, and why.

    ``only``: a filter for the rows that may.
    """
    if not why:
        raise ValueError(f"Say why {column} may stay.")
    _allowed[column] = only


def allowed_at(column: str) -> dict[str, Any] | None:
    """Return the filter of rows that may name an erased person there; None if none may."""
    return _allowed.get(column)
