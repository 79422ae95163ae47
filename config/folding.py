"""Patterns that find a word whatever its case, the same in every database.

``LIKE`` and ``~*`` know the cases of the letters that the database's locale knows, SQLite those of
ASCII alone. A pattern that spells the cases out finds what Python's ``casefold`` would find.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from config.text import nfc

LAST_CASED = 0x1E943
"""The end of the last block with letters of two cases (Adlam)."""

LONGEST_FOLD = 3
MAX_RUN = 8


@cache
def _letters_by_fold() -> dict[str, str]:
    """Return {what letters fold to: those letters}: ``"s"`` → ``"Sſ"``, ``"ss"`` → ``"ßẞ"``."""
    found: dict[str, str] = {}
    for code in range(LAST_CASED + 1):
        letter = chr(code)
        fold = nfc(letter.casefold())
        if fold != letter:
            found[fold] = found.get(fold, "") + letter
    return found


@cache
def _long_folds() -> list[tuple[str, str]]:
    return [(fold, those) for fold, those in _letters_by_fold().items() if len(fold) > 1]


@lru_cache(maxsize=1000)
def word_pattern(key: str) -> str:
    """Return a regular expression for texts whose casefold has ``key``, itself a casefold, in it.

    For texts in NFC. The syntax is what PostgreSQL and Python have in common.
    Source: Unicode Standard, section 3.13, D144 (caseless match); full folds such as ß → ss
    are tried at each place, and where the word begins or ends within one.
    """
    letters = _letters_by_fold()
    # What may stand for key[start:end]; the first and last also within a longer fold.
    pieces: dict[int, list[tuple[int, str]]] = {}
    size = len(key)
    for start in range(size):
        single = key[start] + letters.get(key[start], "")
        pieces[start] = [(start + 1, single)]
        for end in range(start + 2, min(start + LONGEST_FOLD, size) + 1):
            if key[start:end] in letters:
                pieces[start].append((end, letters[key[start:end]]))
    for fold, those in _long_folds():
        for cut in range(1, len(fold)):
            if key.startswith(fold[cut:]):
                pieces[0].append((len(fold) - cut, those))
            if key.endswith(fold[:cut]):
                pieces[size - cut].append((size, those))
        if len(fold) > size + 1 and key in fold[1:-1]:
            pieces[0].append((size, those))
    return _path(pieces, 0, size)


def _path(pieces: dict[int, list[tuple[int, str]]], start: int, size: int) -> str:
    """Return a pattern for all ways from ``start`` to ``size``, split where all of them meet."""
    parts = []
    while start < size:
        end = _meeting_place(pieces, start, size)
        ways = [
            _one_of(those) + (_path(pieces, stop, end) if stop < end else "")
            for stop, those in _merged(pieces[start])
            if stop <= end
        ]
        parts.append(ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})")
        start = end
    return "".join(parts)


def _merged(options: list[tuple[int, str]]) -> list[tuple[int, str]]:
    by_end: dict[int, str] = {}
    for end, those in options:
        by_end[end] = by_end.get(end, "") + those
    return sorted(by_end.items())


def _meeting_place(pieces: dict[int, list[tuple[int, str]]], start: int, size: int) -> int:
    """Return the first place after ``start`` that no piece steps over."""
    reach, place = max(end for end, _those in pieces[start]), start + 1
    while place < min(reach, start + MAX_RUN):
        reach = max(reach, *(end for end, _those in pieces[place]))
        place += 1
    return min(reach, size) if place >= reach else place


def _one_of(letters: str) -> str:
    unique = "".join(dict.fromkeys(letters))
    return re.escape(unique) if len(unique) == 1 else f"[{re.escape(unique)}]"


def any_word_pattern(keys: Iterable[str]) -> str:
    """Return a pattern for texts with any of the words ``keys`` (casefolds); empty if none."""
    return "|".join(word_pattern(key) for key in sorted(set(keys)) if key)
