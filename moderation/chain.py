"""The chain of the log: how the hash of a row is made, and where the chain is broken (SO-43).

Rows are numbered without gaps from 1. Each holds the hash of the row before it and a hash of its
own; the head holds number and hash of the last one. Whoever changes a row and makes its hash anew
breaks the next link, and whoever makes all of them anew has to know that nobody kept an older
hash: ``Anchor`` is one that was written down elsewhere.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any, NamedTuple

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max
from django.utils.translation import gettext as _

from moderation.models import ChainHead, LogEntry

COVERED = (
    *("number", "at", "act", "actor_id", "rule", "target_kind", "target_id", "category"),
    *("decision_id", "report_ids", "reason_digest", "evidence_digest", "before", "after"),
    "former_hash",
)
"""Columns that the hash of a row covers: all but the hash itself."""

EXACT = 2**53
PAGE = 1000
NEWEST = 200
"""So many of the last rows are verified each time somebody looks at the log."""


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(entry: LogEntry) -> str:
    """Return what the hash of a row has to be: SHA-256 over its columns as canonical JSON."""
    values = {name: getattr(entry, name) for name in COVERED}
    values["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()


def plain(values: dict[str, Any] | None) -> dict[str, Any]:
    """Return ``values`` as every database gives them back, so that their hash stays the same."""
    return _whole(json.loads(json.dumps(values or {}, cls=DjangoJSONEncoder)))


def _whole(value: Any) -> Any:
    """Return whole numbers as such, and huge ones as text: PostgreSQL keeps 1e22 without a point."""
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) > EXACT:
        return str(value)
    return value


class Anchor(NamedTuple):
    """A row's number and hash as they were once written down."""

    number: int
    hash: str


class Verdict(NamedTuple):
    """What came of verifying. ``number`` is the first row that is not as it was, 0 if all are."""

    checked: int
    head: Anchor
    number: int = 0
    problem: str = ""

    @property
    def is_sound(self) -> bool:
        return not self.problem

    @property
    def text(self) -> str:
        """What is wrong, in the language of whoever looks."""
        return _describe(self.problem, self.number)


def _describe(problem: str, number: int) -> str:
    words = {"number": number}
    match problem:
        case "changed":
            return _("Row %(number)s was changed after it was written.") % words
        case "unreadable":
            return _("Row %(number)s cannot be read: it was changed after it was written.") % words
        case "missing":
            return _("Row %(number)s is missing.") % words
        case "inserted":
            return _("Row %(number)s was put in later; the log did not write it.") % words
        case "rewritten":
            return _("Row %(number)s was exchanged: the row after it follows another one.") % words
        case "head":
            return _("The head of the log is missing or is not that of row %(number)s.") % words
        case "anchor":
            return _("Row %(number)s is not what was written down of it elsewhere.") % words
    return ""


def verify_chain(
    *, newest: int | None = None, anchors: tuple[Anchor, ...] = (), report: Any = None
) -> Verdict:
    """Walk the log, or its ``newest`` rows, in pages; return the first row that is not as it was.

    ``report(done, total)`` is called after each page. Rows that are written meanwhile are left out.
    """
    head = head_of_chain()
    wanted = {anchor.number: anchor.hash for anchor in anchors}
    first = 1 if newest is None else max(1, head.number - newest + 1)
    former, checked = "", 0
    if first > 1:
        hashes = LogEntry.objects.filter(number=first - 1).values_list("hash", flat=True)
        former = hashes.first() or ""
        if not former:
            return Verdict(0, head, first - 1, "missing")
    expected = first
    for page in _pages(first if first > 1 else 0, head.number):
        for entry in page:
            problem = _problem_of(entry, expected, former)
            if problem is not None:
                return Verdict(checked, head, *problem)
            if wanted.get(entry.number, entry.hash) != entry.hash:
                return Verdict(checked, head, entry.number, "anchor")
            former, expected, checked = entry.hash, expected + 1, checked + 1
        if report is not None:
            report(checked, head.number - first + 1)
    return Verdict(checked, head, *_problem_of_end(head, former, expected, wanted))


def _problem_of(entry: LogEntry, expected: int, former: str) -> tuple[int, str] | None:
    if entry.number < expected:
        return entry.number, "inserted"
    if entry.number > expected:
        return expected, "missing"
    try:
        is_same = hash_of(entry) == entry.hash
    except (TypeError, ValueError, AttributeError):  # a column that holds something else now
        return entry.number, "unreadable"
    if not is_same:
        return entry.number, "changed"
    if entry.former_hash != former:
        return (entry.number - 1, "rewritten") if former else (entry.number, "inserted")
    return None


def _problem_of_end(
    head: Anchor, former: str, expected: int, wanted: dict[int, str]
) -> tuple[int, str]:
    if expected <= head.number:
        return expected, "missing"
    if former != head.hash:
        return head.number, "head"
    # The last row is read before the head: what is written meanwhile moves both.
    last = LogEntry.objects.aggregate(last=Max("number"))["last"] or 0
    if last > head_of_chain().number:
        return (head.number, "head") if head.number == 0 else (last, "inserted")
    lost = min((number for number in wanted if number > head.number), default=None)
    return (lost, "missing") if lost is not None else (0, "")


def head_of_chain() -> Anchor:
    """Return number and hash of the last row, as the head has them."""
    row = ChainHead.objects.filter(pk=1).values_list("number", "hash").first()
    return Anchor(*row) if row else Anchor(0, "")


def _pages(first: int, last: int) -> Iterator[list[LogEntry]]:
    """Read rows in the order of their numbers, a page at a time."""
    after = first - 1
    while after < last:
        rows = LogEntry.objects.filter(number__gt=after, number__lte=last).order_by("number")
        try:
            page = list(rows[:PAGE])
        except (ValueError, TypeError):
            page = [_readable(row) for row in rows.values_list("number", flat=True)[:PAGE]]
        if not page:
            return
        yield page
        after = page[-1].number


def _readable(number: int) -> LogEntry:
    """Return a row, or one without a time if its columns hold what they cannot hold."""
    try:
        return LogEntry.objects.get(number=number)
    except (ValueError, TypeError):
        return LogEntry(number=number, at=None)
