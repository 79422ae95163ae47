"""Asking a filled site: words of every rarity, totals, suggestions, whole pages."""

import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.bench_search.corpus import PEOPLE, SEED, Corpus
from tools.bench_search.filling import SLOT

WORDS = 20
BANDS: dict[str, tuple[float, float]] = {
    "medium": (0.005, 0.02),
    "common": (0.08, 0.15),
    "very common": (0.3, 1.0),
}
RARE = (5, 30)
MIX = {"rare": 0.4, "medium": 0.4, "common": 0.15, "very common": 0.05}
RANKED = 100
PAGES = 60


class Clock:
    """Milliseconds of processor time that a call takes here and in the database's process.

    By the kernel's count: unlike the clock it does not measure what else the machine does.
    """

    def __init__(self) -> None:
        from django.db import connection

        self.server = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Work of other processes of the server would not be counted.
                cursor.execute("SET max_parallel_workers_per_gather = 0")
            self.server = Path(f"/proc/{connection.connection.get_backend_pid()}/schedstat")

    def now(self) -> float:
        there = int(self.server.read_text().split()[0]) / 1e6 if self.server else 0.0
        return there + time.process_time() * 1000

    def time(self, call: Callable[[], object]) -> float:
        began = self.now()
        call()
        return self.now() - began


def words_by_rarity(corpus: Corpus) -> dict[str, list[str]]:
    """Return words of each class, by the number of public posts that say them."""
    classes = {"rare": corpus.words_said_by(*RARE, WORDS)}
    for name, (least, most) in BANDS.items():
        classes[name] = corpus.words_said_by(least * corpus.public, most * corpus.public, WORDS)
    return classes


def ask(corpus: Corpus, *, rounds: int, has_pages: bool) -> dict[str, list[float]]:
    """Return {measure: milliseconds of each call}; the first round warms up and is left out."""
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    clock = Clock()
    taken: dict[str, list[float]] = defaultdict(list)
    viewers = {"visitor": AnonymousUser(), "member": User.objects.get(pk=PEOPLE + 1)}
    classes = words_by_rarity(corpus)
    for turn in range(rounds + 1):
        for measure, call in questions(corpus, classes, viewers):
            milliseconds = clock.time(call)
            if turn:
                taken[measure].append(milliseconds)
    if has_pages:
        for measure, milliseconds in pages(clock, classes):
            taken[measure].append(milliseconds)
    return taken


def questions(corpus: Corpus, classes, viewers) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield (measure, what to call)."""
    from django.utils import timezone

    from search.engines import COUNTED, Criteria, get_engine
    from search.plan import Plan
    from search.ranking import rerank
    from search.selectors import search
    from search.suggesting import suggest

    engine, now = get_engine(), timezone.now()

    def found(criteria: Criteria) -> Callable[[], object]:
        def call() -> object:
            ids = engine.find(SLOT, criteria, limit=RANKED)
            return rerank(SLOT, ids, Plan("", groups=criteria.groups), kind="post", now=now)

        return call

    def counted(criteria: Criteria) -> Callable[[], object]:
        return lambda: engine.count(SLOT, criteria, limit=COUNTED + 1)

    rarity = combined(classes)
    for person, viewer in viewers.items():
        for name, tuples in rarity.items():
            for words in tuples:
                groups = tuple(group_of(corpus, word) for word in words)
                is_any = name.startswith("OR")
                criteria = Criteria("post", viewer, groups, matches_any=is_any)
                yield f"find|{name}|{person}", found(criteria)
                yield f"count|{name}|{person}", counted(criteria)
    for word in mixed(classes):
        yield (
            "search|mixed|visitor",
            lambda word=word: search(word, viewer=viewers["visitor"]),
        )
        yield "search|mixed|member", lambda word=word: search(word, viewer=viewers["member"])
    for word in classes["medium"] + classes["common"]:
        for start in (word[:1], word[:2], word):
            yield (
                "suggest|start of a word|member",
                lambda start=start: suggest(start, viewer=viewers["member"]),
            )


def combined(classes: dict[str, list[str]]) -> dict[str, list[tuple[str, ...]]]:
    common = classes["common"]
    return {name: [(word,) for word in words] for name, words in classes.items()} | {
        "AND med+com": list(zip(classes["medium"], common, strict=False)),
        "AND com+very": list(zip(common, classes["very common"], strict=False)),
        "OR 3 common": list(zip(common, common[1:], common[2:], strict=False)),
    }


def mixed(classes: dict[str, list[str]]) -> list[str]:
    chance = random.Random(SEED)
    names = chance.choices(list(MIX), weights=list(MIX.values()), k=PAGES)
    return [chance.choice(classes[name]) for name in names if classes[name]]


def group_of(corpus: Corpus, word: str):
    """Return a word as the planner would ask it: also where it was joined to another."""
    from search.plan import Alternative, Group

    df = int(corpus.df[corpus.places[word]])
    idf = math.log(1 + corpus.public / (1 + df))
    return Group(word, (Alternative((word,)),), df=df, idf=idf)


def pages(clock: Clock, classes) -> Iterator[tuple[str, float]]:
    """Yield the time of whole answers, templates and marked texts included."""
    from urllib.parse import quote

    from django.core.cache import cache
    from django.test import Client

    client, asked = Client(), 0
    cache.clear()
    for turn in range(2):
        for word in mixed(classes):
            for measure, path in (
                ("http|page of 20|visitor", f"/search/?q={quote(word)}"),
                ("http|suggestions|visitor", f"/search/suggest/?q={quote(word[:2])}"),
            ):
                asked += 1
                # A visitor each: nobody is held up for asking often.
                address = f"10.0.{asked // 250}.{asked % 250}"

                def call(path=path, address=address) -> None:
                    options = {"HTTP_HOST": "localhost", "REMOTE_ADDR": address}
                    status = client.get(path, **options).status_code
                    if status != 200:
                        raise RuntimeError(f"{path} answered {status}")

                milliseconds = clock.time(call)
                if turn:
                    yield measure, milliseconds
