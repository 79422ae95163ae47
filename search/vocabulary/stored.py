"""The vocabulary as the database keeps it."""

import math
from collections.abc import Iterable
from heapq import nsmallest

from django.db import connection
from django.db.models import Expression, F, QuerySet

from search.generations import live_slot, term_model
from search.hangul import to_jamo
from search.models.terms import TERM_MAX_LENGTH
from search.vocabulary.grams import END, START, edits_allowed, near_rows, rows_containing
from search.vocabulary.words import ALL, TITLE_WEIGHT, Word

CANDIDATES = 3000
ASKED_AT_ONCE = 500
BROKEN_BY_EDIT = 3
"""A wrong letter breaks two pairs of letters, two swapped ones break three."""

LAST = "\U0010ffff"
COLUMNS = ("term", "df", "title_df", "is_joined", "jamo")


def by_weight() -> Expression:
    """Return the order of words that are offered."""
    return (F("title_df") * TITLE_WEIGHT + F("df")).desc()


def beginning(rows: QuerySet, column: str, start: str) -> QuerySet:
    """Return the rows whose ``column`` begins with ``start``, by its index on both databases."""
    if connection.vendor == "postgresql":
        return rows.filter(**{f"{column}__startswith": start})
    # SQLite's LIKE knows no index here: cases count in it.
    return rows.filter(**{f"{column}__gte": start, f"{column}__lt": start + LAST})


class Vocabulary:
    """Words of a slot (the live one unless told). What was looked up once is remembered."""

    def __init__(self, slot: str = "") -> None:
        self.slot = slot or live_slot()
        self._known: dict[str, Word | None] = {}

    @property
    def total(self) -> int:
        """How many documents are counted."""
        found = self._words([ALL]).get(ALL)
        return found.df if found else 0

    def look_up(self, words: Iterable[str]) -> dict[str, Word]:
        """Return those of ``words`` that are known; one query."""
        return self._words(word for word in words if word)

    def near(self, word: str, limit: int = 50) -> list[Word]:
        """Return known words spelled like ``word``, without it, the likeliest first."""
        word = word.lower()
        jamo = to_jamo(word)
        own, most_broken = _pairs(jamo), BROKEN_BY_EDIT * edits_allowed(jamo)
        ranked = []
        # By the row, not by Word: there may be thousands.
        for row in near_rows(connection, self.slot, jamo, CANDIDATES):
            broken = _broken(own, row[-1])
            if broken <= most_broken and row[0] != word:
                ranked.append((_rank(broken, row), row))
        return [Word(*row) for _least, row in nsmallest(limit, ranked)]

    def containing(self, word: str, limit: int = 20) -> list[Word]:
        """Return longer words with ``word`` in them (찌개: 김치찌개), the weightiest first.

        For words of two syllables or three letters and more.
        """
        word = word.lower()
        rows = rows_containing(connection, self.slot, to_jamo(word), CANDIDATES)
        found = [Word(*row) for row in rows if word in row[0] and row[0] != word]
        return sorted(found, key=lambda one: (-one.weight, one.term))[:limit]

    def by_choseong(self, initials: str, limit: int = 20, *, is_whole: bool = False) -> list[Word]:
        """Return words whose syllables begin with ``initials``, the weightiest first.

        Only words of just these syllables if ``is_whole``.
        """
        rows = self._rows()
        if is_whole:
            return self._first(rows.filter(choseong=initials), limit)
        return self._first(beginning(rows, "choseong", initials), limit)

    def starting_with(self, jamo_prefix: str, limit: int = 20) -> list[Word]:
        """Return words whose letters begin with ``jamo_prefix``, the weightiest first."""
        return self._first(beginning(self._rows(), "jamo", jamo_prefix), limit)

    def _rows(self) -> QuerySet:
        return term_model(self.slot)._default_manager.all()

    def _first(self, rows: QuerySet, limit: int) -> list[Word]:
        rows = rows.exclude(term=ALL).order_by(by_weight(), "term")
        return [Word(*row) for row in rows.values_list(*COLUMNS)[:limit]]

    def _words(self, words: Iterable[str]) -> dict[str, Word]:
        wanted = list(dict.fromkeys(words))
        asked = [
            word for word in wanted if word not in self._known and len(word) <= TERM_MAX_LENGTH
        ]
        for start in range(0, len(asked), ASKED_AT_ONCE):
            some = asked[start : start + ASKED_AT_ONCE]
            self._known.update(dict.fromkeys(some))
            rows = self._rows().filter(term__in=some).values_list(*COLUMNS)
            self._known.update((row[0], Word(*row)) for row in rows)
        return {word: found for word in wanted if (found := self._known.get(word)) is not None}


def _rank(broken: int, row: tuple) -> float:
    """Return about how far a word is, less what it is written about: an order, not a measure."""
    _term, df, title_df, _is_joined, _jamo = row
    return broken / 2 - 0.25 * math.log10(1 + df) - (0.25 if title_df else 0)


def _broken(own: set[tuple[str, str]], jamo: str) -> int:
    """Return how many pairs of neighbouring letters two words do not share."""
    other = _pairs(jamo)
    return max(len(own), len(other)) - len(own & other)


def _pairs(jamo: str) -> set[tuple[str, str]]:
    return set(zip(START + jamo, jamo + END, strict=True))
