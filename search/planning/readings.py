"""How each typed word is read: as it stands, on the other keyboard, or as initials."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from search.analysis.texts import fold
from search.analysis.units import Analyzer, Unit
from search.hangul import (
    choseong_of,
    hangul_to_keys,
    has_hangul,
    has_loose_jamo,
    is_choseong,
    is_syllable,
    keys_to_hangul,
)
from search.planning.operators import Typed
from search.planning.spelling import candidates, counted, without_particles

if TYPE_CHECKING:
    from search.vocabulary import Word, WordSource

INITIALS_SHOWN = 6
INITIALS_LEAST = 1 / 6  # of the weight of the best
AS_VERB = 0.2
NOT_LETTERS = re.compile(r"[\W_]+")
KEYS = re.compile(r"[A-Za-z]{2,}")


@dataclass
class Reading:
    """One typed word. ``text`` is what will be analysed, ``was_flipped`` from the other keyboard.

    ``word`` is the bare word in lower case without signs; ``initials`` what its first consonants
    may stand for.
    """

    typed: Typed
    text: str
    was_flipped: bool = False
    initials: tuple["Word", ...] = ()

    @property
    def word(self) -> str:
        return NOT_LETTERS.sub("", fold(self.text))

    @property
    def is_korean(self) -> bool:
        """Whether it is one eojeol of Hangul alone."""
        word = self.word
        return bool(word) and all(is_syllable(one) for one in word) and " " not in self.text


def unchanged(words: list[Typed]) -> list[Reading]:
    """Return ``words`` just as they were typed."""
    return [Reading(typed, typed.text) for typed in words]


def read(
    words: list[Typed],
    vocabulary: "WordSource",
    analyzer: Analyzer,
    lexicon: Collection[str] = (),
) -> list[Reading]:
    """Return how each of ``words`` is read; words of ``lexicon`` are known, too."""
    readings = unchanged(words)
    # All that may be asked here and of words as they stand, in one query.
    units = analyzer.units(" ".join(typed.text for typed in words))
    asked = {token for unit in units for token in (*unit.tokens, *unit.parts)}
    asked |= {one.word + other.word for one, other in pairwise(readings)}
    for reading in readings:
        asked.update(_spellings(reading))
    vocabulary.look_up(counted(asked))
    for reading in readings:
        if reading.typed.is_phrase or not reading.word or reading.word in lexicon:
            continue
        if is_choseong(reading.word):
            _read_initials(reading, vocabulary, lexicon)
        elif has_hangul(reading.word):
            _read_as_latin(reading, vocabulary, lexicon)
        elif KEYS.fullmatch(reading.text.strip(".,!?~")):
            _read_as_hangul(reading, vocabulary, analyzer, lexicon)
    return readings


def _spellings(reading: Reading) -> list[str]:
    word = reading.word
    if has_hangul(word):
        flips = [hangul_to_keys(word)]
    else:
        flips = [keys_to_hangul(reading.text), keys_to_hangul(word)]
    found = [word]
    for one in flips:
        found += [one, *without_particles(one)]
    return found


def _read_initials(reading: Reading, vocabulary: "WordSource", lexicon: Collection[str]) -> None:
    """ㅍㅇㅆ: the weightiest words of these initials; keys of ㅁㅈㄴ may also mean aws."""
    word = choseong_of(reading.word)
    keys = vocabulary.look_up([hangul_to_keys(word)])
    found = vocabulary.by_choseong(word, 4 * INITIALS_SHOWN) if len(word) > 1 else []
    exact = [one for one in found if len(one.term) == len(word)]
    found = sorted([*(exact or found), *keys.values()], key=_initials_weight, reverse=True)
    if not found:
        if hangul_to_keys(word) in lexicon:
            _flip(reading, hangul_to_keys(word))
        return
    if found[0].term in keys:
        _flip(reading, found[0].term)
        return
    least = INITIALS_LEAST * _initials_weight(found[0])
    reading.initials = tuple(
        one for one in found[:INITIALS_SHOWN] if _initials_weight(one) >= least
    )


def _initials_weight(word: "Word") -> float:
    """Return how likely initials mean ``word``: hardly a verb as dictionaries list it."""
    return word.weight * (AS_VERB if word.term.endswith("다") and len(word.term) > 2 else 1)


def _read_as_latin(reading: Reading, vocabulary: "WordSource", lexicon: Collection[str]) -> None:
    """애찯ㄱ: the keys of docker, typed on the Korean keyboard."""
    word = reading.word
    if not all(is_syllable(one) or "ㄱ" <= one <= "ㅣ" for one in word):
        return
    keys = hangul_to_keys(word)
    is_loose = has_loose_jamo(word)
    if vocabulary.look_up([word]) or len(keys) < 2:
        return
    if (vocabulary.look_up([keys]) or keys in lexicon) and (is_loose or len(keys) > 2):
        _flip(reading, keys)
    elif is_loose and len(keys) > 4:
        # Of what cannot be Korean a word with a slip may be made of.
        if not candidates(word, vocabulary, slips=1) and candidates(keys, vocabulary, slips=1):
            _flip(reading, keys)


def _read_as_hangul(
    reading: Reading, vocabulary: "WordSource", analyzer: Analyzer, lexicon: Collection[str]
) -> None:
    """vkdlTjs: 파이썬, typed on the Latin keyboard."""
    if _is_known_latin(reading.text, vocabulary, analyzer):
        return
    for keys in dict.fromkeys([reading.text.strip(".,!?~"), reading.word]):
        hangul = keys_to_hangul(keys)
        if all(is_syllable(one) for one in hangul) and (
            hangul in lexicon or _is_meant(hangul, keys, vocabulary, analyzer)
        ):
            _flip(reading, hangul)
            return


def _is_meant(hangul: str, keys: str, vocabulary: "WordSource", analyzer: Analyzer) -> bool:
    """Return whether ``hangul`` says something."""
    if vocabulary.look_up([hangul, *without_particles(hangul)]):
        return True
    units = analyzer.units(hangul)
    parts = [part for unit in units for part in unit.parts]
    if parts and len(vocabulary.look_up(parts)) == len(set(parts)) and _is_sound(units, hangul):
        return True
    if candidates(fold(keys), vocabulary, slips=1):
        return False
    if units and not any(unit.is_oov for unit in units) and _is_sound(units, hangul):
        return True
    return len(hangul) > 2 and bool(candidates(hangul, vocabulary))


def _is_sound(units: list[Unit], text: str) -> bool:
    """Return whether words of two syllables and more make up at least half of ``text``."""
    long = sum(unit.end - unit.start for unit in units if unit.end - unit.start > 1)
    return len(text) > 1 and 2 * long >= len(text)


def _is_known_latin(text: str, vocabulary: "WordSource", analyzer: Analyzer) -> bool:
    tokens = [token for unit in analyzer.units(text) for token in unit.tokens]
    return bool(vocabulary.look_up(counted(tokens)))


def _flip(reading: Reading, text: str) -> None:
    reading.text = text
    reading.was_flipped = True
