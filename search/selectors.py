"""Searching: a query is understood once, found by the engine, and ordered by one ranker."""

import math
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from search.analysis import get_analyzer
from search.engines import (
    COUNTED,
    DEEPEST,
    LIKES,
    NEWEST,
    RELEVANCE,
    Criteria,
    Engine,
    get_engine,
)
from search.engines.phrases import says_phrases
from search.generations import document_model, live_slot
from search.plan import Alternative, Group, Plan, exact_token
from search.planning import plan as understand
from search.ranking import coverage, rerank
from search.synonyms import synonym_words, synonyms_of
from search.vocabulary import Vocabulary

RANKED = 100
"""So many of what the engine found are ordered anew, by everything that is known of them."""

PHRASES_READ = 3_000
"""Phrases are looked up in the texts of what has their words: the newest, where so many do."""

PAGES = 50
SORTS = (RELEVANCE, NEWEST, LIKES)
RELATED_LOOKED_AT = 100
LEAST_COVERAGE = 0.35
TOO_COMMON = 0.1
"""The share of documents beyond which a word is too common to call a post related."""


@dataclass(frozen=True)
class Results:
    """A page of hits. ``ids`` are those of the page in order, ``related_ids`` say only some words.

    ``total`` counts what has every word, exactly if ``is_exact``. ``corrected`` is what was searched
    instead of what was typed; ``suggestions`` are offered when nothing was found. ``tokens`` are what
    to mark in titles and texts, ``slot`` is where it was found. Times in milliseconds.
    """

    plan: Plan
    ids: tuple[int, ...] = ()
    related_ids: tuple[int, ...] = ()
    total: int = 0
    is_exact: bool = True
    page: int = 1
    last_page: int = 1
    page_size: int = 20
    corrected: str = ""
    suggestions: tuple[str, ...] = ()
    took_ms: float = 0.0
    tokens: frozenset[str] = frozenset()
    slot: str = ""

    @property
    def first_number(self) -> int:
        """The number of the first hit on this page, counted from 1; 0 without hits."""
        return (self.page - 1) * self.page_size + 1 if self.ids else 0

    @property
    def last_number(self) -> int:
        return (self.page - 1) * self.page_size + len(self.ids)


@dataclass(frozen=True)
class Limits:
    """What a reader chose beside the words."""

    form: str = ""
    language: str = ""
    topic_id: int | None = None
    since: datetime | None = None


def search(
    query: str,
    *,
    viewer: User | AnonymousUser,
    kind: str = "post",
    scope: str = "all",
    sort: str = RELEVANCE,
    page: int = 1,
    page_size: int | None = None,
    form: str = "",
    language: str = "",
    topic: int | None = None,
    since_days: int | None = None,
    literal: bool = False,
    written_by: User | None = None,
) -> Results:
    """Return a page of what ``viewer`` may find for ``query``. Raises EngineDown.

    ``scope`` is "all", "title", "author" or "tag"; ``kind`` one of ``Document.Kind``. A correction
    is searched only where what was typed finds nothing that this viewer may see; ``literal`` never
    corrects. ``written_by`` leaves what everybody else wrote out, whatever the query says.
    """
    began = time.perf_counter()
    now = timezone.now()
    slot, engine = live_slot(), get_engine()
    vocabulary = Vocabulary(slot)
    plan = understand(
        query,
        vocabulary=vocabulary,
        synonyms=synonyms_of,
        analyzer=get_analyzer(),
        lexicon=synonym_words(),
        scope=scope,
        now=now,
        is_literal=literal,
    )
    if written_by is not None:
        plan = _written_by(written_by, plan)
    since = now - timedelta(days=since_days) if since_days else None
    limits = Limits(form, language, topic, since)
    if plan.literal is not None:
        typed, _is_whole = _with_phrases_read(
            engine, slot, criteria_of(plan.literal, viewer, kind, limits)
        )
        if engine.count(slot, typed, limit=1):
            plan = replace(plan.literal, suggestions=(plan.corrected,))
    size = page_size or settings.SEARCH_PAGE_SIZE
    if plan.is_empty and limits == Limits():
        return Results(plan=plan, page_size=size, took_ms=_since(began), slot=slot)
    criteria, is_whole = _with_phrases_read(engine, slot, criteria_of(plan, viewer, kind, limits))
    ids, total = _found(engine, slot, criteria, plan, sort, max(page, 1) * size, now)
    last_page = max(1, min(PAGES, math.ceil(min(total, DEEPEST) / size)))
    page = min(max(page, 1), last_page)
    related: list[int] = []
    if page == 1 and total < size and sort == RELEVANCE:
        # A word that so many say is no reason to call a post related.
        common = TOO_COMMON * max(vocabulary.total, 1)
        related = _related(engine, slot, criteria, plan, ids, now, common)[: size - total]
    return Results(
        plan=plan,
        ids=tuple(ids[(page - 1) * size : page * size]),
        related_ids=tuple(related),
        total=min(total, COUNTED),
        is_exact=is_whole and total <= COUNTED,
        page=page,
        last_page=last_page,
        page_size=size,
        corrected=plan.corrected,
        suggestions=plan.suggestions,
        took_ms=_since(began),
        tokens=_marked_tokens(plan),
        slot=slot,
    )


