"""What is asked of OpenSearch: criteria as its query language, tokens as they are.

Two fields hold tokens: ``words`` all of them, ``heads`` those of title, tags and author. The other
fields repeat columns of the row. Phrases and muted words are not asked here: rows decide them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from search.engines.base import COUNTED, LIKES, NEWEST, RELEVANCE, Criteria
from search.engines.entries import asked_of
from search.plan import MEANT, Alternative, Group

HEADS_BOOST = 4.0
MEANT_BOOST = 0.5
LONGEST_TOKEN = 4096
CLAUSES = 900
"""OpenSearch refuses queries of more than 1,024 clauses; filters need a few as well."""

LIST_PART = 50_000
"""So many keys fit into one list of terms (65,536 are allowed)."""

LIKED = {"field": "like_count", "modifier": "ln1p", "missing": 0}
RECENT = {"published_at": {"origin": "now/d", "scale": "365d", "decay": 0.5}}
SORTS: dict[str, list[dict]] = {
    RELEVANCE: [{"_score": {"order": "desc"}}],
    NEWEST: [],
    LIKES: [{"like_count": {"order": "desc"}}],
}
TIES = [{"published_at": {"order": "desc", "missing": "_last"}}, {"object_id": {"order": "desc"}}]

SETTINGS = {
    "max_result_window": COUNTED,
    "analysis": {
        "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": LONGEST_TOKEN}},
        "analyzer": {"tokens": {"type": "custom", "tokenizer": "spaces"}},
    },
}
_TOKENS = {"type": "text", "analyzer": "tokens", "index_options": "freqs"}
_KEY = {"type": "keyword"}
MAPPINGS = {
    "dynamic": "strict",
    "_source": {"excludes": ["words", "heads"]},
    "properties": {
        "words": _TOKENS,
        "heads": _TOKENS | {"copy_to": "words"},
        "kind": _KEY,
        "object_id": {"type": "long"},
        "status": _KEY,
        "visibility": _KEY,
        "author_id": {"type": "long"},
        "language": _KEY,
        "form": _KEY,
        "topic_id": {"type": "long"},
        "published_at": {"type": "date"},
        "like_count": {"type": "integer"},
    },
}


@dataclass(frozen=True)
class Circle:
    """The people who matter to what a viewer may find."""

    viewer_id: int | None = None
    followed: Sequence[int] = ()
    shunned: Sequence[int] = ()
    """Blocked either way, or muted."""

    hidden: Sequence[int] = ()
    """Accounts that nobody sees."""


def search_body(criteria: Criteria, circle: Circle, *, sort: str, size: int) -> dict[str, Any]:
    """Return the body of a search for the best ``size`` ids."""
    query: dict[str, Any] = {"bool": _bool(criteria, circle, is_scored=sort == RELEVANCE)}
    if sort == RELEVANCE and criteria.kind == "post":
        query = _weighted(query)
    return {
        "query": query,
        "sort": [*SORTS[sort], *TIES],
        "size": size,
        "_source": False,
        "track_total_hits": COUNTED + 1,
        "timeout": "1900ms",
    }


def count_body(criteria: Criteria, circle: Circle, *, size: int) -> dict[str, Any]:
    """Return the body of a search that counts, and names ``size`` ids in no order."""
    return {
        "query": {"bool": _bool(criteria, circle, is_scored=False)},
        "sort": ["_doc"],
        "size": size,
        "_source": False,
        "track_total_hits": COUNTED + 1,
        "timeout": "1900ms",
    }


def _bool(criteria: Criteria, circle: Circle, *, is_scored: bool) -> dict[str, Any]:
    filters: list[dict] = [{"term": {"kind": criteria.kind}}, *_chosen(criteria)]
    if criteria.kind == "post":
        filters += _listed(circle)
    asked = asked_of(criteria)
    must_not = [_matching(group) for group in asked.excluded]
    if criteria.without_ids:
        must_not += _terms("object_id", sorted(criteria.without_ids))
    if criteria.only_ids is not None:
        filters.append(_any(_terms("object_id", sorted(criteria.only_ids))))
    if asked.some:
        filters.append(_any(_matching(group) for group in asked.some))
    filters += [_matching(group) for group in asked.every if group.is_filter or not is_scored]
    body: dict[str, Any] = {"filter": filters, "must_not": must_not}
    if is_scored:
        budget = CLAUSES // max(sum(1 for _group in asked.scored), 1)
        body["must"] = [_scoring(group, budget) for group in asked.every if not group.is_filter]
        body["should"] = [_scoring(group, budget) for group in (*asked.some, *asked.extra)]
        body["minimum_should_match"] = 0
    return body


def _chosen(criteria: Criteria) -> list[dict]:
    filters: list[dict] = []
    if criteria.languages:
        filters.append({"terms": {"language": list(criteria.languages)}})
    if criteria.form:
        filters.append({"term": {"form": criteria.form}})
    if criteria.topic_id is not None:
        filters.append({"term": {"topic_id": criteria.topic_id}})
    span = {}
    if criteria.after:
        span["gte"] = criteria.after.isoformat()
    if criteria.before:
        span["lt"] = criteria.before.isoformat()
    if span:
        filters.append({"range": {"published_at": span}})
    return filters


def _listed(circle: Circle) -> list[dict]:
    """Return the right to meet a post in lists, as ``DocumentQuerySet.listed_to`` has it."""
    published = {"term": {"status": "published"}}
    public = {"term": {"visibility": "public"}}
    hidden = _terms("author_id", circle.hidden)
    if circle.viewer_id is None:
        return [published, public, *_none(hidden)]
    followed = [
        {"bool": {"filter": [{"term": {"visibility": "followers"}}, part]}}
        for part in _terms("author_id", circle.followed)
    ]
    others = [_any([public, *followed]), *_none(hidden + _terms("author_id", circle.shunned))]
    own = {"term": {"author_id": circle.viewer_id}}
    return [published, _any([own, {"bool": {"filter": others}}])]


def _matching(group: Group) -> dict:
    """Return the condition that an alternative of ``group`` is there, whatever it is worth."""
    return _any(
        {"bool": {"filter": [{"term": {"words": token}} for token in one.tokens]}}
        for one in _kept(group, CLAUSES // 4)
    )


def _scoring(group: Group, budget: int) -> dict:
    kept = _kept(group, budget)
    has_heads = 2 * sum(len(one.tokens) for one in kept) <= budget
    return {"dis_max": {"queries": [_alternative(one, has_heads=has_heads) for one in kept]}}


def _alternative(one: Alternative, *, has_heads: bool) -> dict:
    body: dict[str, Any] = {
        "must": [{"term": {"words": {"value": token}}} for token in one.tokens],
        "boost": one.boost * (MEANT_BOOST if one.tier == MEANT else 1.0),
    }
    if has_heads:
        body["should"] = [
            {"term": {"heads": {"value": token, "boost": HEADS_BOOST}}} for token in one.tokens
        ]
    return {"bool": body}


def _kept(group: Group, budget: int) -> list[Alternative]:
    """Return the alternatives of ``group`` that fit into ``budget`` tokens, those typed first."""
    kept, room = [], budget
    for one in sorted(group.alternatives, key=lambda one: (one.tier, -one.boost)):
        if one.tokens and len(one.tokens) <= room:
            kept.append(one)
            room -= len(one.tokens)
    return kept


def _weighted(query: dict) -> dict:
    """Let likes (× 1 + 0.1 ln(1 + likes)) and youth (half after a year, never below .6) count."""
    liked = _multiplied(query, [{"weight": 1}, {"field_value_factor": LIKED, "weight": 0.1}])
    return _multiplied(liked, [{"weight": 0.6}, {"exp": RECENT, "weight": 0.4}])


def _multiplied(query: dict, functions: list[dict]) -> dict:
    return {
        "function_score": {
            "query": query,
            "functions": functions,
            "score_mode": "sum",
            "boost_mode": "multiply",
        }
    }


def _any(conditions: Iterable[dict]) -> dict:
    either = list(conditions)
    return {"bool": {"should": either, "minimum_should_match": 1}} if either else {"match_none": {}}


def _none(conditions: list[dict]) -> list[dict]:
    return [{"bool": {"must_not": conditions}}] if conditions else []


def _terms(field: str, keys: Sequence[int]) -> list[dict]:
    return [
        {"terms": {field: list(keys[start : start + LIST_PART])}}
        for start in range(0, len(keys), LIST_PART)
    ]
