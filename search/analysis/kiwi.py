"""Kiwi, the best analyser: knows context, says what it does not know, takes 350 MB."""

import warnings
from importlib.metadata import version

from kiwipiepy import Kiwi, Match

from search.analysis.morphemes import RULES, Morpheme, korean_units
from search.analysis.texts import fold
from search.analysis.units import Unit
from search.analysis.words import plain_units
from search.hangul import is_syllable

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
        if not any(map(is_syllable, folded)):
            return plain
        morphemes = [
            Morpheme(
                token.form,
                token.tag.partition("-")[0],
                token.start,
                token.start + token.len,
                bool(token.oov),
            )
            for token in self.kiwi.tokenize(
                # Behind the sign of a tag words are taken for names, particles and all.
                folded.replace("#", " "),
                match_options=MATCH,
                split_complex=True,
            )
            if token.start < len(folded) and is_syllable(folded[token.start])
        ]
        return korean_units(folded, morphemes, plain)
