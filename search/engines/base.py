"""What an engine does: keep tokens, and find, count and order by them. It knows no language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from search.models import Document
from search.plan import Group

RELEVANCE, NEWEST, LIKES = "relevance", "newest", "likes"
COUNTED = 10_000
"""Totals are exact up to here; beyond they are "10,000+"."""

DEEPEST = 1_000
"""So many hits can be paged through."""


class EngineDown(Exception):
    """The engine does not answer, or not in time (2 s)."""


@dataclass(frozen=True)
class Criteria:
    """What is looked for, and by whom.

    Every required group must match; with ``matches_any`` one of them is enough. None of
    ``excluded`` may match. ``phrases`` stand in the text word for word.
    """

    kind: str
    viewer: User | AnonymousUser
    groups: tuple[Group, ...] = ()
    excluded: tuple[Group, ...] = ()
    phrases: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    form: str = ""
    topic_id: int | None = None
    matches_any: bool = False
    without_ids: frozenset[int] = field(default=frozenset())
    only_ids: frozenset[int] | None = None
    # What an engine made of it, for its next question about the same.
    made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


class Engine(Protocol):
    """One back end. ``slot`` is "a" or "b"; ids are those of posts, comments and so on."""

    name: str

    def find(
        self, slot: str, criteria: Criteria, *, sort: str = RELEVANCE, limit: int = DEEPEST
    ) -> list[int]:
        """Return up to ``limit`` ids, best first; rights are part of the query. Raises EngineDown."""

    def count(self, slot: str, criteria: Criteria, *, limit: int = COUNTED + 1) -> int:
        """Return how many match, stopping at ``limit``. Raises EngineDown."""

    def write(self, slot: str, documents: Sequence[Document]) -> None:
        """Take in rows that were just stored in the table of ``slot``; newer versions win."""

    def delete(self, slot: str, keys: Iterable[tuple[str, int, int]]) -> None:
        """Forget (kind, id, version); what has a newer version stays."""

    def clear(self, slot: str) -> None:
        """Forget all of ``slot`` and make it ready to be filled."""

    def finish(self, slot: str) -> None:
        """Make ``slot`` ready to answer after a build (indexes, merging, statistics)."""

    def swap(self, slot: str) -> None:
        """Let searches see ``slot``; called when its generation goes live."""

    def versions(self, slot: str, kind: str, ids: Sequence[int]) -> dict[int, int] | None:
        """Return {id: version} as the engine itself holds them; None if it is the table itself."""

    def status(self) -> dict[str, object]:
        """Return figures for people: size in bytes, rows, version of the engine. Raises EngineDown."""
