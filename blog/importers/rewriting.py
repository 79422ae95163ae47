"""What a text points at, and pointing it elsewhere; never inside code.

Code is found by the block parser of the renderer itself, so a fence inside a list item or a quote
is one here too. Offsets stay those of the text, which is how lines of a report are right.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from markdown_it import MarkdownIt

TICKS = re.compile(r"`++")
EMPTY_LINE = re.compile(r"\n[ \t]*+\n")
ATTRIBUTE = re.compile(
    r"<(?P<tag>img|a|source|video|audio|iframe)\b[^<>]*?\b(?P<name>src|href)\s*=\s*"
    r"(?:\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)')",
    re.I,
)
DEFINITION = re.compile(
    r"^ {0,3}\[[^\]\n]+\]:[ \t]*(?:<(?P<angle>[^<>\n]*)>|(?P<bare>\S+))[^\n]*", re.M
)
TITLE = re.compile(r"\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\))\s*\)")
SIZE = re.compile(r"\s+=\d*x\d*\s*\)")
LOOSE_FILE = re.compile(
    r"(?P<url>[^()<>\n\"]{0,300}?(?:\([^()\n]{0,300}\)[^()<>\n\"]{0,300}?){0,4}\.(?:jpe?g|png|gif|webp|avif|svg|bmp|md|markdown"
    r"|html?|pdf|zip))(?=\s*\)|\s+[\"'])",
    re.I,
)
DEEPEST = 32
"""Brackets inside an address, as CommonMark has it."""

ANGLED_MOST = 4096
HIDDEN = "\ue000"


@dataclass(frozen=True)
class Address:
    """One place in a text that points somewhere: ``[start:end]`` is the address itself.

    ``marks`` are the pieces without which only the words stay.
    """

    start: int
    end: int
    url: str
    is_picture: bool
    marks: tuple[tuple[int, int], ...]


@cache
def _blocks() -> MarkdownIt:
    return MarkdownIt("commonmark")


def code_spans(text: str) -> list[tuple[int, int]]:
    """Return [start, end) of every piece of code in ``text``: fenced, indented and inline."""
    tokens: list[Any] = []
    parser = _blocks()
    parser.block.parse(text, parser, {}, tokens)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    spans = []
    for token in tokens:
        if token.type in {"fence", "code_block"} and token.map:
            first, last = token.map
            spans.append((starts[first], min(starts[min(last, len(starts) - 1)], len(text))))
    spans.sort()
    inline, position = [], 0
    for start, end in [*spans, (len(text), len(text))]:
        inline += _inline_code(text, position, start)
        position = end
    return sorted(spans + inline)


def _inline_code(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what stands between two equal runs of backticks in one paragraph."""
    runs = [found.span() for found in TICKS.finditer(text, start, end)]
    parted = [found.start() for found in EMPTY_LINE.finditer(text, start, end)] if runs else []
    following: list[int] = [0] * len(runs)
    last: dict[int, int] = {}
    for number in range(len(runs) - 1, -1, -1):
        length = runs[number][1] - runs[number][0]
        following[number] = last.get(length, 0)
        last[length] = number
    number = 0
    while number < len(runs):
        (begin, inside), closing = runs[number], following[number]
        number += 1
        if not closing or text[begin - 1 : begin] == "\\":
            continue
        near = bisect_left(parted, inside)
        if near == len(parted) or parted[near] >= runs[closing][0]:
            yield begin, runs[closing][1]
            number = closing + 1


def masked(text: str) -> str:
    """Return ``text`` with all code hidden, of the same length and with the same lines."""
    pieces, position = [], 0
    for start, end in code_spans(text):
        if start < position:
            continue
        pieces.append(text[position:start])
        pieces.append(re.sub(r"[^\n]", HIDDEN, text[start:end]))
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def addresses(text: str) -> list[Address]:
    """Return everything ``text`` points at, outside code, in order."""
    prose = masked(text)
    found = [*_bracketed(prose), *_attributes(prose), *_definitions(prose)]
    return sorted(found, key=lambda one: (one.start, one.end))


def _bracketed(prose: str) -> Iterator[Address]:
    """Yield ``[words](address)`` and ``![words](address)``, one inside the other too."""
    opened: list[int] = []
    position = 0
    while position < len(prose):
        char = prose[position]
        if char == "\\":
            position += 2
            continue
        if char == "[":
            opened.append(position)
        elif char == "\n" and prose[position + 1 : position + 2] == "\n":
            opened.clear()
        elif char == "]" and opened:
            start = opened.pop()
            if prose[position + 1 : position + 2] == "(":
                if target := _destination(prose, position + 2):
                    left, right, after = target
                    is_picture = prose[start - 1 : start] == "!" and start > 0
                    marks = ((start - is_picture, start + 1), (position, after))
                    yield Address(left, right, prose[left:right], is_picture, marks)
        position += 1


def _destination(prose: str, start: int) -> tuple[int, int, int] | None:
    """Return where an address begins and ends, and where its bracket closes."""
    while prose[start : start + 1] in {" ", "\t"}:
        start += 1
    if prose[start : start + 1] == "<":
        end = prose.find(">", start, start + ANGLED_MOST)
        if end < 0 or "\n" in prose[start:end]:
            return None
        return _closed(prose, start + 1, end, end + 1)
    depth, end = 0, start
    while end < len(prose) and not prose[end].isspace():
        if prose[end] == "(":
            depth += 1
            if depth > DEEPEST:
                return None
        elif prose[end] == ")":
            if not depth:
                break
            depth -= 1
        end += 1
    if end > start and (closed := _closed(prose, start, end, end)):
        return closed
    # Not CommonMark, but written all the time: a file name with spaces.
    loose = LOOSE_FILE.match(prose, start)
    if loose and loose["url"].strip():
        return _closed(prose, start, loose.end("url"), loose.end("url"))
    return None


def _closed(prose: str, start: int, end: int, after: int) -> tuple[int, int, int] | None:
    for pattern in (re.compile(r"\s*\)"), TITLE, SIZE):
        if found := pattern.match(prose, after):
            return start, end, found.end()
    return None


def _attributes(prose: str) -> Iterator[Address]:
    for found in ATTRIBUTE.finditer(prose):
        group = "double" if found["double"] is not None else "single"
        tag = found["tag"].lower()
        yield Address(
            found.start(group),
            found.end(group),
            found[group].strip(),
            tag in {"img", "source"},
            ((found.start("name"), found.end()),),
        )


def _definitions(prose: str) -> Iterator[Address]:
    for found in DEFINITION.finditer(prose):
        group = "angle" if found["angle"] is not None else "bare"
        yield Address(found.start(group), found.end(group), found[group], False, (found.span(),))


def replace_addresses(text: str, urls: Mapping[str, str | None]) -> str:
    """Return ``text`` with each address that is a key of ``urls`` replaced, outside code.

    ``None`` takes the link away and leaves its words.
    """
    if not urls:
        return text
    edits: list[tuple[int, int, str]] = []
    for one in addresses(text):
        if one.url not in urls:
            continue
        url = urls[one.url]
        if url is None:
            edits += [(start, end, "") for start, end in one.marks]
        else:
            edits.append((one.start, one.end, url))
    for start, end, new in sorted(edits, reverse=True):
        text = f"{text[:start]}{new}{text[end:]}"
    return text
