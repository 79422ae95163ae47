"""Bringing two edits of one text together: what does not overlap is merged by itself.

A three-way merge in the manner of diff3 (Khanna, Kunal, Pierce: "A Formal Investigation of
Diff3", 2007), first by paragraphs, then by words within paragraphs that both sides changed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

PARAGRAPHS = re.compile(r"[^\n]*\n+|[^\n]+")
WORDS = re.compile(r"\s+|[^\s]+")
PARAGRAPHS_COMPARED = 20_000  # on a side, between common start and end
NARROWEST_FIRST = ("private", "followers", "unlisted", "public")
WORDS_COMPARED = 4000  # tokens on a side; longer conflicts stay whole, so that time is bounded


@dataclass(frozen=True)
class Hunk:
    """A stretch of the merge. ``kind``: same, mine, theirs, both (alike), or conflict."""

    kind: str
    base: str
    mine: str
    theirs: str

    @property
    def merged(self) -> str | None:
        """The text of this stretch, or None where a person has to choose."""
        return {"conflict": None, "theirs": self.theirs}.get(self.kind, self.mine)

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "base": self.base, "mine": self.mine, "theirs": self.theirs}


def merge_texts(base: str, mine: str, theirs: str) -> list[Hunk]:
    """Return the stretches of a merge; joined, the ``mine`` of all are ``mine`` (so ``theirs``)."""
    hunks: list[Hunk] = []
    for hunk in _merge(*(PARAGRAPHS.findall(text) for text in (base, mine, theirs))):
        sides = [WORDS.findall(text) for text in (hunk.base, hunk.mine, hunk.theirs)]
        if hunk.kind == "conflict" and max(map(len, sides)) <= WORDS_COMPARED:
            hunks.extend(_merge(*sides))
        else:
            hunks.append(hunk)
    return list(_joined(hunks))


def merged_text(hunks: list[Hunk]) -> str | None:
    """Return the whole merged text, or None if a stretch is in conflict."""
    parts = [hunk.merged for hunk in hunks]
    return None if None in parts else "".join(part or "" for part in parts)


@dataclass(frozen=True)
class MergedDetails:
    """What two edits of a text's details come to; ``taken`` and ``disputed`` are names."""

    values: dict[str, Any]
    taken: list[str]
    disputed: list[str]


def merge_details(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> MergedDetails:
    """Take each detail from the side that changed it; where both did, mine, and the author is asked.

    A name that ``base`` does not have counts as changed on both sides. Of two audiences the
    narrower is proposed: what is private must not become public by oversight.
    """
    values, taken, disputed = dict(mine), [], []
    for name in mine.keys() & theirs.keys():
        if mine[name] == theirs[name] or (name in base and theirs[name] == base[name]):
            continue
        if name in base and mine[name] == base[name]:
            values[name] = theirs[name]
            taken.append(name)
            continue
        disputed.append(name)
        if name == "visibility":
            values[name] = min(mine[name], theirs[name], key=NARROWEST_FIRST.index)
    return MergedDetails(values, sorted(taken), sorted(disputed))


def _joined(hunks: list[Hunk]) -> Iterator[Hunk]:
    for kind, group in groupby(hunks, key=lambda hunk: hunk.kind):
        held = list(group)
        yield Hunk(
            kind,
            "".join(hunk.base for hunk in held),
            "".join(hunk.mine for hunk in held),
            "".join(hunk.theirs for hunk in held),
        )


def _matching_blocks(base: list[str], other: list[str]) -> list[tuple[int, int, int]]:
    # The common start and end are most of two edits of one text; compare what lies between.
    shortest = min(len(base), len(other))
    start = 0
    while start < shortest and base[start] == other[start]:
        start += 1
    end = 0
    while end < shortest - start and base[-1 - end] == other[-1 - end]:
        end += 1
    left, right = base[start : len(base) - end], other[start : len(other) - end]
    is_bounded = max(len(left), len(right)) <= PARAGRAPHS_COMPARED
    middle = SequenceMatcher(None, left, right).get_matching_blocks() if is_bounded else []
    blocks = [(0, 0, start)] if start else []
    blocks += [(a + start, b + start, size) for a, b, size in middle if size]
    if end:
        blocks.append((len(base) - end, len(other) - end, end))
    return blocks


def _stable_chunks(
    base: list[str], mine: list[str], theirs: list[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield (base, mine, theirs, size) of stretches that are alike in all three."""
    ours, other = _matching_blocks(base, mine), _matching_blocks(base, theirs)
    i = j = 0
    while i < len(ours) and j < len(other):
        a, m, size_a = ours[i]
        b, t, size_b = other[j]
        start, end = max(a, b), min(a + size_a, b + size_b)
        if start < end:
            yield start, m + start - a, t + start - b, end - start
        if a + size_a < b + size_b:
            i += 1
        else:
            j += 1
    yield len(base), len(mine), len(theirs), 0


def _merge(base: list[str], mine: list[str], theirs: list[str]) -> list[Hunk]:
    hunks = []
    at = (0, 0, 0)
    for in_base, in_mine, in_theirs, size in _stable_chunks(base, mine, theirs):
        sides = (
            "".join(base[at[0] : in_base]),
            "".join(mine[at[1] : in_mine]),
            "".join(theirs[at[2] : in_theirs]),
        )
        if any(sides):
            hunks.append(Hunk(_kind(*sides), *sides))
        if size:
            same = "".join(base[in_base : in_base + size])
            hunks.append(Hunk("same", same, same, same))
        at = (in_base + size, in_mine + size, in_theirs + size)
    return hunks


def _kind(base: str, mine: str, theirs: str) -> str:
    if mine == theirs:
        return "both"
    if mine == base:
        return "theirs"
    if theirs == base:
        return "mine"
    return "conflict"
