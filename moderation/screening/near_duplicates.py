"""Whether the same was said before: hashes of letters, compared by an index, never text by text.

``fingerprint`` is equal for texts that differ by spaces, digits, signs and case alone. A ``sketch``
is a MinHash by one permutation (Li, Owen, Zhang 2012, with the empty places filled in as Shrivastava
and Li 2014 do): the share of equal places estimates the share of common triples of letters. Texts
that are nearly the same agree in at least one ``band`` of places; only those are looked at.
"""

from hashlib import blake2b

import regex

from moderation.screening.links import host_of
from moderation.screening.texts import ADDRESS

PLACES = 32
BANDS = 8
ROWS = 2
LEAST_LETTERS = 16
"""Shorter texts are said by many people: 감사합니다, 잘 읽었어요."""
MOST_TRIPLES = 2_000
ALIKE = 0.6
"""Share of equal places from which two texts count as nearly the same."""

NOT_LETTERS = regex.compile(r"[^\p{L}]+")


class Sketch:
    """What is kept of a text to find it again."""

    __slots__ = ("bands", "digits", "fingerprint")

    def __init__(self, fingerprint: int = 0, digits: str = "", bands: tuple[int, ...] = ()):
        """Keep the numbers; without arguments of a text that is too short."""
        self.fingerprint, self.digits, self.bands = fingerprint, digits, bands


def sketch_of(prose: str) -> Sketch:
    """Return the sketch of a text; an empty one if it is too short to be compared."""
    letters = letters_of(prose)
    if len(letters) < LEAST_LETTERS:
        return Sketch()
    places = _filled(_places(letters))
    digits = "".join(f"{one & 0xFF:02x}" for one in places)
    bands = tuple(_signed(places[at * ROWS : (at + 1) * ROWS], salt=at) for at in range(BANDS))
    return Sketch(_number(letters.encode()), digits, bands)


def letters_of(prose: str) -> str:
    """Return the letters alone, in lower case; of links their hosts."""
    prose = ADDRESS.sub(lambda match: host_of(match[0]), prose)
    return NOT_LETTERS.sub("", prose).casefold()


def likeness(one: str, other: str) -> float:
    """Return the share of equal places of two sketches."""
    if not one or not other:
        return 0.0
    return sum(one[at : at + 2] == other[at : at + 2] for at in range(0, len(one), 2)) / PLACES


def _places(letters: str) -> list[int | None]:
    places: list[int | None] = [None] * PLACES
    triples = {letters[at : at + 3] for at in range(min(len(letters) - 2, MOST_TRIPLES))}
    for triple in triples:
        value = int.from_bytes(blake2b(triple.encode(), digest_size=8).digest())
        place, rest = value % PLACES, value // PLACES
        held = places[place]
        if held is None or rest < held:
            places[place] = rest
    return places


def _filled(places: list[int | None]) -> list[int]:
    """Let empty places borrow from the next one that is not, and say how far it was."""
    found = []
    for at in range(PLACES):
        step = 0
        while (value := places[(at + step) % PLACES]) is None:
            step += 1
        found.append(value + step * 0x9E3779B97F4A7C15)
    return found


def _signed(values: list[int], *, salt: int) -> int:
    return _number(repr((salt, values)).encode())


def _number(data: bytes) -> int:
    """Return a hash that fits a column of 64 bits and is never 0."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), signed=True) or 1
