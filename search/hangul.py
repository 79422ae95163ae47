"""Hangul as it is typed: letters of syllables, initials, the two-set keyboard, and distances.

Letters are compatibility jamo (ㄱ, ㅏ), one for each stroke of the keyboard: ㄳ is ㄱㅅ, ㅘ is ㅗㅏ,
but ㄲ and ㅐ have keys of their own.
"""

import re
from collections.abc import Iterable

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
MEDIALS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
PAIRED_VOWELS = {
    "ㅗㅏ": "ㅘ",
    "ㅗㅐ": "ㅙ",
    "ㅗㅣ": "ㅚ",
    "ㅜㅓ": "ㅝ",
    "ㅜㅔ": "ㅞ",
    "ㅜㅣ": "ㅟ",
    "ㅡㅣ": "ㅢ",
}
PAIRED_FINALS = {
    "ㄱㅅ": "ㄳ",
    "ㄴㅈ": "ㄵ",
    "ㄴㅎ": "ㄶ",
    "ㄹㄱ": "ㄺ",
    "ㄹㅁ": "ㄻ",
    "ㄹㅂ": "ㄼ",
    "ㄹㅅ": "ㄽ",
    "ㄹㅌ": "ㄾ",
    "ㄹㅍ": "ㄿ",
    "ㄹㅎ": "ㅀ",
    "ㅂㅅ": "ㅄ",
}
STROKES = {whole: pair for pair, whole in {**PAIRED_VOWELS, **PAIRED_FINALS}.items()}
"""Letters of two strokes: ``"ㄳ"`` → ``"ㄱㅅ"``."""

