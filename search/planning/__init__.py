"""What a query means: from what was typed to words of tokens that every engine can look for."""

import math
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from search.analysis.units import Analyzer
from search.plan import MEANT, Alternative, Group, Plan, exact_token
from search.planning.corrections import Corrector
from search.planning.drafts import Draft, as_typed, draft_words
from search.planning.filters import filter_groups, scope_groups
from search.planning.meanings import Synonyms, add_acronyms, add_synonyms
from search.planning.operators import Parts, Typed, take_apart
from search.planning.readings import read, unchanged
from search.planning.spelling import counted

if TYPE_CHECKING:
    from search.vocabulary import WordSource

__all__ = ["plan"]

GROUPS_AT_MOST = 12
SUGGESTIONS_AT_MOST = 3
ALL, TITLE = "all", "title"


def plan(
    query: str,
    *,
    vocabulary: "WordSource",
    synonyms: Synonyms,
    analyzer: Analyzer,
    lexicon: Collection[str] = (),
    scope: str = ALL,
    now: datetime | None = None,
    is_literal: bool = False,
) -> Plan:
    """Return what ``query`` means; every text means something, and nothing raises.

    ``scope`` is "all", "title", "author" or "tag": where all words are looked for. ``lexicon`` are
    words that are spelled right though nobody may write them, those that have synonyms. With
    ``is_literal`` nothing is corrected.
    """
    parts = take_apart(query)
    if scope == TITLE:
        parts.words = [replace(one, is_title=True) for one in parts.words]
        parts.excluded = [replace(one, is_title=True) for one in parts.excluded]
    required, excluded = filter_groups(parts)
    if scope in {"author", "tag"} and parts.words:
        required += scope_groups(scope, [one.text for one in parts.words])
        parts.words, parts.phrases = [], []
    drafts = _drafts(parts.words, vocabulary, synonyms, analyzer, lexicon)
    groups = _groups(drafts, vocabulary)
    corrected = _corrected(parts, drafts)
    meant = Plan(
        text=parts.text,
        groups=(*required, *groups)[:GROUPS_AT_MOST],
        excluded=(*excluded, *_excluded(parts.excluded, vocabulary, analyzer))[:GROUPS_AT_MOST],
        phrases=tuple(dict.fromkeys(parts.phrases)),
        languages=_languages(parts),
        after=parts.after,
        before=parts.before,
        suggestions=_suggestions(parts, drafts, groups, corrected),
        explain=tuple(_explained(groups)),
    )
    if not corrected:
        return meant
    groups = _groups(as_typed(drafts), vocabulary)
    typed = replace(
        meant,
        groups=(*required, *groups)[:GROUPS_AT_MOST],
        suggestions=(corrected,),
        explain=tuple(_explained(groups)),
    )
    return typed if is_literal else replace(meant, corrected=corrected, literal=typed)


def _drafts(
    words: list[Typed],
    vocabulary: "WordSource",
    synonyms: Synonyms,
    analyzer: Analyzer,
    lexicon: Collection[str],
) -> list[Draft]:
    if not words:
        return []
    readings = read(words, vocabulary, analyzer, lexicon)
    drafts = draft_words(readings, vocabulary, analyzer)
    Corrector(vocabulary, analyzer, lexicon).mend(drafts)
    add_synonyms(drafts, synonyms, analyzer)
    add_acronyms(drafts, vocabulary)
    for draft in drafts:
        _name(draft)
    if not any(draft.is_required for draft in drafts):
        for draft in drafts:
            draft.is_required = True
    return drafts


def _name(draft: Draft) -> None:
    """Let #tag and @handle find exactly these, too."""
    typed = draft.reading.typed.text
    if typed[:1] in "#@" and len(typed) > 1:
        draft.add([exact_token(typed[0], typed[1:].casefold())], 1.5)


def _groups(drafts: list[Draft], vocabulary: "WordSource") -> list[Group]:
    """Return the groups of ``drafts``, with what the vocabulary knows of how much they say."""
    tokens = [token for draft in drafts for one in draft.alternatives for token in one.tokens]
    known = vocabulary.look_up(counted(tokens))
    total = max(vocabulary.total, 1)
    groups: list[Group] = []
    for draft in drafts:
        if not draft.alternatives:
            continue
        counts = [
            (one.tier, min((known[token].df if token in known else 0) for token in one.tokens))
            for one in draft.alternatives
        ]
        typed = max((df for tier, df in counts if tier != MEANT), default=0)
        alternatives = tuple(draft.alternatives)
        if draft.reading.typed.is_title:
            alternatives = _in_title(alternatives)
        group = Group(
            label=draft.surface,
            alternatives=alternatives,
            is_required=draft.is_required,
            df=max(df for _, df in counts),
            idf=idf_of(typed or max(df for _, df in counts), total),
        )
        if all(set(group.alternatives) != set(other.alternatives) for other in groups):
            groups.append(group)
    return groups


