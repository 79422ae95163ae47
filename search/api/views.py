"""Searching by programs (AP-49): what the page finds, as text with ranges instead of marks."""

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import ApiView, problem, required
from search.api.shapes import hit_shape
from search.engines import EngineDown
from search.filters import Question, filters_of, question_of
from search.hits import hits_of
from search.selectors import search
from search.views.limits import count_search, count_suggestion
from search.views.suggestions import suggestions_for

REST_SECONDS = 30


class Search(ApiView):
    """Anyone: what they may see of what ``q`` finds (AP-49)."""

    def get(self, request: Request) -> Response:
        """Anyone: see above."""
        question = question_of(request.GET, filters_of(request).form.cleaned_data)
        if question.is_blank:
            raise required("q")
        count_search(request)
        try:
            found = search(question.query, viewer=request.user, **question.arguments)
        except EngineDown:
            return _resting()
        hits = hits_of(
            question.kind,
            found.ids,
            found.tokens,
            request.user,
            related_ids=found.related_ids,
        )
        has_next, has_previous = found.page < found.last_page, found.page > 1
        return Response(
            {
                "next": _link(request, question, found.page + 1) if has_next else None,
                "previous": _link(request, question, found.page - 1) if has_previous else None,
                "results": [hit_shape(hit, question.kind, request) for hit in hits],
                "total": found.total,
                "total_is_exact": found.is_exact,
                "corrected": found.corrected or None,
                "suggestions": list(found.suggestions),
                "took_ms": found.took_ms,
            }
        )


class Suggest(ApiView):
    """Anyone: how ``q`` may go on, among what they may see (AP-49)."""

    def get(self, request: Request) -> Response:
        """Anyone: see above."""
        count_suggestion(request)
        return Response(suggestions_for(request))


def _link(request: Request, question: Question, page: int) -> str:
    """Return the address of another page of the same search."""
    query = question.address(page=page).partition("?")[2]
    return request.build_absolute_uri(f"{request.path}?{query}")


def _resting() -> Response:
    response = problem(
        503,
        code="search_down",
        detail=_("Search is resting for a moment. Please try again shortly."),
    )
    response.headers["Retry-After"] = str(REST_SECONDS)
    return response
