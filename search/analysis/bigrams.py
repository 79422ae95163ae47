"""Pairs of syllables, where no analyser of Korean is installed: finds less, and needs nothing."""

import regex

from search.analysis.morphemes import RULES
from search.analysis.particles import without_particle
from search.analysis.texts import fold
from search.analysis.units import MAX_JOINED, Unit
from search.analysis.words import plain_units

HANGUL = regex.compile(r"[가-힣]+")


class BigramAnalyzer:
    """Every Hangul run is a noun, known by its neighbouring pairs of syllables."""

    name = "bigram"
    version = f"bigram-r{RULES}"

    def units(self, text: str) -> list[Unit]:
        folded = fold(text)
        units = plain_units(folded)
        for match in HANGUL.finditer(folded):
            word = match[0]
            bare = without_particle(word)
            parts = _pairs(bare)
            joined = bare if len(bare) <= MAX_JOINED else ""
            tokens = dict.fromkeys((*parts, *_pairs(word), *([joined] if joined else [])))
            start = match.start()
            units.append(Unit("noun", bare, start, start + len(bare), parts, joined, tuple(tokens)))
        return sorted(units, key=lambda unit: unit.start)


def _pairs(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1))) or (word,)
