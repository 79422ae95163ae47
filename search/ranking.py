"""The order of the first hits, by all that is known of them: the same whatever engine found them.

BM25F over the stored tokens, one score for each way to say a word: the best way counts. Words
that stand near one another, recent posts and liked ones come a little higher.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import Case, F, TextField, When
from django.db.models.functions import Left
from django.utils import timezone

from search.generations import document_model
from search.plan import MEANT, Alternative, Group, Plan

TITLE, TAGS, AUTHOR, BODY = 5.0, 3.0, 2.0, 1.0
"""How much more a word says in a title than in a text."""

SATURATION = 1.2
LENGTH = 0.6
USUAL_LENGTH = 230.0  # tokens of a post
BODY_LOOKED_AT = 20_000  # code points of tokens
LONG_TOKEN = 10  # code points
MEANT_AT_MOST = 0.7
"""What only means the same counts at most so much as the word itself (rare words else win)."""

NEAR, NEAR_BONUS = 60, 0.15  # code points of tokens
TITLE_BONUS = 0.25
PER_LIKE = 0.1
HALF_LIFE = 365.0  # days
OLDEST = 0.8
LEAST_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class Entry:
    """What is read of a document: its tokens, each with a space on both sides."""

    pk: int
    title: str
    body: str
    tags: str
    author: str
    length: int
    published_at: datetime | None
    likes: int


def rerank(slot: str, ids: Sequence[int], plan: Plan, *, kind: str, now: datetime) -> list[int]:
    """Return ``ids``, the best first; ties go to the newer, then to the higher id."""
    entries = _read(slot, ids, kind)
    scored = []
    for pk in ids:
        if entry := entries.get(pk):
            score = text_score(entry, plan) * _merit(entry, now)
            moment = entry.published_at.timestamp() if entry.published_at else 0.0
            scored.append((-score, -moment, -pk))
    found = [-pk for *_, pk in sorted(scored)]
    return found + [pk for pk in ids if pk not in entries]


def coverage(
    slot: str, ids: Sequence[int], plan: Plan, *, kind: str, now: datetime | None = None
) -> dict[int, tuple[float, float]]:
    """Return {id: (share of what the required words say, share² × score)}."""
    moment = now or timezone.now()
    words = [group for group in plan.scored if group.is_required]
    whole = sum(group.idf for group in words)
    found = {}
    for pk, entry in _read(slot, ids, kind).items():
        said = sum(group.idf * _certainty(entry, group) for group in words)
        share = said / whole if whole else 0.0
        score = text_score(entry, plan) * _merit(entry, moment)
        found[pk] = (share, share * share * score)
    return found


def text_score(entry: Entry, plan: Plan) -> float:
    """Return how well the words of ``plan`` describe ``entry``."""
    score = 0.0
    places = []
    titled, whole = 0.0, 0.0
    for group in plan.scored:
        best, way = _group_score(entry, group)
        score += group.idf * best
        if group.is_required:
            whole += group.idf
            if way is not None:
                places.append(way)
                if all(f" {token.removeprefix('^')} " in entry.title for token in way.tokens):
                    titled += group.idf
    if whole:
        score *= 1 + TITLE_BONUS * titled / whole
    return score * _nearness(entry, places)


def _group_score(entry: Entry, group: Group) -> tuple[float, Alternative | None]:
    """Return the score of the best way to say the group's word, and this way.

    What lifts a way above 1 (the word as a whole, where others have its parts) is added once.
    """
    best, lift, way = 0.0, 0.0, None
    for one in group.alternatives:
        frequencies = [_frequency(entry, token) for token in one.tokens]
        if not all(frequencies):
            continue
        sure = sum(tf / (tf + SATURATION) for tf in frequencies) / len(frequencies)
        score = min(one.boost, 1.0) * sure
        if one.tier == MEANT:
            score = min(score, MEANT_AT_MOST)
        lift = max(lift, one.boost - 1.0)
        if score > best:
            best, way = score, one
    return best + lift * bool(best), way


def _certainty(entry: Entry, group: Group) -> float:
    """Return 1 if a way of what was typed is there, less for what is only meant or guessed."""
    _score, way = _group_score(entry, group)
    return min(1.0, way.boost) if way is not None else 0.0


def _frequency(entry: Entry, token: str) -> float:
    """Return how often ``token`` is said, by where and by how long the text is."""
    asked = f" {token} "
    found = TITLE * entry.title.count(asked)
    if asked in entry.tags:
        found += TAGS
    if asked in entry.author:
        found += AUTHOR
    if said := entry.body.count(asked):
        found += BODY * said / (1 - LENGTH + LENGTH * entry.length / USUAL_LENGTH)
    return found


def _nearness(entry: Entry, places: list[Alternative]) -> float:
    """Return how much higher words that stand together are ranked, 1 for what is far apart."""
    if len(places) < 2:
        return 1.0
    near = 0.0
    for one, other in pairwise(places):
        near += _closeness(entry, f" {one.tokens[0]} ", f" {other.tokens[0]} ")
    return 1 + NEAR_BONUS * near / (len(places) - 1)


def _closeness(entry: Entry, one: str, other: str) -> float:
    """Return 1 for words side by side, down to 0 for those NEAR code points apart and farther."""
    if one == other:
        return 1.0
    if one in entry.title and other in entry.title:
        return 1.0
    best = NEAR
    start = entry.body.find(one)
    for _ in range(8):
        if start < 0:
            break
        after = entry.body.find(other, start, start + NEAR + len(one))
        before = entry.body.rfind(other, max(0, start - NEAR), start + 1)
        if after >= 0:
            best = min(best, after - start - len(one) + 1)
        if before >= 0:
            best = min(best, start - before - len(other) + 1)
        start = entry.body.find(one, start + 1)
    return 1 - max(best, 0) / NEAR


def _merit(entry: Entry, now: datetime) -> float:
    """Return how much likes lift and age lowers; half of what age takes is gone after a year."""
    merit = 1 + PER_LIKE * math.log1p(entry.likes)
    if entry.published_at is not None:
        days = max(0.0, (now - entry.published_at).total_seconds() / 86_400)
        merit *= OLDEST + (1 - OLDEST) * 0.5 ** (days / HALF_LIFE)
    return merit


def _read(slot: str, ids: Sequence[int], kind: str) -> dict[int, Entry]:
    rows = document_model(slot)._default_manager.filter(kind=kind, object_id__in=list(ids))
    columns = rows.values_list(
        "object_id",
        "title_tokens",
        # Counting code points takes longer than reading them: few bodies are as long.
        Case(
            When(token_count__lt=BODY_LOOKED_AT // LONG_TOKEN, then=F("body_tokens")),
            default=Left("body_tokens", BODY_LOOKED_AT),
            output_field=TextField(),
        ),
        "tag_tokens",
        "author_tokens",
        "token_count",
        "published_at",
        "like_count",
    )
    return {
        pk: Entry(pk, f" {title} ", f" {body} ", f" {tags} ", f" {author} ", length, moment, likes)
        for pk, title, body, tags, author, length, moment, likes in columns
    }