KEYBOARD = {
    **dict(zip("qwertyuiop", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", strict=True)),
    **dict(zip("asdfghjkl", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", strict=True)),
    **dict(zip("zxcvbnm", "ㅋㅌㅊㅍㅠㅜㅡ", strict=True)),
    **dict(zip("QWERTOP", "ㅃㅉㄸㄲㅆㅒㅖ", strict=True)),
}
"""Keys of the two-set keyboard (KS X 5002); shift changes only QWERTOP."""

KEYS = {letter: key for key, letter in KEYBOARD.items()}

FIRST, LAST = 0xAC00, 0xD7A3
PER_INITIAL, PER_MEDIAL = 21 * 28, 28
# Conjoining jamo, as Kiwi writes them and as decomposed text has them.
CONJOINING = {
    **{0x1100 + index: letter for index, letter in enumerate(INITIALS)},
    **{0x1161 + index: letter for index, letter in enumerate(MEDIALS)},
    **{0x11A7 + index: letter for index, letter in enumerate(FINALS) if letter},
}


def _letters_of(code: int) -> str:
    index = code - FIRST
    medial = MEDIALS[index % PER_INITIAL // PER_MEDIAL]
    final = FINALS[index % PER_MEDIAL]
    return INITIALS[index // PER_INITIAL] + STROKES.get(medial, medial) + STROKES.get(final, final)


# str.translate with a full table is some ten times faster than a loop.
_TO_LETTERS = {
    **{code: _letters_of(code) for code in range(FIRST, LAST + 1)},
    **{code: STROKES.get(letter, letter) for code, letter in CONJOINING.items()},
    **{ord(whole): pair for whole, pair in STROKES.items()},
}
_TO_INITIALS = {
    **{code: INITIALS[(code - FIRST) // PER_INITIAL] for code in range(FIRST, LAST + 1)},
    **{code: STROKES.get(letter, letter) for code, letter in CONJOINING.items()},
    **{ord(whole): pair for whole, pair in STROKES.items()},
}
_SYLLABLE = re.compile(r"[가-힣]")
_HANGUL = re.compile(r"[가-힣ㄱ-ㅣ]")
_LOOSE = re.compile(rf"[ㄱ-ㅣ{''.join(map(chr, CONJOINING))}]")
_CONSONANTS = frozenset(INITIALS)
_VOWELS = frozenset(MEDIALS)
_CLUSTERS = frozenset(PAIRED_FINALS.values())


def is_syllable(one: str) -> bool:
    """Return whether ``one`` character is a whole syllable."""
    return "가" <= one <= "힣"


def has_syllable(text: str) -> bool:
    """Return whether a whole syllable is in ``text``."""
    return bool(_SYLLABLE.search(text))


def has_hangul(text: str) -> bool:
    """Return whether a syllable or a loose letter is in ``text``."""
    return bool(_HANGUL.search(text))


def to_jamo(text: str) -> str:
    """Return ``text`` with syllables as letters, one a stroke; others are lower-cased and stay."""
    return text.lower().translate(_TO_LETTERS)


def choseong_of(text: str) -> str:
    """Return the first consonants of the syllables; others are lower-cased and stay.

    ㄳ, as an input method writes ㄱ and ㅅ typed one after another, is ``"ㄱㅅ"``.
    """
    return text.lower().translate(_TO_INITIALS)


def is_choseong(text: str) -> bool:
    """Return whether ``text`` is first consonants alone (ㅍㅇㅆ), at least one."""
    return bool(text) and all(one in _CONSONANTS or one in _CLUSTERS for one in text)


def has_loose_jamo(text: str) -> bool:
    """Return whether a letter outside of a syllable is in ``text`` (ㅋ, 애찯ㄱ)."""
    return bool(_LOOSE.search(text))


class _Composer:
    """The automaton of a two-set input method: at most one syllable is open."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.initial = self.medial = self.final = ""

    def close(self) -> None:
        if self.initial and self.medial:
            code = FIRST + INITIALS.index(self.initial) * PER_INITIAL
            code += MEDIALS.index(self.medial) * PER_MEDIAL + FINALS.index(self.final)
            self.done.append(chr(code))
        else:
            self.done.append(self.initial + self.medial)
        self.initial = self.medial = self.final = ""

    def take_vowel(self, vowel: str) -> None:
        if self.final:
            # The last consonant was the beginning of the next syllable after all.
            pair = STROKES.get(self.final, self.final)
            moved = pair[-1]
            self.final = pair[0] if len(pair) > 1 else ""
            self.close()
            self.initial, self.medial = moved, vowel
        elif self.medial:
            whole = PAIRED_VOWELS.get(self.medial + vowel)
            if whole:
                self.medial = whole
            else:
                self.close()
                self.medial = vowel
        else:
            self.medial = vowel

    def take_consonant(self, consonant: str) -> None:
        if self.initial and self.medial:
            if not self.final and consonant in FINALS:
                self.final = consonant
                return
            whole = PAIRED_FINALS.get(self.final + consonant)
            if whole:
                self.final = whole
                return
        self.close()
        self.initial = consonant


def compose(letters: Iterable[str]) -> str:
    """Return what an input method writes when ``letters`` are typed; other characters stay."""
    composer = _Composer()
    for letter in letters:
        if letter in _VOWELS:
            composer.take_vowel(letter)
        elif letter in _CONSONANTS:
            composer.take_consonant(letter)
        else:
            composer.close()
            composer.done.append(letter)
    composer.close()
    return "".join(composer.done)


def keys_to_hangul(latin: str) -> str:
    """Return what the keys of ``latin`` write on a Korean keyboard: ``"ehzj"`` is 도커."""
    return compose(KEYBOARD.get(key) or KEYBOARD.get(key.lower(), key) for key in latin)


def hangul_to_keys(text: str) -> str:
    """Return the keys that write ``text``: 애찯ㄱ is ``"docker"``; others are lower-cased and stay."""
    return "".join(KEYS.get(letter, letter) for letter in to_jamo(text))


def damerau(first: str, second: str, limit: int) -> int:
    """Return how many letters are wrong, missing, too many or swapped, ``limit + 1`` if more.

    Optimal string alignment (Damerau–Levenshtein without edits inside a swapped pair), on letters
    as ``to_jamo`` gives them.
    """
    if first == second:
        return 0
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    while first and second and first[0] == second[0]:
        first, second = first[1:], second[1:]
    while first and second and first[-1] == second[-1]:
        first, second = first[:-1], second[:-1]
    if not first or not second:
        return min(max(len(first), len(second)), limit + 1)
    width = len(second)
    older: list[int] = []
    old = list(range(width + 1))
    for row, one in enumerate(first, 1):
        # Beyond the limit from the diagonal nothing can come back.
        start, stop = max(1, row - limit), min(width, row + limit)
        new = [limit + 1] * (width + 1)
        new[0] = row
        for column in range(start, stop + 1):
            other = second[column - 1]
            cost = old[column - 1] + (one != other)
            cost = min(cost, old[column] + 1, new[column - 1] + 1)
            if row > 1 and column > 1 and one == second[column - 2] and first[row - 2] == other:
                cost = min(cost, older[column - 2] + 1)
            new[column] = cost
        if min(new[start - 1 : stop + 1]) > limit:
            return limit + 1
        older, old = old, new
    return min(old[width], limit + 1)