def _written_by(author: User, plan: Plan) -> Plan:
    """Return ``plan`` of what ``author`` wrote alone."""
    group = Group(
        author.handle, (Alternative((exact_token("@", author.handle_key),)),), is_filter=True
    )
    literal = _written_by(author, plan.literal) if plan.literal is not None else None
    return replace(plan, groups=(group, *plan.groups), literal=literal)


def criteria_of(
    plan: Plan, viewer: User | AnonymousUser, kind: str, limits: Limits | None = None
) -> Criteria:
    """Return what the engine is asked for a plan and what was chosen beside its words."""
    limits = limits or Limits()
    languages = plan.languages
    if limits.language:
        both = not languages or limits.language in languages
        languages = (limits.language if both else "-",)
    after = max((one for one in (plan.after, limits.since) if one), default=None)
    return Criteria(
        kind=kind,
        viewer=viewer,
        groups=plan.groups,
        excluded=plan.excluded,
        phrases=plan.phrases,
        languages=languages,
        after=after,
        before=plan.before,
        form=limits.form,
        topic_id=limits.topic_id,
    )


def _with_phrases_read(engine: Engine, slot: str, criteria: Criteria) -> tuple[Criteria, bool]:
    """Return ``criteria`` that read no more texts than is quick, and whether that is all of them."""
    if not criteria.phrases:
        return criteria, True
    words = replace(criteria, phrases=())
    if engine.count(slot, words, limit=PHRASES_READ + 1) <= PHRASES_READ:
        return criteria, True
    newest = engine.find(slot, words, sort=NEWEST, limit=PHRASES_READ)
    entries = document_model(slot).objects.of_kind(criteria.kind).filter(object_id__in=newest)
    said = entries.filter(says_phrases(criteria.kind, criteria.phrases))
    return replace(words, only_ids=frozenset(said.values_list("object_id", flat=True))), False


def _found(
    engine: Engine,
    slot: str,
    criteria: Criteria,
    plan: Plan,
    sort: str,
    wanted: int,
    now: datetime,
) -> tuple[list[int], int]:
    """Return at least ``wanted`` ids in the order of ``sort``, if there are so many, and the total."""
    if sort == RELEVANCE and not plan.has_words:
        sort = NEWEST
    # One length for all pages up to RANKED, one beyond: hits must not move between pages.
    limit = RANKED if wanted <= RANKED else DEEPEST
    ids = engine.find(slot, criteria, sort=sort, limit=limit)
    total = len(ids)
    if total >= limit:
        # Most searches find less, and that is all there is.
        total = max(total, engine.count(slot, criteria, limit=COUNTED + 1))
    if sort == RELEVANCE:
        ids = rerank(slot, ids[:RANKED], plan, kind=criteria.kind, now=now) + ids[RANKED:]
    return ids, total


def _related(
    engine: Engine,
    slot: str,
    criteria: Criteria,
    plan: Plan,
    ids: list[int],
    now: datetime,
    common: float,
) -> list[int]:
    """Return what says some of the words, better covered first (SE-05)."""
    words = [group for group in plan.groups if group.is_required and not group.is_filter]
    if len(words) < 2 or plan.phrases:
        return []
    filters = [group for group in plan.groups if group.is_filter]
    rarer: list[Group] = [group for group in words if group.df <= common]
    loose = replace(
        criteria,
        groups=(*filters, *(rarer or words)),
        matches_any=True,
        without_ids=frozenset(ids),
    )
    found = engine.find(slot, loose, sort=RELEVANCE, limit=RELATED_LOOKED_AT)
    shares = coverage(slot, found, plan, kind=criteria.kind, now=now)
    good = [pk for pk in found if shares.get(pk, (0.0, 0.0))[0] >= LEAST_COVERAGE]
    return sorted(good, key=lambda pk: shares[pk][1], reverse=True)


def _marked_tokens(plan: Plan) -> frozenset[str]:
    return frozenset(
        token.removeprefix("^")
        for group in plan.scored
        for one in group.alternatives
        for token in one.tokens
        if token[0] not in "#@"
    )


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
