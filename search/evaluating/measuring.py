"""Recall and reciprocal rank by class, against what the site promises."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from search.evaluating.records import Question

DEPTH = 10
MACRO = "macro"
TARGETS = {
    "exact": (0.95, 0.95),
    "particle": (0.90, 0.95),
    "ending": (0.92, 0.92),
    "spacing_join": (0.93, 0.92),
    "spacing_split": (0.92, 0.90),
    "compound_part": (0.95, 0.90),
    "en_ko": (0.80, 0.75),
    "typo_ko": (0.90, 0.85),
    "typo_en": (0.85, 0.85),
    "choseong": (0.85, 0.85),
    "keyboard": (0.90, 0.90),
    "multi": (0.95, 0.78),
    "natural": (0.70, 0.58),
    "field": (0.97, 0.95),
    "title_weight": (0.93, 0.90),
    "false_friend": (0.90, 0.85),
    "ja": (0.95, 0.95),
    "es": (0.95, 0.90),
    "en": (0.90, 0.85),
    MACRO: (0.92, 0.90),
}
"""(recall@10, MRR) at least."""


@dataclass(frozen=True)
class Answer:
    """What came for a question, best first, and how long it took."""

    question: Question
    found: tuple[str, ...]
    milliseconds: float = 0.0
    note: str = ""

    @property
    def recall(self) -> float:
        """The share of the relevant among the first ten, of ten at most.

        Where nothing is relevant, whether nothing wrong came.
        """
        wanted = self.question.relevant
        if not wanted:
            return 0.0 if self.is_wrong else 1.0
        return len(wanted & set(self.found[:DEPTH])) / min(len(wanted), DEPTH)

    @property
    def reciprocal_rank(self) -> float:
        """One by the place of the first that belongs on top."""
        wanted = self.question.first or self.question.relevant
        if not wanted:
            return self.recall
        for place, one in enumerate(self.found, 1):
            if one in wanted:
                return 1 / place
        return 0.0

    @property
    def is_wrong(self) -> bool:
        """Whether something that must not come is among the first ten."""
        return bool(self.question.excluded & set(self.found[:DEPTH]))


@dataclass(frozen=True)
class Row:
    """The figures of a class."""

    kind: str
    count: int
    recall: float
    rank: float
    wrong: int
    target: tuple[float, float] | None = None

    @property
    def is_met(self) -> bool:
        if self.target is None:
            return True
        return round(self.recall, 3) >= self.target[0] and round(self.rank, 3) >= self.target[1]


def ask(
    questions: Iterable[Question],
    search: Callable[[str], tuple[Sequence[str], float, str]],
) -> list[Answer]:
    """Return the answers of ``search``: ids, milliseconds, and a note for people."""
    answers = []
    for question in questions:
        found, milliseconds, note = search(question.query)
        answers.append(Answer(question, tuple(found), milliseconds, note))
    return answers


def table(answers: Iterable[Answer], targets: dict[str, tuple[float, float]]) -> list[Row]:
    """Return a row a class, in the order of the targets, and the mean of the classes."""
    by_kind: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_kind[answer.question.kind].append(answer)
    order = {kind: place for place, kind in enumerate(targets)}
    rows = [
        Row(
            kind,
            len(some),
            fmean(one.recall for one in some),
            fmean(one.reciprocal_rank for one in some),
            sum(one.is_wrong for one in some),
            targets.get(kind),
        )
        for kind, some in sorted(
            by_kind.items(), key=lambda item: (order.get(item[0], len(order)), item[0])
        )
    ]
    if rows:
        rows.append(
            Row(
                MACRO,
                sum(row.count for row in rows),
                fmean(row.recall for row in rows),
                fmean(row.rank for row in rows),
                sum(row.wrong for row in rows),
                targets.get(MACRO),
            )
        )
    return rows
