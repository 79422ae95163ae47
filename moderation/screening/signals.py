"""What can be seen of a text and of how it came, as numbers; each with the passage that gave it.

A value of 1 is a clear case; how many points that makes is what a rule says. Signals hold no words,
so they can be kept to try rules on; passages are of the author's own text and stay with a decision.
"""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import regex
from django.utils.translation import gettext_lazy as _

from config.screening import Arrival
from config.text import INVISIBLE, graphemes
from moderation.screening import classifier
from moderation.screening.classifier import Counts
from moderation.screening.links import (
    foreign_links,
    host_of,
    is_look_alike,
    is_misleading,
    is_number,
    is_shortened,
)
from moderation.screening.texts import CHATS, Link, Text

PASSAGE_LENGTH = 200  # characters
QUICK_SECONDS = 3
DOORS = frozenset({"page", "upload", "api", "embed"})
"""Where people come in; what is scheduled or imported comes in heaps by itself."""
SHARES = {0: 1.0, 1: 0.5, 2: 0.25}
"""Trust → how much links count (SO-47)."""


class Context(NamedTuple):
    """What the database knows around a text. Numbers are of its author or of its network, whichever
    is higher, without the text itself."""

    in_ten_minutes: int = 0
    in_an_hour: int = 0
    in_a_day: int = 0
    same: int = 0
    alike: int = 0
    is_first: bool = False
    unseen_hosts: frozenset[str] = frozenset()
    blocked_hosts: frozenset[str] = frozenset()
    is_source_blocked: bool = False
    bio_hosts: frozenset[str] = frozenset()


class Signal(NamedTuple):
    """How clearly something is there, and where."""

    value: float
    passage: str = ""
    words: tuple[tuple[str, float], ...] = ()


class Kind(NamedTuple):
    """A signal as staff read it; ``most`` is the highest value it takes."""

    name: str
    label: Any
    help: Any
    most: float


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("trap", _("hidden field"), _("A field that people do not see was filled in."), 1),
        Kind("haste", _("haste"), _("Sent in less than three seconds, or without the form."), 2),
        Kind("rate", _("rate"), _("Many texts of one author or network in a short time."), 2),
        Kind("links", _("links"), _("Many links, or little else; the less the more trust."), 2.5),
        Kind("unseen", _("unknown domain"), _("A link to a domain that nobody named before."), 1),
        Kind("blocked", _("blocked domain"), _("A link to a domain that staff blocked."), 1),
        Kind("shortened", _("hidden destination"), _("A link that hides where it leads."), 1),
        Kind("alike_host", _("misleading link"), _("A link that looks like another one."), 1),
        Kind("same", _("repeated text"), _("The same text was sent before."), 3),
        Kind("alike", _("nearly the same text"), _("Nearly the same text was sent before."), 2.5),
        Kind("source", _("blocked source"), _("From a network or mail domain that is blocked."), 1),
        Kind("mentions", _("many names"), _("Names more people than a talk does."), 2),
        Kind("contact", _("contact outside"), _("Asks to call or to write somewhere else."), 1),
        Kind("disguise", _("disguise"), _("Invisible or odd characters inside of words."), 1),
        Kind("first", _("begins with an offer"), _("The first text has a link or a contact."), 1),
        Kind("bio", _("profile"), _("The profile advertises the same, or holds many links."), 1),
        Kind("words", _("wording"), _("Words as in texts that were judged to be spam."), 1),
    )
}
"""Every signal, in the order in which staff read them."""

PRIVATE = frozenset("trap haste rate links unseen blocked shortened same alike source".split())
"""What may be asked of a message: nothing that reads its words."""

