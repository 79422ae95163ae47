"""A vocabulary without a database, counted from a few texts."""

from collections import Counter
from collections.abc import Iterable

from search.analysis import document_tokens, get_analyzer
from search.hangul import choseong_of, damerau, to_jamo
from search.vocabulary import Word


class MemoryVocabulary:
    """What the planner asks, answered from ``titles`` (each one document)."""

    def __init__(self, titles: Iterable[str]) -> None:
        df: Counter[str] = Counter()
        joined: dict[str, bool] = {}
        self.total = 0
        for title in titles:
            self.total += 1
            for word, is_joined in document_tokens(
                title, "", analyzer=get_analyzer()
            ).words.items():
                df[word] += 1
                joined[word] = joined.get(word, True) and is_joined
        self.words = {
            word: Word(word, count, count, joined[word], to_jamo(word))
            for word, count in df.items()
        }

    def look_up(self, words: Iterable[str]) -> dict[str, Word]:
        return {word: self.words[word] for word in words if word in self.words}

    def near(self, word: str, limit: int = 50) -> list[Word]:
        jamo = to_jamo(word)
        found = [
            (damerau(jamo, one.jamo, 3), one.term, one)
            for one in self.words.values()
            if one.term != word
        ]
        return [one for distance, _, one in sorted(found, key=lambda x: x[:2]) if distance < 4][
            :limit
        ]

    def containing(self, word: str, limit: int = 20) -> list[Word]:
        found = [one for one in self.words.values() if word in one.term and one.term != word]
        return sorted(found, key=lambda one: (-one.weight, one.term))[:limit]

    def by_choseong(self, initials: str, limit: int = 20, *, is_whole: bool = False) -> list[Word]:
        found = [one for one in self.words.values() if choseong_of(one.term).startswith(initials)]
        return sorted(found, key=lambda one: (-one.weight, one.term))[:limit]

    def starting_with(self, jamo_prefix: str, limit: int = 20) -> list[Word]:
        found = [one for one in self.words.values() if one.jamo.startswith(jamo_prefix)]
        return sorted(found, key=lambda one: (-one.weight, one.term))[:limit]
