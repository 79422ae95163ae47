"""What else may wait at a case: appeals, first words, requests; each module registers its moments.

    register("has_appeal", moments_of_appeals)

``moments(case)`` returns pairs: since when something waits, and when it is due.
"""

from collections.abc import Callable
from datetime import datetime

from moderation.models import Case

Moments = list[tuple[datetime, datetime]]

_sources: dict[str, Callable[[Case], Moments]] = {}


def register(name: str, moments: Callable[[Case], Moments]) -> None:
    """Make a reason known; ``name`` is the column of a case that says it."""
    _sources[name] = moments


def moments_of(case: Case) -> dict[str, Moments]:
    """Return reason → its moments."""
    return {name: source(case) for name, source in _sources.items()}
