"""What a misspelt word was meant to be: words of the vocabulary that are typed nearly alike."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from search.hangul import damerau, has_hangul, to_jamo

if TYPE_CHECKING:
    from search.vocabulary import Vocabulary, Word

HANGUL_LIMITS = ((5, 1), (11, 2))
"""So many letters (jamo) at most: so many slips at most; longer words: LONG_LIMIT."""

LATIN_LIMITS = ((4, 1), (9, 2))
LONG_LIMIT = 3
SHORTEST = 3  # letters: shorter words have too many neighbours
BEGINNING = 6  # letters: from here on a word without neighbours may be the beginning of one
BEGUN = 1  # as a distance
SHOWN = 5
FIRST_LETTER = 0.5
PER_TENFOLD = 0.25
IN_TITLE = 0.25
PARTICLES = tuple(
    sorted(
        "은 는 이 가 을 를 의 에 도 만 와 과 로 으로 에서 에게 까지 부터 처럼 보다 이나 나 라도 이란 란 "
        "이랑 랑 하고 에는 에도 에서는 에서도 으로는 로는 으로도 이라 라 이라는 라는 이라고 라고 "
        "이며 이고 인 이다 입니다 인가요 이요 요 들 들이 들을 들은 들의 마다 밖에 조차".split(),
        key=len,
        reverse=True,
    )
)


@dataclass(frozen=True)
class Candidate:
    """A word that may have been meant; a lower ``score`` is likelier."""

    term: str
    distance: int
    score: float
    df: int
    title_df: int


def counted(tokens: Iterable[str]) -> list[str]:
    """Return those of ``tokens`` that a vocabulary counts: none with a sign before them."""
    return [token for token in tokens if token and token[0] not in "^~#@"]


def limit_of(letters: str, is_hangul: bool) -> int:
    """Return how many slips of typing a word of these letters may have."""
    for length, limit in HANGUL_LIMITS if is_hangul else LATIN_LIMITS:
        if len(letters) <= length:
            return limit
    return LONG_LIMIT


def candidates(word: str, vocabulary: "Vocabulary", *, slips: int | None = None) -> list[Candidate]:
    """Return the words of the vocabulary nearest to ``word``, likeliest first; at most SHOWN.

    ``slips``: no more than these. Words that are written with one script are meant in the same.
    """
    letters = to_jamo(word)
    if len(letters) < SHORTEST:
        return []
    is_hangul = has_hangul(word)
    limit = limit_of(letters, is_hangul)
    if slips is not None:
        limit = min(limit, slips)
    found = []
    for near in vocabulary.near(word):
        if near.term == word or near.df < 1 or has_hangul(near.term) != is_hangul:
            continue
        distance = damerau(letters, near.jamo, limit)
        if distance <= limit:
            found.append(_candidate(letters, near, distance))
    if not found and slips is None and len(letters) >= BEGINNING:
        # Perhaps the word goes on: postgre, 쿠버네.
        longer = vocabulary.starting_with(letters, 2 * SHOWN)
        found = [_candidate(letters, one, BEGUN) for one in longer if one.term != word]
    found.sort(key=lambda one: (one.score, -one.df, one.term))
    return found[:SHOWN]


def listed_candidates(word: str, listed: Iterable[str]) -> list[Candidate]:
    """Return the words of a list that are one slip from ``word``."""
    letters = to_jamo(word)
    if len(letters) < BEGINNING:
        return []
    found = []
    for one in listed:
        if abs(len(one) - len(word)) > 1 or has_hangul(one) != has_hangul(word):
            continue
        other = to_jamo(one)
        if damerau(letters, other, 1) == 1:
            score = 1.0 if other[0] == letters[0] else 1.0 + FIRST_LETTER
            found.append(Candidate(one, 1, score, 0, 0))
    return sorted(found, key=lambda one: (one.score, one.term))[:SHOWN]


def _candidate(letters: str, near: "Word", distance: int) -> Candidate:
    score = float(distance)
    if near.jamo[:1] != letters[:1]:
        score += FIRST_LETTER
    score -= PER_TENFOLD * math.log10(1 + near.df)
    if near.title_df:
        score -= IN_TITLE
    return Candidate(near.term, distance, score, near.df, near.title_df)


def without_particles(eojeol: str) -> Iterable[str]:
    """Yield ``eojeol`` without each particle that it may end in, the longest particle first."""
    for particle in PARTICLES:
        if eojeol.endswith(particle) and len(eojeol) - len(particle) >= 2:
            yield eojeol[: -len(particle)]
