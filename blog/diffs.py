"""Two texts side by side, line by line, with the words that differ marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s+|[^\s]+")
CONTEXT_LINES = 3
LINES_COMPARED = 20_000
WORDS_COMPARED = 2_000


@dataclass(frozen=True)
class Piece:
    text: str
    is_changed: bool


@dataclass(frozen=True)
class Row:
    """One line of both sides. ``kind``: same, changed, removed, added, or gap (lines left out)."""

    kind: str
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    skipped: int = 0


def diff_rows(before: str, after: str) -> list[Row]:
    """Return the rows of a side-by-side comparison; long equal stretches become one gap."""
    old, new = before.split("\n"), after.split("\n")
    if max(len(old), len(new)) > LINES_COMPARED:
        return [Row("changed", (Piece(before, True),), (Piece(after, True),))]
    rows: list[Row] = []
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > 2000)
    opcodes = matcher.get_opcodes()
    for index, (tag, a, b, c, d) in enumerate(opcodes):
        if tag == "equal":
            rows.extend(_same(old[a:b], is_first=index == 0, is_last=index == len(opcodes) - 1))
        else:
            rows.extend(_changed(old[a:b], new[c:d]))
    return rows


def _same(lines: list[str], *, is_first: bool, is_last: bool) -> Iterator[Row]:
    head = 0 if is_first else CONTEXT_LINES
    tail = 0 if is_last else CONTEXT_LINES
    skipped = len(lines) - head - tail
    if skipped <= 1:
        head, tail, skipped = len(lines), 0, 0
    for line in lines[:head]:
        yield _same_row(line)
    if skipped:
        yield Row("gap", skipped=skipped)
    for line in lines[len(lines) - tail :] if tail else ():
        yield _same_row(line)


def _same_row(line: str) -> Row:
    piece = (Piece(line, False),)
    return Row("same", piece, piece)


def _changed(old: list[str], new: list[str]) -> Iterator[Row]:
    for index in range(max(len(old), len(new))):
        if index >= len(old):
            yield Row("added", (), (Piece(new[index], True),))
        elif index >= len(new):
            yield Row("removed", (Piece(old[index], True),), ())
        else:
            yield Row("changed", *_words(old[index], new[index]))


def _words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    left, right = WORDS.findall(old), WORDS.findall(new)
    if max(len(left), len(right)) > WORDS_COMPARED:
        return (Piece(old, True),), (Piece(new, True),)
    before, after = [], []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if a < b:
            before.append(Piece("".join(left[a:b]), tag != "equal"))
        if c < d:
            after.append(Piece("".join(right[c:d]), tag != "equal"))
    return tuple(before), tuple(after)
