"""Which words spam uses and people do not: naive Bayes over morphemes, small enough to be read.

A text is the set of its words, so a word said ten times counts once. Each word's weight is limited,
and fewer than LEAST_WORDS known ones say nothing: no single word decides (SO-47). The shipped part
is ``model.json``, made from ``corpora/`` by ``manage.py train_screening``; what staff judged since is
added to its counts.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from moderation.screening.links import classes_of, foreign_links, host_of
from moderation.screening.texts import ADDRESS, Text
from search.analysis import Analyzer, get_analyzer
from search.analysis.texts import normalize

FOLDER = Path(__file__).parent
MODEL = FOLDER / "model.json"
LEAST_WORDS = 3
MOST_WEIGHT = 1.6
"""A word may make spam up to five times likelier or less likely."""
SMOOTHING = 0.5
MOST_WEIGHT_OF_MANNERS = 0.8
"""Links and prices have signals of their own, or are no sign by themselves."""
LEAST_TEXTS = 2
"""Words of one text alone are not learned."""
MOST_WORDS = 600
MANNERS = {
    "~percent": re.compile(r"\d\s?[%％]"),
    "~money": re.compile(r"\d\s?[만천억]?\s?(?:원|円|달러|usd|euros?)|[$€₩]\s?\d", re.I),
    "~arrow": re.compile("[👉👇☞▶▷→⇒⭐★✅🎁🎰💰🔥🚀]"),
    "~shout": re.compile(r"[!！]{2,}|[A-Z]{4,}"),
    "~code": re.compile(r"(?:코드|code|추천인)\s?[:：]?\s?[a-z0-9]{3,}", re.I),
    "~says more": re.compile(r".{160}", re.S),
}
"""How a text is made, whatever it is about: counted as words."""


class Counts(NamedTuple):
    """Word → in how many texts of spam and of people; and how many texts there are."""

    words: Mapping[str, tuple[int, int]]
    spam: int
    good: int

    @property
    def is_empty(self) -> bool:
        return not (self.spam and self.good)


class Opinion(NamedTuple):
    """``likelihood`` from 0 to 1, and the words that made it, the strongest first."""

    likelihood: float = 0.0
    words: tuple[tuple[str, float], ...] = ()


class Word(NamedTuple):
    """A word of a text and where it stands."""

    name: str
    start: int
    end: int


def words_of(text: Text, analyzer: Analyzer | None = None) -> list[Word]:
    """Return the words of a text as the classifier counts them, in their order."""
    analyzer = analyzer or get_analyzer()
    found: list[Word] = []
    prose = normalize(_without_addresses(text.prose))
    for unit in analyzer.units(prose):
        if unit.kind == "number":
            continue
        name = unit.joined or unit.surface
        if unit.kind in {"noun", "verb"} and len(name) < 2 and not unit.is_oov:
            name = f"{name}/{unit.kind[0]}"
        if name.isdigit():
            continue
        found.append(Word(name[:40], unit.start, unit.end))
        if len(unit.parts) > 1:
            found += [Word(part[:40], unit.start, unit.end) for part in unit.parts]
        if len(found) >= MOST_WORDS:
            break
    found += [Word(name, 0, 0) for name, pattern in MANNERS.items() if pattern.search(text.prose)]
    hosts = {host_of(link.url) for link in foreign_links(text.links)}
    found += [Word(one, 0, 0) for host in hosts for one in classes_of(host)]
    return found


def _without_addresses(prose: str) -> str:
    return ADDRESS.sub(lambda match: " " * len(match[0]), prose)


def count_words(texts: Iterable[tuple[Text, bool]], analyzer: Analyzer | None = None) -> Counts:
    """Return the counts of texts, each with whether it is spam. The same texts give the same."""
    spam_words: Counter[str] = Counter()
    good_words: Counter[str] = Counter()
    totals = [0, 0]
    for text, is_spam in texts:
        names = {word.name for word in words_of(text, analyzer)}
        (spam_words if is_spam else good_words).update(names)
        totals[0 if is_spam else 1] += 1
    every = sorted(spam_words.keys() | good_words.keys())
    words = {
        name: (spam_words[name], good_words[name])
        for name in every
        if spam_words[name] + good_words[name] >= LEAST_TEXTS
    }
    return Counts(words, *totals)


def added(first: Counts, second: Counts) -> Counts:
    """Return two counts as one."""
    if not (second.spam or second.good):
        return first
    words = dict(first.words)
    for name, (spam, good) in second.words.items():
        held = words.get(name, (0, 0))
        words[name] = (held[0] + spam, held[1] + good)
    return Counts(words, first.spam + second.spam, first.good + second.good)


def weight_of(name: str, counts: Counts) -> float:
    """Return how much a word speaks for spam (above 0) or against it."""
    held = counts.words.get(name)
    if held is None:
        return 0.0
    spam = (held[0] + SMOOTHING) / (counts.spam + 2 * SMOOTHING)
    good = (held[1] + SMOOTHING) / (counts.good + 2 * SMOOTHING)
    most = MOST_WEIGHT_OF_MANNERS if name.startswith(("~", "host:")) else MOST_WEIGHT
    return max(-most, min(most, math.log(spam / good)))


def judge(words: Iterable[Word], counts: Counts) -> Opinion:
    """Return how likely a text of these words is spam.

    Weights are summed and damped by how many there are: words of one text depend on each other.
    """
    if counts.is_empty:
        return Opinion()
    weights = {name: weight_of(name, counts) for name in dict.fromkeys(w.name for w in words)}
    known = {name: weight for name, weight in weights.items() if name in counts.words}
    if len(known) < LEAST_WORDS:
        return Opinion()
    total = sum(known.values()) / max(1.0, math.sqrt(len(known)) / 2)
    strongest = sorted(known.items(), key=lambda item: (-item[1], item[0]))
    return Opinion(1 / (1 + math.exp(-total)), tuple(strongest[:10]))


@cache
def shipped_counts(name: str) -> Counts:
    """Return the counts that come with the program; for other analysers than Kiwi they are made of
    the texts at first use."""
    if name == "kiwi" and MODEL.exists():
        return loaded(json.loads(MODEL.read_text(encoding="utf-8")))
    from moderation.screening.corpora import training_texts

    return count_words(training_texts())


def loaded(data: dict[str, Any]) -> Counts:
    """Return counts as they were stored."""
    words = {name: (spam, good) for name, (spam, good) in data["words"].items()}
    return Counts(words, data["spam"], data["good"])


def stored(counts: Counts) -> dict[str, Any]:
    """Return counts as they are stored."""
    return {
        "spam": counts.spam,
        "good": counts.good,
        "words": {name: list(pair) for name, pair in sorted(counts.words.items())},
    }
