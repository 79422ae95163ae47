"""The page of searching: help without a query, hits with one, a friendly word if the engine rests."""

from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.cards import cards_for
from blog.models import Post, Tag
from blog.selectors import count_up_to
from config.caching import public_page
from config.errors import error_response, prefers_json
from search.engines import EngineDown
from search.filters import (
    SCOPES,
    SORTS,
    TAB_LABELS,
    Question,
    SearchFilter,
    filters_of,
    question_of,
)
from search.hits import hits_of
from search.numbering import numbered_pages
from search.query_log import remember
from search.quick import quick_hits
from search.selectors import Results
from search.selectors import search as look_for
from search.state import is_growing
from search.views.limits import count_search, searcher

POPULAR_TAGS = 20
NEWEST_WHILE_RESTING = 10
REST_SECONDS = 30
log = structlog.get_logger(__name__)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Anyone: what they may see of posts, comments, people, tags and series (SE-01 to SE-16)."""
    filters = filters_of(request)
    question = question_of(request.GET, filters.form.cleaned_data)
    if "q" not in request.GET:
        return _entrance(request, question)
    if question.is_blank:
        return redirect("explore")
    count_search(request)
    try:
        results = look_for(question.query, viewer=request.user, **question.arguments)
        is_first = question.is_of_posts and results.page == 1
        quick = quick_hits(results, request.user) if is_first and not question.narrowing else {}
    except EngineDown as error:
        log.warning("search_engine_down", error=str(error))
        return _resting(request, question)
    if is_first and not question.narrowing:
        remember(results.plan.text, is_empty=not results.total, who=searcher(request))
    return render(
        request, "search/results.html", _found(request, question, filters, results, quick)
    )


def _found(
    request: HttpRequest,
    question: Question,
    filters: SearchFilter,
    results: Results,
    quick: dict[str, list],
) -> dict[str, object]:
    """Return what the page of hits shows."""
    found = hits_of(
        question.kind,
        results.ids,
        results.tokens,
        request.user,
        related_ids=results.related_ids,
    )
    hits = [hit for hit in found if not hit.is_related]
    related = [hit for hit in found if hit.is_related]
    number = number_format(results.total, force_grouping=True)
    return {
        **_asked(question),
        "results": results,
        "hits": hits,
        "related": related,
        "quick": quick,
        "total": number if results.is_exact or not results.total else f"{number}+",
        "tabs": [(tab, label, question.address(tab=tab)) for tab, label in TAB_LABELS.items()],
        "sorts": [
            (sort, label, question.address(sort=sort))
            for sort, label in SORTS.items()
            if question.is_of_posts or sort != "likes"
        ],
        "literal_url": question.address(is_literal=True),
        "suggested": [
            (text, question.address(query=text, is_literal=False)) for text in results.suggestions
        ],
        "filter_form": filters.form if question.is_of_posts else None,
        "chosen": _chosen(question, filters),
        "open_url": Question(question.query).address(),
        "words": _words(question, results) if not hits else [],
        "is_growing": not hits and is_growing(),
        "pages": numbered_pages(
            results.page, results.last_page, lambda page: question.address(page=page)
        ),
        "popular_tags": _popular_tags() if not hits else [],
    }


def _asked(question: Question) -> dict[str, object]:
    """Return what the box in the header shows on pages of searching."""
    return {"question": question, "scopes": list(SCOPES.items())}


def _chosen(question: Question, filters: SearchFilter) -> list[tuple[str, str]]:
    """Return (what is filtered by, the address without it)."""
    without: dict[str, dict[str, Any]] = {"kind": {"form": ""}, "topic": {"topic": None}}
    found = []
    for name, value in question.narrowing.items():
        choices = filters.form.fields[name].choices
        label = next((str(text) for key, text in choices if str(key) == value), value)
        found.append((label, question.address(**without.get(name, {name: ""}))))
    return found


def _words(question: Question, results: Results) -> list[tuple[str, str]]:
    """Return each word of a query that found nothing, and the address that asks for it alone."""
    words = list(dict.fromkeys(group.label for group in results.plan.groups if not group.is_filter))
    if len(words) < 2:
        return []
    return [(word, question.address(query=word, is_literal=False)) for word in words]


def _popular_tags() -> list[Tag]:
    return list(Tag.objects.used().popular_first()[:POPULAR_TAGS])


@public_page
def _entrance(request: HttpRequest, question: Question) -> HttpResponse:
    """Return the page before anything is asked (SE-03)."""
    # What is muted is counted, too, as everywhere.
    visible = Post.objects.listed_to(request.user, with_muted=True)
    total = count_up_to(visible)
    number = number_format(total.number, force_grouping=True)
    context = {
        **_asked(question),
        "post_total": total.number,
        "total": number if total.is_exact else f"{number}+",
        "popular_tags": _popular_tags(),
    }
    return render(request, "search/entrance.html", context)


def _resting(request: HttpRequest, question: Question) -> HttpResponse:
    """Return 503 with the newest posts: reading goes on while the engine rests (SE-19)."""
    if prefers_json(request):
        return error_response(
            request,
            503,
            code="search_down",
            detail=_("Search is resting for a moment. Please try again shortly."),
            retry_after=REST_SECONDS,
        )
    newest = Post.objects.public().listed_to(request.user).for_card().newest_first()
    shown = newest.with_viewer_state(request.user)[:NEWEST_WHILE_RESTING]
    context = {**_asked(question), "cards": cards_for(shown, request.user)}
    response = render(request, "search/resting.html", context, status=503)
    response.headers["Retry-After"] = str(REST_SECONDS)
    return response
