"""What both databases share: the rows that a viewer may find, and which words are asked of them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.models import QuerySet

from search import schema
from search.engines.base import COUNTED, DEEPEST, NEWEST, RELEVANCE, Criteria
from search.engines.phrases import says_phrases
from search.generations import document_model
from search.models import Document
from search.plan import Alternative, Group
from search.querysets import DocumentQuerySet

MANY_TIMES = 20
"""Where one of several words is enough, one that is so many times more common adds only noise."""

COMMON = 2_000


def entries_for(slot: str, criteria: Criteria) -> DocumentQuerySet:
    """Return the entries that the viewer may find under all filters, whatever they say."""
    entries = document_model(slot).objects.listed_to(criteria.viewer, criteria.kind)
    if criteria.languages:
        entries = entries.filter(language__in=criteria.languages)
    if criteria.form:
        entries = entries.filter(form=criteria.form)
    if criteria.topic_id is not None:
        entries = entries.filter(topic_id=criteria.topic_id)
    if criteria.after:
        entries = entries.filter(published_at__gte=criteria.after)
    if criteria.before:
        entries = entries.filter(published_at__lt=criteria.before)
    if criteria.without_ids:
        entries = entries.exclude(object_id__in=sorted(criteria.without_ids))
    if criteria.only_ids is not None:
        entries = entries.filter(object_id__in=sorted(criteria.only_ids))
    if criteria.phrases:
        entries = entries.filter(says_phrases(criteria.kind, criteria.phrases))
    return entries


def rights_of(slot: str, criteria: Criteria) -> tuple[str, list]:
    """Return the WHERE of ``entries_for``; a search that finds and counts makes it once."""
    if slot not in criteria.made:
        criteria.made[slot] = condition_of(entries_for(slot, criteria))
    return criteria.made[slot]


def condition_of(entries: QuerySet) -> tuple[str, list]:
    """Return the WHERE of ``entries`` with its parameters; raises EmptyResultSet for none at all."""
    query = entries.order_by().query
    compiler = query.get_compiler(using=entries.db)
    compiler.pre_sql_setup()
    try:
        sql, params = compiler.compile(query.where)
    except FullResultSet:
        return "1 = 1", []
    joined = [name for name, count in query.alias_refcount.items() if count]
    if joined != [entries.model._meta.db_table]:
        raise AssertionError(f"The rights of entries would join {joined}.")
    return sql, list(params)


@dataclass(frozen=True)
class Asked:
    """Words as an engine needs them: each of ``every``, one of ``some``; ``extra`` lift the rank."""

    every: tuple[Group, ...] = ()
    some: tuple[Group, ...] = ()
    extra: tuple[Group, ...] = ()
    excluded: tuple[Group, ...] = ()

    @property
    def narrows(self) -> bool:
        """Whether an index of words is asked for what must be there."""
        return bool(self.every or self.some)

    @property
    def ranks(self) -> bool:
        return any(not group.is_filter for group in (*self.every, *self.some, *self.extra))

    @property
    def scored(self) -> Iterator[Group]:
        """Yield the words that count for the rank."""
        for group in (*self.every, *self.some, *self.extra):
            if not group.is_filter:
                yield group


def asked_of(criteria: Criteria) -> Asked:
    """Return what ``criteria`` asks of the words of an entry."""
    words = [group for group in criteria.groups if not group.is_filter]
    filters = tuple(group for group in criteria.groups if group.is_filter)
    required = tuple(group for group in words if group.is_required)
    extra = tuple(group for group in words if not group.is_required)
    if criteria.matches_any and required:
        return Asked(filters, _worth_asking(required), (*extra,), criteria.excluded)
    if not required and not filters and extra:
        return Asked(some=extra, excluded=criteria.excluded)
    return Asked((*filters, *required), (), extra, criteria.excluded)


def _worth_asking(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    rarest = min((group.df for group in groups if group.df), default=0)
    limit = max(COMMON, rarest * MANY_TIMES)
    return tuple(group for group in groups if group.df <= limit) or groups


def in_title(group: Group) -> Group:
    """Return ``group`` asked of titles alone, where it says anything about them."""
    return Group(
        group.label,
        tuple(
            Alternative(tuple(_title_token(token) for token in one.tokens), one.boost, one.tier)
            for one in group.alternatives
        ),
    )


def _title_token(token: str) -> str:
    return token if token[0] in "^#@" else f"^{token}"


class Search(Protocol):
    """The statements of one search; they raise EmptyResultSet where rights leave nothing."""

    def found(self, sort: str, limit: int) -> list[int]:
        """Return up to ``limit`` ids in the order of ``sort``."""

    def count(self, limit: int) -> int:
        """Return how many match, stopping at ``limit``."""


class DatabaseEngine:
    """What engines share whose words the database keeps with the rows, by triggers or by an index."""

    def search_of(self, slot: str, criteria: Criteria, asked: Asked) -> Search:
        raise NotImplementedError

    def in_time(self) -> AbstractContextManager[None]:
        """Stop statements that take too long; whatever the database refuses is EngineDown."""
        raise NotImplementedError

    def find(
        self, slot: str, criteria: Criteria, *, sort: str = RELEVANCE, limit: int = DEEPEST
    ) -> list[int]:
        """Return up to ``limit`` ids, best first. Raises EngineDown."""
        asked = asked_of(criteria)
        if sort == RELEVANCE and not (asked.ranks and asked.narrows):
            sort = NEWEST
        search = self.search_of(slot, criteria, asked)
        with self.in_time():
            try:
                return search.found(sort, limit)
            except EmptyResultSet:
                return []

    def count(self, slot: str, criteria: Criteria, *, limit: int = COUNTED + 1) -> int:
        """Return how many match, stopping at ``limit``. Raises EngineDown."""
        search = self.search_of(slot, criteria, asked_of(criteria))
        with self.in_time():
            try:
                return search.count(limit)
            except EmptyResultSet:
                return 0

    def write(self, slot: str, documents: Sequence[Document]) -> None:
        """Do nothing: the words came with the rows."""

    def delete(self, slot: str, keys: Iterable[tuple[str, int, int]]) -> None:
        """Do nothing: the words went with the rows."""

    def clear(self, slot: str) -> None:
        """Empty the entries of ``slot``."""
        schema.empty(slot)

    def swap(self, slot: str) -> None:
        """Do nothing: each search names its slot."""

    def versions(self, slot: str, kind: str, ids: Sequence[int]) -> dict[int, int] | None:
        """Return None: the rows are the index."""
        return None
