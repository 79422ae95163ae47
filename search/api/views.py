"""Searching by programs (AP-49): what the page finds, as text with ranges instead of marks."""

from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import ANYONE, ApiView, InvalidInput, problem, required
from config.api.throttling import note_usage
from search.api.shapes import FoundShape, SuggestedShape, hit_shape, suggested_shape
from search.engines import EngineDown
from search.filters import PERIODS, SCOPES, SORTS, TABS, Question, filters_of, question_of
from search.hits import hits_of
from search.selectors import PAGES, search
from search.suggesting import suggest
from search.views.limits import search_usage, suggestion_usage

REST_SECONDS = 30
LONGEST = 200  # code points of a beginning that are looked at
WORDS = {"type": "string", "pattern": r"\S"}
KINDS = list(dict.fromkeys([*TABS, *TABS.values()]))
PARAMETERS = [
    OpenApiParameter("q", WORDS, required=True, description="Words, phrases and operators."),
    OpenApiParameter("type", str, enum=KINDS, default="posts"),
    OpenApiParameter("in", str, enum=list(SCOPES), default="all", description="Of posts."),
    OpenApiParameter("sort", str, enum=list(SORTS), default=next(iter(SORTS))),
    OpenApiParameter("kind", str, enum=["note", "article"]),
    OpenApiParameter("language", str),
    OpenApiParameter("topic", str, description="The slug of a topic."),
    OpenApiParameter("period", str, enum=[days for days, _label in PERIODS], description="Days."),
    OpenApiParameter("literal", str, enum=["1"], description="As typed: nothing is corrected."),
    OpenApiParameter(
        "page",
        {"type": "integer", "minimum": 1, "maximum": 10**9 - 1, "default": 1},
        description=f"At most {PAGES}; next and previous name it.",
    ),
]


class Search(ApiView):
    """Anyone: what they may see of what ``q`` finds (AP-49)."""

    scopes: ClassVar = {"GET": ANYONE}
    also_fails = (503,)

    @extend_schema(parameters=PARAMETERS, responses=FoundShape)
    def get(self, request: Request) -> Response:
        """Anyone: what they may see of posts, comments, people, tags or series."""
        require_choices(request)
        question = question_of(request.GET, filters_of(request).form.cleaned_data)
        if question.is_blank:
            raise required("q")
        note_usage(request, "search", search_usage(request))
        try:
            found = search(question.query, viewer=self.viewer, **question.arguments)
        except EngineDown:
            return _resting()
        hits = hits_of(
            question.kind,
            found.ids,
            found.tokens,
            self.viewer,
            related_ids=found.related_ids,
        )
        has_next, has_previous = found.page < found.last_page, found.page > 1
        return Response(
            {
                "next": self._link(question, found.page + 1) if has_next else None,
                "previous": self._link(question, found.page - 1) if has_previous else None,
                "results": [hit_shape(hit, question.kind, self.addresses) for hit in hits],
                "total": found.total,
                "total_is_exact": found.is_exact,
                "corrected": found.corrected or None,
                "suggestions": list(found.suggestions),
                "took_ms": found.took_ms,
            }
        )

    def _link(self, question: Question, page: int) -> str:
        """Return the address of another page of the same search."""
        query = question.address(page=page).partition("?")[2]
        return self.addresses.api(f"search/?{query}")


class Suggest(ApiView):
    """Anyone: how ``q`` may go on, among what they may see (AP-49)."""

    scopes: ClassVar = {"GET": ANYONE}

    @extend_schema(
        parameters=[OpenApiParameter("q", str, description="What was typed so far.")],
        responses=SuggestedShape,
    )
    def get(self, request: Request) -> Response:
        """Anyone: how ``q`` may go on, among what they may see."""
        note_usage(request, "suggest", suggestion_usage(request))
        found = suggest(request.GET.get("q", "")[:LONGEST], viewer=self.viewer)
        return Response(suggested_shape(found, self.addresses, reverse("search:search")))


def require_choices(request: Request) -> None:
    """Raise InvalidInput for what is none of the choices; pages leave it aside, programs are told."""
    for parameter in PARAMETERS:
        text = request.query_params.get(parameter.name)
        if text is not None and parameter.enum and text not in parameter.enum:
            raise InvalidInput(
                _("Select a valid choice. That choice is not one of the available choices."),
                field=parameter.name,
                code="invalid_choice",
            )
    page = request.query_params.get("page", "1")
    if not (page.isascii() and page.isdecimal() and len(page) < 10 and int(page)):
        raise InvalidInput(
            _("Give a whole number from 1 to %(most)d.") % {"most": PAGES},
            field="page",
            code="invalid",
        )


def _resting() -> Response:
    response = problem(
        503,
        code="search_down",
        detail=_("Search is resting for a moment. Please try again shortly."),
    )
    response.headers["Retry-After"] = str(REST_SECONDS)
    return response
