"""What an analyser finds in a text."""

from typing import Literal, NamedTuple, Protocol

Kind = Literal["noun", "verb", "adverb", "latin", "number", "kana"]

MAX_JOINED = 20
"""Longer runs of nouns are found by their parts alone; code points."""

MAX_TOKEN = 64
"""Longer words are cut, in documents and in queries alike; code points."""


class Unit(NamedTuple):
    """One word as a person would point at it, without particle and ending.

    ``start`` and ``end`` count code points of the text given (in NFC). ``parts`` are the smallest
    tokens, all of which a document must have to say this word; ``joined`` is the token of the word
    as a whole (equal to the only part of a simple word), empty where documents hold no such token.
    ``tokens`` is all that a document gets for it. ``is_oov``: the analyser does not know the word.
    """

    kind: Kind
    surface: str
    start: int
    end: int
    parts: tuple[str, ...]
    joined: str
    tokens: tuple[str, ...]
    is_oov: bool = False

    @property
    def stems(self) -> tuple[str, ...]:
        """Return the tokens of the stems of a Latin word (``~install``)."""
        return tuple(token for token in self.tokens if token.startswith("~"))


class Analyzer(Protocol):
    """Something that finds words; the same text gives the same units in every process."""

    name: str
    version: str

    def __hash__(self) -> int:
        """Return what tells this analyser from another, for caches of what it found."""

    def units(self, text: str) -> list[Unit]:
        """Return the words of ``text`` in the order in which they stand."""
