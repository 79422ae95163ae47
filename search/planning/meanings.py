"""Words of one meaning: what else is looked for than what was typed."""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from search.analysis.texts import fold
from search.analysis.units import Analyzer
from search.plan import MEANT
from search.planning.drafts import JOINED, SYNONYM, Draft, are_neighbours
from search.planning.letters import acronym_of, said_as

if TYPE_CHECKING:
    from search.vocabulary import WordSource

Synonyms = Callable[[Iterable[str]], Mapping[str, tuple[str, ...]]]


def add_acronyms(drafts: list[Draft], vocabulary: "WordSource") -> None:
    """Let acronyms and how they are said find each other, where the vocabulary knows them."""
    said: list[tuple[Draft, str]] = []
    for draft in drafts:
        for key in dict.fromkeys(draft.keys):
            said += [(draft, one) for one in (acronym_of(key), *said_as(key)) if one]
    known = vocabulary.look_up(one for _, one in said)
    for draft, one in said:
        if one in known:
            draft.add([one], SYNONYM, MEANT)


def add_synonyms(drafts: list[Draft], synonyms: Synonyms, analyzer: Analyzer) -> None:
    """Let words of one meaning find one another, also two words and one: machine learning."""
    for draft in drafts:
        if draft.instead:
            draft.keys.append(draft.instead)
    pairs = [
        (one, other, f"{fold(one.surface)} {fold(other.surface)}")
        for one, other in pairwise(drafts)
        if are_neighbours([one, other]) and one.is_required and other.is_required
    ]
    asked = {key for draft in drafts for key in draft.keys}
    asked |= {part for draft in drafts if draft.unit for part in draft.unit.parts}
    found = synonyms([*asked, *(key for _, _, key in pairs), *(_shut(key) for *_, key in pairs)])
    if not found:
        return
    for one, other, key in pairs:
        for meant in (*found.get(key, ()), *found.get(_shut(key), ())):
            _merge(drafts, one, other)
            one.add(_tokens_of(meant, analyzer), SYNONYM, MEANT)
    for draft in drafts:
        for key in draft.keys:
            for meant in found.get(key, ()):
                draft.add(_tokens_of(meant, analyzer), SYNONYM, MEANT)
        parts = draft.unit.parts if draft.unit and draft.unit.kind == "noun" else ()
        for part in parts if len(parts) > 1 else ():
            for meant in found.get(part, ()):
                rest = [one for one in parts if one != part]
                draft.add([*_tokens_of(meant, analyzer), *rest], SYNONYM, MEANT)


def _shut(key: str) -> str:
    return key.replace(" ", "")


def _merge(drafts: list[Draft], one: Draft, other: Draft) -> None:
    """Make one group of two words that mean something together."""
    if other not in drafts or one is other:
        return
    joined = [tuple(a.tokens) for a in one.alternatives if a in other.alternatives]
    firsts, seconds = one.alternatives[:3], other.alternatives[:3]
    one.alternatives = []
    for tokens in joined:
        one.add(tokens, JOINED)
    for first in firsts:
        for second in seconds:
            one.add((*first.tokens, *second.tokens), min(first.boost, second.boost))
    one.surface = f"{one.surface} {other.surface}"
    one.keys, one.unit = [*one.keys[:0]], None
    drafts.remove(other)


def _tokens_of(text: str, analyzer: Analyzer) -> tuple[str, ...]:
    """Return the tokens that a document saying ``text`` has."""
    tokens: list[str] = []
    for unit in analyzer.units(text):
        tokens += [unit.joined] if unit.joined and unit.kind == "noun" else unit.parts
    return tuple(tokens) or (_shut(fold(text)),)
