"""What a reader asks for: words, and what is chosen beside them. Alike for the page and the API."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from blog.filters import PostFilter
from blog.models import Post, Topic
from config.text import clean_line, is_blank
from search.engines import LIKES, NEWEST, RELEVANCE
from search.models.queries import QUERY_MAX_LENGTH

TABS = {
    "posts": "post",
    "comments": "comment",
    "people": "person",
    "tags": "tag",
    "series": "series",
}
"""``type=`` of the address → kind of what is found; the kind itself is understood, too."""

TAB_LABELS = {
    "posts": _("Posts"),
    "comments": _("Comments"),
    "people": _("People"),
    "tags": _("Tags"),
    "series": _("Series"),
}
SCOPES = {
    "all": _("Everywhere"),
    "title": _("In titles"),
    "author": _("By author"),
    "tag": _("In tags"),
}
SORTS = {
    RELEVANCE: _("Best match"),
    NEWEST: _("Newest"),
    LIKES: _("Most liked"),
}
PERIODS = (("7", _("Last week")), ("30", _("Last month")), ("365", _("Last year")))


class SearchFilter(PostFilter):
    """kind, language, topic, and how many days ago at most."""

    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=PERIODS, empty_label=_("Any time"), method="within"
    )

    def within(self, posts, name: str, value: str):
        """Leave what is older than ``value`` days out."""
        return posts.since_days(int(value))

    class Meta:
        model = Post
        fields = ("kind", "language", "topic", "period")


@dataclass(frozen=True)
class Question:
    """A search as its address says it; what makes no sense there is left out.

    ``tab`` is a key of TABS. ``form``, ``language``, ``topic`` and ``period`` narrow posts alone.
    """

    query: str
    tab: str = "posts"
    scope: str = "all"
    sort: str = RELEVANCE
    page: int = 1
    is_literal: bool = False
    form: str = ""
    language: str = ""
    topic: Topic | None = None
    period: str = ""

    @property
    def kind(self) -> str:
        return TABS[self.tab]

    @property
    def is_of_posts(self) -> bool:
        return self.tab == "posts"

    @property
    def is_blank(self) -> bool:
        return is_blank(self.query)

    @property
    def narrowing(self) -> dict[str, str]:
        """What is chosen beside the words, as the address says it."""
        chosen = {
            "kind": self.form,
            "language": self.language,
            "topic": self.topic.slug if self.topic else "",
            "period": self.period,
        }
        return {name: value for name, value in chosen.items() if value}

    @property
    def arguments(self) -> dict[str, Any]:
        """What ``search.selectors.search`` is called with beside words and reader."""
        return {
            "kind": self.kind,
            "scope": self.scope,
            "sort": self.sort,
            "page": self.page,
            "form": self.form,
            "language": self.language,
            "topic": self.topic.pk if self.topic else None,
            "since_days": int(self.period) if self.period else None,
            "literal": self.is_literal,
        }

    def address(self, **changes: Any) -> str:
        """Return the address of this search with ``changes``; it begins at page 1 unless told."""
        other = replace(self, **{"page": 1, **changes})
        said = {
            "q": other.query,
            "type": "" if other.is_of_posts else other.tab,
            "in": "" if other.scope == "all" else other.scope,
            "sort": "" if other.sort == RELEVANCE else other.sort,
            **(other.narrowing if other.is_of_posts else {}),
            "literal": "1" if other.is_literal else "",
            "page": "" if other.page == 1 else str(other.page),
        }
        query = urlencode([(name, value) for name, value in said.items() if value])
        return f"{reverse('search:search')}?{query}"


def filters_of(request: HttpRequest) -> SearchFilter:
    """Return the filters that ``request`` names; what it names wrongly counts as not named."""
    filters = SearchFilter(request.GET, queryset=Post.objects.none(), request=request)
    filters.is_valid()
    return filters


def question_of(params: QueryDict, chosen: dict[str, Any]) -> Question:
    """Return what ``params`` ask for; ``chosen`` are the values of a SearchFilter's form."""
    tab = _tab(params.get("type", ""))
    of_posts = tab == "posts"
    scope, sort = params.get("in", ""), params.get("sort", "")
    if sort not in SORTS or (sort == LIKES and not of_posts):
        sort = RELEVANCE
    question = Question(
        query=clean_line(params.get("q", "")[: 4 * QUERY_MAX_LENGTH])[:QUERY_MAX_LENGTH],
        tab=tab,
        sort=sort,
        page=_number(params.get("page", "")),
        is_literal=params.get("literal") == "1",
    )
    if not of_posts:
        return question
    return replace(
        question,
        scope=scope if scope in SCOPES else "all",
        form=chosen.get("kind") or "",
        language=chosen.get("language") or "",
        topic=chosen.get("topic"),
        period=chosen.get("period") or "",
    )


def _tab(text: str) -> str:
    if text in TABS:
        return text
    return next((tab for tab, kind in TABS.items() if kind == text), "posts")


def _number(text: str) -> int:
    try:
        return max(1, int(text[:9]))
    except ValueError:
        return 1
