"""How well the shipped rule tells spam from what people write, on texts that it never learned.

Nothing is stored: signals are measured with made-up arrivals that follow a fixed mix. Four ways in
which spam comes, and five in which people do, also unlucky ones; the mix is part of the figures.
"""

from typing import Any, NamedTuple

from config.screening import Arrival
from moderation.screening.classifier import Counts
from moderation.screening.corpora import Sample, samples, text_of
from moderation.screening.links import foreign_links, host_of, is_well_known
from moderation.screening.signals import Context, measure
from moderation.screening.verdict import DEFAULT, Verdict, judge_by


class Way(NamedTuple):
    """One way in which texts come: how often in twenty, the form, and what is known around it."""

    name: str
    share: int
    arrival: Arrival
    context: Context


def _page(seconds: float | None, *, is_trapped: bool = False) -> Arrival:
    return Arrival("page", "192.0.2.7", seconds, is_trapped)


SPAM_WAYS = (
    Way("fills in every field", 5, _page(1, is_trapped=True), Context(is_first=True)),
    Way("sends without the form", 4, _page(None), Context(in_ten_minutes=3, is_first=False)),
    Way("sends many, quickly", 4, _page(2), Context(in_ten_minutes=6, in_an_hour=9, same=1)),
    Way("waits, repeats", 4, _page(20), Context(in_an_hour=7, in_a_day=12, same=2, alike=3)),
    Way("typed by hand, once", 3, _page(45), Context(is_first=True)),
)
GOOD_WAYS = (
    Way("an ordinary text", 12, _page(60), Context()),
    Way("the first text of somebody new", 3, _page(90), Context(is_first=True)),
    Way("sent at once, from a draft that was kept", 2, _page(1.5), Context()),
    Way("in a lively talk", 2, _page(12), Context(in_ten_minutes=6, in_an_hour=11, in_a_day=18)),
    Way("sent by a program with a token", 1, Arrival("api", "192.0.2.9"), Context(in_an_hour=4)),
)


class Figures(NamedTuple):
    """What came of a corpus. ``wrong`` are the texts that went the wrong way."""

    texts: int
    held: int
    by_way: dict[str, tuple[int, int]]
    wrong: tuple[tuple[Sample, str, Verdict], ...]

    @property
    def share(self) -> float:
        return self.held / self.texts if self.texts else 0.0


def way_of(sample: Sample) -> Way:
    """Return how a text comes: by its place in the file, the same each time."""
    ways = SPAM_WAYS if sample.is_spam else GOOD_WAYS
    place = (sample.number * 7 + sample.number // 10) % sum(way.share for way in ways)
    for way in ways:
        if place < way.share:
            return way
        place -= way.share
    return ways[-1]


def judge_sample(
    sample: Sample, counts: Counts | None, definition: dict[str, Any] = DEFAULT
) -> tuple[Way, Verdict]:
    """Return how a text came and what a rule says; no domain in it was seen before."""
    way, text = way_of(sample), text_of(sample)
    hosts = {host_of(link.url) for link in foreign_links(text.links)}
    unseen = frozenset(one for one in hosts if not is_well_known(one))
    context = way.context._replace(unseen_hosts=unseen)
    signals = measure(text, way.arrival, context, counts)
    return way, judge_by(definition, text.kind, signals)


def evaluate(
    name: str,
    counts: Counts | None,
    *,
    is_held_out: bool = True,
    definition: dict[str, Any] = DEFAULT,
) -> Figures:
    """Return the figures of ``spam`` or ``innocent``."""
    by_way: dict[str, tuple[int, int]] = {}
    wrong, texts, held = [], 0, 0
    for sample in samples(name):
        if sample.is_held_out != is_held_out:
            continue
        way, verdict = judge_sample(sample, counts, definition)
        texts += 1
        held += verdict.is_enough
        seen, caught = by_way.get(way.name, (0, 0))
        by_way[way.name] = (seen + 1, caught + verdict.is_enough)
        if verdict.is_enough != sample.is_spam:
            wrong.append((sample, way.name, verdict))
    return Figures(texts, held, by_way, tuple(wrong))
