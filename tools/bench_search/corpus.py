"""Posts for the bench, made of numbers: the same words in the same posts in every run.

Words follow Zipf's law, as in any language: some stand in nearly every post, most in a few. The
frequent ones are real, taken from the posts that search is judged by; the rest is put together of
frequent syllables. Each post has a few hundred tokens, of which its title repeats some, and one word
that hardly any other post has.
"""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy

from tools.processes import ROOT

SEED = 20261121
VOCABULARY = 74_000
BODY = 230
TITLE = 5
SHARED = 15
"""So many posts share one of the rare words, about."""

SPAN_DAYS = 5 * 365
FIRST_DAY = datetime(2021, 11, 1, tzinfo=UTC)
PEOPLE = 2_000
TAGS = 500
SYLLABLES = (
    "가구기고나다대도동드디라로리마명모무문미바방배보부비사산상서선성소수스시아안양어연영오용우운원유은"
    "음의이인일자장전정제조주중지진차천초치카크타터트파포프하학한해호화회"
)
PARTICLES = ("을", "에서", "이", "는", "와", "의", "도", "로", "까지", "만", "에", "에는")


@dataclass(frozen=True)
class Written:
    """A post as the tables keep it."""

    number: int
    author: int
    visibility: str
    published_at: datetime
    likes: int
    title: tuple[str, ...]
    body: tuple[str, ...]
    tag: int

    @cached_property
    def text(self) -> str:
        """The body as somebody would write it: words with particles, a few in each sentence."""
        parts = [
            word + PARTICLES[(self.number + place) % len(PARTICLES)]
            if "가" <= word[-1] <= "힣"
            else word
            for place, word in enumerate(self.body)
        ]
        return ". ".join(" ".join(parts[at : at + 12]) for at in range(0, len(parts), 12)) + "."


class Corpus:
    """``size`` posts, and how many public ones say each word."""

    def __init__(self, size: int):
        self.size = size
        self.rare = max(size // SHARED, 1)
        self.df = numpy.zeros(VOCABULARY + self.rare, dtype=numpy.int64)
        self.title_df = numpy.zeros_like(self.df)
        self.public = 0

    @cached_property
    def words(self) -> list[str]:
        """All words, the most frequent first; after those of the vocabulary the rare ones."""
        chance = random.Random(SEED)
        words = dict.fromkeys(_real_words()[:VOCABULARY])
        while len(words) < VOCABULARY + self.rare:
            length = chance.choice((2, 2, 2, 3, 3, 4))
            words["".join(chance.choice(SYLLABLES) for _ in range(length))] = None
        return list(words)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each word stands in ``words``."""
        return {word: place for place, word in enumerate(self.words)}

    def batches(self, at_once: int = 2_000) -> Iterator[list[Written]]:
        """Yield all posts, the oldest first, and count their words."""
        weights = 1 / (numpy.arange(VOCABULARY) + 2.7)
        reach = numpy.cumsum(weights / weights.sum())
        for start in range(0, self.size, at_once):
            number = min(at_once, self.size - start)
            chance = numpy.random.default_rng([SEED, start])
            drawn = numpy.searchsorted(reach, chance.random((number, BODY))).clip(0, VOCABULARY - 1)
            drawn[:, -1] = VOCABULARY + chance.integers(self.rare, size=number)
            places = chance.integers(BODY - 1, size=(number, TITLE))
            titles = numpy.take_along_axis(drawn, places, axis=1)
            is_public = chance.random(number) < 0.92
            self.public += int(is_public.sum())
            self.df += _posts_with(drawn[is_public], len(self.df))
            self.title_df += _posts_with(titles[is_public], len(self.df))
            # A few write much, most write little.
            authors = 1 + (PEOPLE * chance.random(number) ** 2).astype(int)
            likes = (chance.pareto(1.5, number) * 2).astype(int)
            others = chance.choice(("followers", "unlisted", "private"), size=number)
            tags = chance.integers(TAGS, size=number)
            yield [
                Written(
                    number=start + row + 1,
                    author=int(authors[row]),
                    visibility="public" if is_public[row] else str(others[row]),
                    published_at=FIRST_DAY + timedelta(days=SPAN_DAYS * (start + row) / self.size),
                    likes=int(likes[row]),
                    title=tuple(self.words[word] for word in titles[row]),
                    body=tuple(self.words[word] for word in drawn[row]),
                    tag=int(tags[row]),
                )
                for row in range(number)
            ]

    def save_counts(self, path: Path) -> None:
        numpy.savez(path, df=self.df, title_df=self.title_df, public=self.public)

    def load_counts(self, path: Path) -> None:
        """Take the counts of a run whose posts are still there."""
        kept = numpy.load(path.with_suffix(".npz"))
        self.df, self.title_df, self.public = kept["df"], kept["title_df"], int(kept["public"])

    def words_said_by(self, least: float, most: float, wanted: int) -> list[str]:
        """Return ``wanted`` words with between ``least`` and ``most`` posts, evenly chosen."""
        places = numpy.flatnonzero((self.df >= least) & (self.df <= most))
        if not len(places):
            return []
        chosen = numpy.linspace(0, len(places) - 1, min(wanted, len(places))).astype(int)
        return [self.words[places[one]] for one in chosen]


def _posts_with(rows: numpy.ndarray, length: int) -> numpy.ndarray:
    """Return for each word in how many of ``rows`` it stands."""
    ordered = numpy.sort(rows, axis=1)
    is_first = numpy.ones_like(ordered, dtype=bool)
    is_first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    return numpy.bincount(ordered[is_first], minlength=length)


def _real_words() -> list[str]:
    counts: Counter[str] = Counter()
    for path in sorted((ROOT / "search" / "evaluation").glob("documents*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                counts.update(
                    re.findall(r"[가-힣]{2,5}|[a-z]{3,12}", json.loads(line)["body"].lower())
                )
    return [word for word, _count in counts.most_common()]