def idf_of(df: int, total: int) -> float:
    """Return how much a word says that ``df`` of ``total`` documents have (BM25's idf, above 0)."""
    df = min(df, total)
    return math.log(1 + (total - df + 0.5) / (df + 0.5))


def _in_title(alternatives: Iterable[Alternative]) -> tuple[Alternative, ...]:
    """Return the alternatives as tokens of titles, which have none for whole tags and handles."""
    moved = [
        replace(one, tokens=tuple(f"^{token}" for token in one.tokens))
        for one in alternatives
        if not any(token.startswith(("#", "@")) for token in one.tokens)
    ]
    return tuple(moved)


def _excluded(
    words: list[Typed], vocabulary: "WordSource", analyzer: Analyzer
) -> tuple[Group, ...]:
    """Return what must not be said: the words themselves, neither stems nor synonyms."""
    groups = []
    for reading in unchanged(words):
        drafts = draft_words([reading], vocabulary, analyzer)
        tokens = tuple(
            token
            for draft in drafts
            for one in draft.alternatives[:1]
            for token in one.tokens
            if not token.startswith("~")
        )
        if tokens:
            alternatives: tuple[Alternative, ...] = (Alternative(tuple(dict.fromkeys(tokens))),)
            if reading.typed.is_title:
                alternatives = _in_title(alternatives)
            groups.append(Group(reading.typed.text, alternatives))
    return tuple(groups)


def _languages(parts: Parts) -> tuple[str, ...]:
    wanted = list(dict.fromkeys(parts.languages))
    if parts.excluded_languages and not wanted:
        wanted = [code for code, _ in settings.LANGUAGES]
    return tuple(one for one in wanted if one not in parts.excluded_languages)


# What is said about it --------------------------------------------------------------------------


def _corrected(parts: Parts, drafts: list[Draft]) -> str:
    """Return the query as it is searched, as a person would type it; empty if as it was typed."""
    changed = _rewritten(parts, drafts, {id(one): one.instead for one in drafts if one.instead})
    return "" if changed.casefold() == parts.text.casefold() else changed


def _rewritten(parts: Parts, drafts: list[Draft], instead: dict[int, str]) -> str:
    """Return the query with other words in place of drafts."""
    readings = {id(draft.reading): draft.reading for draft in drafts}
    text = parts.text
    for reading in sorted(readings.values(), key=lambda one: one.typed.start, reverse=True):
        word = reading.text
        own = [one for one in drafts if one.reading is reading and instead.get(id(one))]
        for draft in sorted(own, key=lambda one: one.start, reverse=True):
            word = word[: draft.start] + instead[id(draft)] + word[draft.end :]
        if own or reading.was_flipped:
            text = text[: reading.typed.start] + word + text[reading.typed.end :]
    return text


def _suggestions(
    parts: Parts, drafts: list[Draft], groups: list[Group], corrected: str
) -> tuple[str, ...]:
    """Return other queries: with a neighbour of a word, or without the words nobody writes."""
    found: list[str] = []
    taken = {id(one): one.instead for one in drafts if one.instead}
    for draft in drafts:
        for offer in draft.offers:
            found.append(_rewritten(parts, drafts, {**taken, id(draft): offer}))
    known = [group for group in groups if group.df and group.is_required]
    if known and len(known) < sum(group.is_required for group in groups):
        found.append(" ".join(group.label for group in known))
    others = [one for one in dict.fromkeys(found) if one not in {parts.text, corrected}]
    return tuple(others[:SUGGESTIONS_AT_MOST])


def _explained(groups: list[Group]) -> Iterable[str]:
    for group in groups:
        ways = " | ".join(f"{'+'.join(one.tokens)}×{one.boost:g}" for one in group.alternatives)
        yield f"{'' if group.is_required else '?'}{group.label} ({group.df}, {group.idf:.1f}): {ways}"