CONTACT = regex.compile(
    r"\b01[016789][-.\s]?\d{3,4}[-.\s]?\d{4}\b"
    r"|(?:카\s*톡|카카오\s*톡|텔\s*레(?:\s*그램)?|라인|위챗|톡\s*아이디|kakao(?:talk)?|telegram|tele|whats\s?app|wechat|line)"
    r"\s*(?:아이디|문의|상담|추가|친추|주소|연락|채널|id|me|us|at|on)?\s*[:：;@=→>▶☞)\]*-]*\s*@?"
    r"(?=[a-z0-9_.+-]*\d)[a-z0-9_.+-]{4,}"
    r"|\+\d{1,3}[-\s]\(?\d{2,4}\)?(?:[-\s]\d{2,6}){1,3}"
    r"|(?<![\w.@/])@[a-z][a-z0-9]*_?\d{2,}[a-z0-9_]*",
    regex.I,
)
SEPARATED = regex.compile(r"(?<!\p{L})(?:[가-힣][.\-_·*~|/^♡☆★]{1,2}){2,}[가-힣]")
INSIDE = re.compile(rf"(?<=\w)(?:{INVISIBLE.pattern}|[\u200c\u2800])+(?=\w)")
STYLED = regex.compile(r"[\U0001D400-\U0001D7FF\u24B6-\u24E9\U0001F130-\U0001F189]{3,}")
SENTENCE = re.compile(r"[^\n.!?。！？]+[.!?。！？]*")
NEARLY_SURE = 0.8
"""A likelihood is never 1; from here on it counts as if it were."""
LONG_LETTERS = 600
"""From so many letters on links are counted as in an article."""


def measure(
    text: Text, arrival: Arrival, context: Context, counts: Counts | None
) -> dict[str, Signal]:
    """Return the signals of a text that are above 0. ``counts`` is what the classifier learned."""
    found: dict[str, Signal] = {}
    for name, ask in _questions(text, arrival, context, counts):
        if text.is_private and name not in PRIVATE:
            continue
        signal = ask()
        if signal is not None and signal.value > 0:
            value = round(min(signal.value, KINDS[name].most), 3)
            passage = "" if text.is_private else excerpt(signal.passage)
            found[name] = Signal(value, passage, signal.words)
    return found


def _questions(
    text: Text, arrival: Arrival, context: Context, counts: Counts | None
) -> Iterator[tuple[str, Callable[[], Signal | None]]]:
    links = foreign_links(text.links)
    yield "trap", lambda: Signal(1.0) if arrival.is_trapped else None
    yield "haste", lambda: _haste(text, arrival)
    yield "rate", lambda: _rate(context) if arrival.door in DOORS else None
    yield "links", lambda: _links(text, links)
    yield "unseen", lambda: _among(links, context.unseen_hosts)
    yield "blocked", lambda: _among(links, context.blocked_hosts)
    yield "shortened", lambda: _shortened(links)
    yield "alike_host", lambda: _misleading(links)
    yield "same", lambda: Signal(1 + math.log2(context.same), text.prose) if context.same else None
    yield "alike", lambda: _alike(text, context)
    yield "source", lambda: Signal(1.0) if context.is_source_blocked else None
    yield "mentions", lambda: Signal((text.mention_count - 4) / 4, text.prose)
    yield "contact", lambda: _contact(text, links)
    yield "disguise", lambda: _disguise(text)
    yield "first", lambda: _first(text, links, context)
    yield "bio", lambda: _bio(text, links, context)
    yield "words", lambda: _words(text, counts) if counts else None


def _haste(text: Text, arrival: Arrival) -> Signal | None:
    if not text.has_clock or arrival.door != "page":
        return None
    if arrival.seconds is None:
        return Signal(2.0)  # no browser forgets a field of the form
    return Signal(1.0) if arrival.seconds < QUICK_SECONDS else None


def _rate(context: Context) -> Signal:
    quick = max(0, context.in_ten_minutes - 2) / 3
    return Signal(
        max(quick, max(0, context.in_an_hour - 6) / 8, max(0, context.in_a_day - 30) / 30)
    )


