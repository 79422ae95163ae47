"""Where a text says what was searched: marked words in titles and snippets.

Nothing is stored for this. A pattern finds places that look like a word of the query, the analyser
decides: 도커 is marked in 도커를 without the particle, and 수도 is not in 할 수도 있다.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

from search.analysis import Analyzer, Unit, across, fold, get_analyzer
from search.analysis.words import plain_units, without_accents
from search.hangul import (
    FINALS,
    FIRST,
    INITIALS,
    MEDIALS,
    PER_INITIAL,
    PER_MEDIAL,
    has_hangul,
    is_syllable,
)

SNIPPET_LENGTH = 180
UNMARKED_LENGTH = 150
LEAD = 40
"""A snippet begins about so many characters before the first mark."""

SEARCHED = 50_000
"""So much of a text is looked through."""

WINDOW = 30
"""Around a place so many characters are read, up to the ends of their eojeols."""

WINDOWS = 8
TITLE = 80
"""Texts up to this length are read as a whole, of others so many places."""

PLACES = 60
LOOK_AHEAD = 20
TRIES = 3
"""So many stretches are read until one says a word of the query."""

Range = tuple[int, int]

ESCAPED = re.compile(r"_([0-9a-f]{1,6})_")
# What vowel the last syllable of a stem gets before 아 or 어: 쓰다 is 써, 보다 is 봐.
CONTRACTIONS = {
    "ㅡ": "ㅓㅏ",
    "ㅗ": "ㅘ",
    "ㅜ": "ㅝㅓ",
    "ㅣ": "ㅕ",
    "ㅚ": "ㅙ",
    "ㅏ": "ㅐ",
    "ㅓ": "ㅔㅐ",
}
_ACCENTS = {
    code: bare
    for code in (*range(0xC0, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000))
    if len(bare := without_accents(chr(code))) == 1 and bare != chr(code)
}


@dataclass(frozen=True)
class Snippet:
    """A stretch of plain text in one line, and what to mark in it."""

    text: str
    ranges: tuple[Range, ...] = ()

    @property
    def html(self) -> SafeString:
        return marked_html(self.text, self.ranges)


def _syllables(initial: int, medials: str) -> str:
    """Return a class of all syllables with these beginnings, whatever their final."""
    ranges = []
    for medial in medials:
        first = FIRST + initial * PER_INITIAL + MEDIALS.index(medial) * PER_MEDIAL
        ranges.append(f"{chr(first)}-{chr(first + PER_MEDIAL - 1)}")
    return f"[{''.join(ranges)}]"


def _verb_pattern(lemma: str) -> str:
    """Return a pattern for how the stem of a verb may be written, irregular ones included."""
    stem = lemma[:-1]
    code = ord(stem[-1]) - FIRST
    initial, medial = code // PER_INITIAL, MEDIALS[code % PER_INITIAL // PER_MEDIAL]
    last = _syllables(initial, medial + CONTRACTIONS.get(medial, ""))
    pattern = re.escape(stem[:-1]) + last
    if len(stem) > 1 and stem[-1] == "르" and (ord(stem[-2]) - FIRST) % PER_MEDIAL == 0:
        # 모르다 is 몰라.
        doubled = chr(ord(stem[-2]) + FINALS.index("ㄹ"))
        ending = _syllables(INITIALS.index("ㄹ"), "ㅏㅓ")
        pattern = f"(?:{pattern}|{re.escape(stem[:-2] + doubled)}{ending})"
    return pattern


def _pattern_of(token: str) -> str:
    if token.startswith("~"):
        return rf"(?<!\w){re.escape(token[1:])}\w*"
    token = ESCAPED.sub(lambda match: chr(int(match[1], 16)), token)
    if has_hangul(token):
        whole = r"\s?".join(map(re.escape, token))
        if len(token) > 1 and token.endswith("다") and is_syllable(token[-2]):
            return f"{whole}|{_verb_pattern(token)}"
        return whole
    if not token.isascii():
        return re.escape(token)
    if token.replace("_", "").isdigit():
        return rf"(?<!\d){re.escape(token).replace('_', '[._]')}"
    between = r"[\s._'’\-,]?"
    return r"(?<!\w)" + between.join(map(re.escape, token.replace("_", "")))


@lru_cache(maxsize=256)
def _pattern(tokens: frozenset[str]) -> re.Pattern[str] | None:
    patterns = [_pattern_of(token) for token in sorted(tokens, key=lambda one: (-len(one), one))]
    return re.compile("|".join(patterns)) if patterns else None


@lru_cache(maxsize=512)
def _units(analyzer: Analyzer, text: str) -> tuple[Unit, ...]:
    return tuple(analyzer.units(text))


def _clean(tokens: Iterable[str]) -> frozenset[str]:
    bare = (token.removeprefix("^") for token in tokens)
    return frozenset(token for token in bare if token and token[0] not in "#@")


def _compared(text: str) -> str:
    """Return ``text`` as patterns compare it, code point for code point."""
    return fold(text).translate(_ACCENTS)


def _places(text: str, tokens: frozenset[str]) -> list[re.Match[str]]:
    """Return where ``text`` looks like a word of ``tokens``."""
    pattern = _pattern(tokens)
    if pattern is None:
        return []
    found = []
    for match in pattern.finditer(_compared(text)):
        if match.end() > match.start():
            found.append(match)
        if len(found) == PLACES:
            break
    return found


def _said(text: str, tokens: frozenset[str], analyzer: Analyzer) -> list[Range]:
    """Return where ``text``, read by the analyser, says a word of ``tokens``."""
    units: Sequence[Unit]
    if any(map(has_hangul, tokens)):
        units = _units(analyzer, text)
    else:
        units = plain_units(fold(text))
    ranges: list[Range] = []
    before: Unit | None = None
    for unit in units:
        if before and not tokens.isdisjoint(across(before, unit, text[before.end : unit.start])):
            ranges.append((before.start, unit.end))
        before = unit
        if unit.joined in tokens or not tokens.isdisjoint(unit.stems):
            ranges.append((unit.start, unit.end))
            continue
        matched = [part for part in unit.tokens if part in tokens]
        if not matched:
            continue
        if unit.kind in {"latin", "number", "verb"} or unit.parts == (unit.joined,):
            ranges.append((unit.start, unit.end))
            continue
        surface = fold(unit.surface)
        for part in matched:
            # A syllable of a longer word (자 in 작성자) is not what was looked for.
            at = surface.find(part) if len(part) > 1 or unit.kind == "kana" else -1
            if at >= 0:
                ranges.append((unit.start + at, unit.start + at + len(part)))
    return _merged(ranges)


def _merged(ranges: Iterable[Range]) -> list[Range]:
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def mark(text: str, tokens: Collection[str], analyzer: Analyzer | None = None) -> list[Range]:
    """Return which stretches of plain ``text`` (in NFC) say a word of ``tokens``, in order.

    Long texts are looked at around the first places that look like it.
    """
    wanted = _clean(tokens)
    places = _places(text[:SEARCHED], wanted)
    if not places:
        return []
    return _confirmed(text, places[:WINDOWS], wanted, analyzer or get_analyzer())


def _confirmed(
    text: str, places: Sequence[re.Match[str]], tokens: frozenset[str], analyzer: Analyzer
) -> list[Range]:
    """Return what around ``places`` really says a word of ``tokens``."""
    if len(text) <= TITLE:
        return _said(text, tokens, analyzer)
    windows = _merged(
        (_space_before(text, one.start() - WINDOW), _space_after(text, one.end() + WINDOW))
        for one in places
    )
    return [
        (start + one, start + other)
        for start, end in windows
        for one, other in _said(text[start:end], tokens, analyzer)
    ]


def title_marks(
    title: str, tokens: Collection[str], analyzer: Analyzer | None = None
) -> list[Range]:
    """Return what to mark in a title or name."""
    return mark(title, tokens, analyzer)


def snippet(
    text: str,
    tokens: Collection[str],
    *,
    length: int = SNIPPET_LENGTH,
    analyzer: Analyzer | None = None,
) -> Snippet:
    """Return the stretch of plain ``text`` that says most words of ``tokens``, with its marks.

    Where it says none, the beginning without marks.
    """
    line = " ".join(text[: SEARCHED * 2].split())[:SEARCHED]
    wanted = _clean(tokens)
    places = _places(line, wanted)
    if places:
        analyzer = analyzer or get_analyzer()
        tried: list[Range] = []
        for at in _best_places(places, length)[: TRIES * 2]:
            if any(start <= at < end for start, end in tried):
                continue
            if len(tried) == TRIES:
                break
            start, end = _stretch(line, at, length)
            tried.append((start, end))
            shown = line[start:end]
            ranges = _confirmed(shown, _places(shown, wanted), wanted, analyzer)
            if ranges:
                return _framed(line, start, end, ranges)
    return _framed(line, 0, _space_before(line, UNMARKED_LENGTH, else_at=UNMARKED_LENGTH), [])


def _best_places(places: Sequence[re.Match[str]], length: int) -> list[int]:
    """Return where stretches might begin: most different words first, close together."""
    scored = []
    for index, match in enumerate(places):
        words: set[str] = set()
        span = 0
        for one in places[index : index + LOOK_AHEAD]:
            if one.end() > match.start() + length - LEAD:
                break
            if one[0] not in words:
                words.add(one[0])
                span = one.end() - match.start()
        scored.append((-len(words), span, match.start()))
    return [start for _count, _span, start in sorted(scored)]


def _stretch(line: str, at: int, length: int) -> Range:
    """Return a stretch of about ``length`` around ``at``, between eojeols."""
    start = _space_before(line, at - LEAD)
    sentence = max(line.rfind(mark, start, at) for mark in (". ", "? ", "! "))
    if sentence >= 0:
        start = sentence + 2
    if start + length >= len(line):
        start = min(start, _space_before(line, max(0, len(line) - length)))
    end = _space_before(line, start + length, else_at=start + length)
    return start, end if end > at else min(len(line), start + length)


def _space_before(text: str, at: int, else_at: int | None = None) -> int:
    """Return where the eojeol around ``at`` begins; ``else_at`` in one of 40 characters or more."""
    if at <= 0:
        return 0
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, at - 40), at + 1)
    if space >= 0:
        return space + 1
    return at if else_at is None else else_at


def _space_after(text: str, at: int) -> int:
    """Return where the eojeol around ``at`` ends."""
    if at >= len(text):
        return len(text)
    space = text.find(" ", at, at + 40)
    return space if space >= 0 else at


def _framed(line: str, start: int, end: int, ranges: Iterable[Range]) -> Snippet:
    """Return a stretch with dots where something was left out."""
    shown = line[start:end]
    text = shown.rstrip()
    head = "…" if start > 0 else ""
    tail = "…" if start + len(shown) < len(line) else ""
    moved = tuple(
        (one + len(head), min(other, len(text)) + len(head))
        for one, other in ranges
        if one < len(text)
    )
    return Snippet(head + text + tail, moved)


def marked_html(text: str, ranges: Collection[Range]) -> SafeString:
    """Return plain ``text`` as HTML with ``<mark>`` around ``ranges``; all else is escaped."""
    if not ranges:
        return escape(text)
    pieces: list[tuple[str, str]] = []
    place = 0
    for start, end in _merged(ranges):
        pieces.append((text[place:start], text[start:end]))
        place = end
    return format_html_join("", "{}<mark>{}</mark>", pieces) + escape(text[place:])
