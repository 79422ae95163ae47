"""A word of the vocabulary, and what can be asked of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

ALL = ""
"""The word that every counted document "says": its row counts the documents."""

TITLE_WEIGHT = 5
"""A word in a title tells as much of what is written about as so many in texts."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that at least one public document says."""

    term: str
    df: int
    title_df: int
    is_joined: bool
    jamo: str

    @property
    def weight(self) -> int:
        """How much the word is written about; words are offered in this order."""
        return TITLE_WEIGHT * self.title_df + self.df


@dataclass(frozen=True, slots=True)
class TermChange:
    """How many more (or fewer) documents say a word, and say it in their title.

    ``is_joined``: it was made of several morphemes. A word that is whole once stays whole.
    """

    df: int = 0
    title_df: int = 0
    is_joined: bool = True


class WordSource(Protocol):
    """What the planner asks of a vocabulary."""

    @property
    def total(self) -> int:
        """How many documents are counted."""

    def look_up(self, words: Iterable[str]) -> dict[str, Word]:
        """Return those of ``words`` that are known."""

    def near(self, word: str, limit: int = 50) -> list[Word]:
        """Return known words spelled like ``word``, without it, the likeliest first."""

    def containing(self, word: str, limit: int = 20) -> list[Word]:
        """Return longer words with ``word`` in them, the weightiest first."""

    def by_choseong(self, initials: str, limit: int = 20) -> list[Word]:
        """Return words whose syllables begin with ``initials``, the weightiest first."""

    def starting_with(self, jamo_prefix: str, limit: int = 20) -> list[Word]:
        """Return words whose letters begin with ``jamo_prefix``, the weightiest first."""
