"""Kiwi, the best analyser: knows context, says what it does not know, takes 350 MB."""

import warnings
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version

from kiwipiepy import Kiwi, Match

from search.analysis.morphemes import RULES, Morpheme, korean_units
from search.analysis.texts import fold
from search.analysis.units import Unit
from search.analysis.words import plain_units
from search.hangul import has_syllable

# Addresses, mentions and tags would swallow words and their particles; we cut Latin ourselves.
MATCH = Match.ALL & ~(Match.URL | Match.EMAIL | Match.HASHTAG | Match.MENTION | Match.SERIAL)


class KiwiAnalyzer:
    """Morphemes by kiwipiepy. One instance serves all threads of a process."""

    name = "kiwi"

    def __init__(self) -> None:
        """Load the model (1 to 3 s)."""
        self.version = (
            f"kiwi-{version('kiwipiepy')}-{version('kiwipiepy_model')}"
            f"-s{version('snowballstemmer')}-r{RULES}"
        )
        with warnings.catch_warnings():
            # It warns that 0 meant something else in 2024.
            warnings.simplefilter("ignore", DeprecationWarning)
            # With 0 it starts no thread: a child of a fork has none of its parent's threads, and
            # waits for them or aborts when it ends. The dictionaries that are left out hold
            # phrases of several words and misspellings; neither is wanted, and they take 400 MB.
            self.kiwi = Kiwi(num_workers=0, load_multi_dict=False, load_typo_dict=False)

    def units(self, text: str) -> list[Unit]:
        folded = fold(text)
        plain = plain_units(folded)
        if not has_syllable(folded):
            return plain
        return korean_units(folded, self._morphemes(folded), plain)

    def _morphemes(self, text: str) -> Iterator[Morpheme]:
        # Behind the sign of a tag words are taken for names, particles and all.
        bare = text.replace("#", " ")
        for token in self.kiwi.tokenize(bare, match_options=MATCH, split_complex=True):
            start = token.start
            if "가" <= text[start : start + 1] <= "힣":
                yield Morpheme(
                    token.form, _tag(token.tag), start, start + token.len, bool(token.oov)
                )


@cache
def _tag(tag: str) -> str:
    """Return a tag without how the word is inflected."""
    return tag.partition("-")[0]