def _links(text: Text, links: list[Link]) -> Signal | None:
    if not links:
        return None
    number = len({link.url for link in links})
    letters = sum(one.isalpha() for one in _without_labels(text.prose, links))
    share = SHARES.get(text.trust, 1.0)
    if letters >= LONG_LETTERS:
        value = (number - 6 - letters / 150) / 6
    else:
        value = 0.6 * math.log2(1 + number) + (0.5 if letters < 25 else 0)
    if text.kind == "person":
        value = (number - 2) / 4
    return Signal(max(0.0, value) * share, links[0].url)


def _without_labels(prose: str, links: list[Link]) -> str:
    for link in links[:20]:
        if link.label.startswith(("http://", "https://")):
            prose = prose.replace(link.label, " ")
        prose = prose.replace(link.url, " ")
    return prose


def _among(links: list[Link], hosts: frozenset[str]) -> Signal | None:
    hit = next((link.url for link in links if host_of(link.url) in hosts), None)
    return Signal(1.0, hit) if hit else None


def _shortened(links: list[Link]) -> Signal | None:
    for link in links:
        host = host_of(link.url)
        if is_shortened(host) or is_number(host):
            return Signal(1.0, link.url)
    return None


def _misleading(links: list[Link]) -> Signal | None:
    for link in links:
        if is_look_alike(host_of(link.url)) or is_misleading(link):
            return Signal(1.0, f"{link.label} {link.url}".strip())
    return None


def _alike(text: Text, context: Context) -> Signal | None:
    number = context.alike - context.same
    return Signal(0.5 + 0.5 * math.log2(1 + number), text.prose) if number > 0 else None


def _contact(text: Text, links: list[Link]) -> Signal | None:
    for link in links:
        if host_of(link.url) in CHATS:
            return Signal(1.0, link.url)
    match = CONTACT.search(text.prose)
    return Signal(1.0, around(text.prose, match.start(), match.end())) if match else None


def _disguise(text: Text) -> Signal | None:
    for pattern, least in ((INSIDE, 2), (SEPARATED, 1), (STYLED, 1)):
        places = list(pattern.finditer(text.prose))
        if len(places) >= least:
            return Signal(1.0, around(text.prose, places[0].start(), places[0].end()))
    return None


def _first(text: Text, links: list[Link], context: Context) -> Signal | None:
    if not (context.is_first and text.trust == 0 and text.kind in {"post", "comment"}):
        return None
    if links:
        return Signal(1.0, links[0].url)
    return _contact(text, links)


def _bio(text: Text, links: list[Link], context: Context) -> Signal | None:
    if text.trust > 0:
        return None
    if text.kind == "person":
        return Signal(1.0, links[0].url) if len(links) > 2 else None
    return _among(links, context.bio_hosts & context.unseen_hosts)


def _words(text: Text, counts: Counts) -> Signal | None:
    words = classifier.words_of(text)
    opinion = classifier.judge(words, counts)
    value = (opinion.likelihood - 0.5) * 2 / NEARLY_SURE
    if value <= 0:
        return None
    speaking = {name: weight for name, weight in opinion.words if weight > 0}
    return Signal(value, _strongest_sentence(text.prose, words, speaking), opinion.words)


def _strongest_sentence(prose: str, words: list[classifier.Word], weights: dict[str, float]) -> str:
    """Return the sentence in which the words that speak for spam stand closest together."""
    best, passage = 0.0, ""
    for match in SENTENCE.finditer(prose):
        inside = {w.name for w in words if match.start() <= w.start < match.end()}
        weight = sum(weights.get(name, 0.0) for name in inside)
        if weight > best:
            best, passage = weight, match[0].strip()
    return passage or prose


def around(prose: str, start: int, end: int) -> str:
    """Return what stands around a place."""
    return prose[max(0, start - 40) : end + 80]


def excerpt(passage: str) -> str:
    """Return a passage on one line, of PASSAGE_LENGTH characters at most."""
    line = " ".join(passage.split())
    if len(line) <= PASSAGE_LENGTH:
        return line
    return "".join(graphemes(line[: PASSAGE_LENGTH - 1])[:-1]) + "…"
