"""Particles at the end of words that the analyser does not know: it takes 도커로 for one noun."""

from search.hangul import is_syllable

AFTER_CONSONANT = tuple("을 은 이 과 으로 이나 이란 이라 이랑 으로는 으로도".split())
AFTER_VOWEL = tuple("를 는 가 와 로 나 란 라 랑 로는 로도".split())
AFTER_BOTH = tuple(
    "에서 에게 한테 까지 부터 처럼 보다 에는 에도 에서는 에서도 에게는 라는 이라는 하고 이며 의".split()
)
DOUBTFUL = tuple("도 만 에".split())
"""As often the end of a name: 까르띠에, 토네이도."""

LEAST = 2
RIEUL = 8


def _final(syllable: str) -> int:
    return (ord(syllable) - ord("가")) % 28


def _fits(stem: str, particle: str) -> bool:
    """Return whether ``particle`` is the form that follows the last sound of ``stem``."""
    if not is_syllable(stem[-1]):
        return False
    final = _final(stem[-1])
    if particle in AFTER_CONSONANT:
        # 서울로, not 서울으로.
        return final != 0 and not (particle.startswith("으로") and final == RIEUL)
    if particle in AFTER_VOWEL:
        return final == 0 or (particle.startswith("로") and final == RIEUL)
    return True


_SURE = sorted((*AFTER_CONSONANT, *AFTER_VOWEL, *AFTER_BOTH), key=len, reverse=True)


def without_particle(word: str) -> str:
    """Return ``word`` without the particle that it surely ends in, if two syllables are left."""
    for particle in _SURE:
        if word.endswith(particle) and len(word) - len(particle) >= LEAST:
            stem = word.removesuffix(particle)
            if _fits(stem, particle):
                return stem
    return word


def perhaps_without_particle(word: str) -> str:
    """Return ``word`` without what may be a particle or the end of a name (도, 만, 에)."""
    if word.endswith(DOUBTFUL) and len(word) > LEAST:
        return word[:-1]
    return word
