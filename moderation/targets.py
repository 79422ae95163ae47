"""What can be decided about: each kind says how it is loaded, hidden and shown again.

    register_target("post", Target(load=…, hide=…, show=…, acts=CONTENT_ACTS))

``load(pk)`` returns the thing as staff look at it, whoever may read it, or None. ``hide(pk)`` hides
it from all but its author and staff and returns how it was; ``show(pk, former)`` makes it so again,
unless it went on meanwhile (its author deleted it). Both run in the transaction of the decision;
``lock(pk)`` holds the thing before, so that it is held before its case by everybody.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import User

CONTENT_ACTS = ("dismiss", "approve", "warn", "hold", "remove", "restore")
PERSON_ACTS = ("dismiss", "warn", "limit", "suspend", "ban", "restore")


class Subject(NamedTuple):
    """One thing as staff see it. ``owner`` is None of guests and who left; ``html`` is safe."""

    kind: str
    id: int
    owner: User | None
    title: str
    html: str
    source: str
    url: str
    admin_url: str
    created_at: datetime
    is_hidden: bool
    byline: str = ""
    language: str = ""


class Target(NamedTuple):
    """One kind of thing."""

    name: str
    label: Any
    load: Callable[[int], Subject | None]
    acts: tuple[str, ...]
    hide: Callable[[int], str] | None = None
    show: Callable[[int, str], None] | None = None
    lock: Callable[[int], None] | None = None


_targets: dict[str, Target] = {}


def register_target(target: Target) -> None:
    """Make a kind known; called by ``AppConfig.ready``."""
    _targets[target.name] = target


def find_target(name: str) -> Target | None:
    """Return the kind of that name; None of an older or newer version."""
    return _targets.get(name)


def all_targets() -> list[Target]:
    """Return every kind, in the order of registration."""
    return list(_targets.values())


def load_subject(kind: str, pk: int) -> Subject | None:
    """Return the thing, if there is such a kind and it is still there."""
    target = _targets.get(kind)
    return target.load(pk) if target else None
