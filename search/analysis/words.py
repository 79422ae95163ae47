"""Words that need no dictionary: Latin and other alphabets, numbers, kana and Han, loose jamo."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex
import snowballstemmer

from search.analysis.units import MAX_TOKEN, Unit
from search.plan import exact_token

_ENGLISH = snowballstemmer.stemmer("english")
_SPANISH = snowballstemmer.stemmer("spanish")

_LETTER = r"[[\p{L}\p{M}\p{N}]--[\p{Hangul}\p{Han}\p{Hiragana}\p{Katakana}ー]]"
WORD = regex.compile(
    rf"(?P<number>\d+(?:[.,]\d+)*(?!{_LETTER}))"
    rf"|(?P<latin>{_LETTER}+(?:[._'’\-]{_LETTER}+)*(?:\+\+|\#(?!{_LETTER}))?)"
    r"|(?P<kana>[\p{Han}\p{Hiragana}\p{Katakana}ー]+)"
    r"|(?P<jamo>[ㄱ-ㅣ]+)",
    regex.V1,
)
_PERHAPS = re.compile(r"[0-9A-Za-z\x80-\uabff\ud7a4-\U0010ffff][^\s가-힣]*")
"""Where a WORD may stand: it never begins with a sign, and spaces and syllables end it."""

_BETWEEN = regex.compile(r"[._\-]")
_NAME_AND_DIGITS = regex.compile(r"([^\W\d_]{3,})(\d+)")
_THOUSANDS = regex.compile(r",(?=\d{3}(?:\D|$))")
_HAN = regex.compile(r"\p{Han}")
_REPEATED = regex.compile(r"(.)\1{2,}")
_PLAIN_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_ACCENTED_ENDINGS = {"cion": "ción", "sion": "sión"}


@lru_cache(maxsize=65_536)
def without_accents(word: str) -> str:
    """Return a lower-case word without the accents of Latin, Greek and Cyrillic letters."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFD", word)
    bare = "".join(one for one in apart if not "\u0300" <= one <= "\u036f")
    return unicodedata.normalize("NFC", bare).translate(_PLAIN_LETTERS)


# One word in a thousand is new: stemming anew each time would cost more than Korean does.
@lru_cache(maxsize=65_536)
def stems_of(word: str) -> tuple[str, ...]:
    """Return the English and Spanish stems of a lower-case word as tokens, one if they agree."""
    if len(word) < 3 or not word.isalpha():
        return ()
    spanish = word
    for bare, accented in _ACCENTED_ENDINGS.items():
        if word.endswith(bare):
            # The Spanish rules know -ción only as it is spelled, people leave the accent out.
            spanish = word.removesuffix(bare) + accented
    stems = (_ENGLISH.stemWord(word), _SPANISH.stemWord(spanish))
    return tuple(dict.fromkeys("~" + without_accents(stem)[:MAX_TOKEN] for stem in stems))


@lru_cache(maxsize=65_536)
def _latin(word: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return parts, joined token and all tokens of a lower-case Latin word."""
    for sign in ("++", "#"):
        if word.endswith(sign):
            name = _BETWEEN.split(word.removesuffix(sign))[-1]
            token = exact_token("", name + sign)[:MAX_TOKEN]
            return (token,), token, (token, without_accents(name)[:MAX_TOKEN])
    tokens: list[str] = []
    parts = []
    for piece in _BETWEEN.split(word.replace("’", "'")):
        # What is owned is the word itself, other apostrophes are letters left out.
        piece = piece.removesuffix("'s").replace("'", "")
        bare = without_accents(piece)[:MAX_TOKEN]
        if not bare:
            continue
        parts.append(bare)
        tokens += [bare, *stems_of(piece)]
        if named := _NAME_AND_DIGITS.fullmatch(bare):
            # python3 is Python too.
            tokens += [named[1], *stems_of(named[1])]
    joined = "".join(parts)[:MAX_TOKEN]
    if joined:
        tokens.append(joined)
    return tuple(dict.fromkeys(parts)), joined, tuple(dict.fromkeys(tokens))


def _number(word: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return the tokens of a number: 3.11.2 is also 3.11 and 3, and 3,000 is 3000."""
    pieces = _THOUSANDS.sub("", word).replace(",", ".").split(".")
    prefixes = ["_".join(pieces[:count])[:MAX_TOKEN] for count in range(len(pieces), 0, -1)]
    return (prefixes[0],), prefixes[0], tuple(dict.fromkeys(prefixes))


def _kana(word: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return the pairs of neighbouring characters; of Han also each alone, for documents."""
    pairs = tuple(dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1))) or (word,)
    alone = tuple(dict.fromkeys(_HAN.findall(word)))
    return pairs, pairs[0] if len(pairs) == 1 else "", tuple(dict.fromkeys(pairs + alone))


def _words(text: str) -> Iterator[regex.Match[str]]:
    # Korean goes by in one step of the quicker engine.
    for place in _PERHAPS.finditer(text):
        yield from WORD.finditer(text, *place.span())


def plain_units(text: str) -> list[Unit]:
    """Return the words of folded ``text`` that are not Korean syllables."""
    units = []
    for match in _words(text):
        word, kind = match[0], match.lastgroup
        start, end = match.span()
        if kind == "latin":
            parts, joined, tokens = _latin(word)
            if parts:
                units.append(Unit("latin", word, start, end, parts, joined, tokens))
        elif kind == "number":
            parts, joined, tokens = _number(word)
            units.append(Unit("number", word, start, end, parts, joined, tokens))
        elif kind == "kana":
            parts, joined, tokens = _kana(word)
            units.append(Unit("kana", word, start, end, parts, joined, tokens))
        else:
            token = _REPEATED.sub(r"\1\1", word)[:MAX_TOKEN]
            units.append(Unit("noun", word, start, end, (token,), token, (token,)))
    return units
