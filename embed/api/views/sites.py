"""A site, its numbers, tasks for guests, and search on it."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api import ANYONE, InvalidApiCursor, InvalidInput, problem, required
from config.api.throttling import note_usage
from config.text import is_blank
from embed.api.shapes import (
    ChallengeShape,
    CountsShape,
    EmbedHitsShape,
    EmbedSiteShape,
    hit_shape,
    sign_in_url,
)
from embed.api.views.base import EmbedView
from embed.challenges import new_challenge
from embed.exceptions import SearchOff
from embed.finding import find_on
from embed.selectors import counts_of
from search.engines import EngineDown
from search.selectors import PAGES
from search.views.limits import search_usage

KEYS_MOST = 100
REST_SECONDS = 30
FRESH = "private, no-store"


class Site(EmbedView):
    """What a site may do."""

    scopes: ClassVar = {"GET": ANYONE}
    shape = EmbedSiteShape

    @extend_schema(responses=EmbedSiteShape)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Anyone: what a site elsewhere offers."""
        site = self.site
        return self.one(
            {
                "key": site.key,
                "name": site.name,
                "guests": site.allows_guests,
                "approval": site.needs_approval,
                "reactions": site.has_reactions,
                "search": site.has_search,
                "sign_in_url": sign_in_url(site, self.addresses),
                "challenge_bits": new_challenge(site).bits,
            }
        )


class Counts(EmbedView):
    """Numbers of many pages at once."""

    scopes: ClassVar = {"GET": ANYONE}

    @extend_schema(
        parameters=[OpenApiParameter("keys", str, many=True, required=True)], responses=CountsShape
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Anyone: how many comments and reactions up to 100 pages have."""
        keys = list(dict.fromkeys(request.query_params.getlist("keys")))
        if len(keys) > KEYS_MOST:
            raise InvalidInput(
                _("Ask for up to %(most)d pages at once.") % {"most": KEYS_MOST},
                field="keys",
                code="too_many",
            )
        found = counts_of(self.site, keys)
        results = {
            key: {"comments": counts.comments, "reactions": counts.reactions}
            for key, counts in found.items()
        }
        return Response({"results": results})


class ChallengeTask(EmbedView):
    """Work for a guest's browser."""

    scopes: ClassVar = {"GET": ANYONE}

    @extend_schema(responses=ChallengeShape)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Anyone: a fresh task, which answers once and within ten minutes."""
        task = new_challenge(self.site)
        data = {
            "challenge": task.text,
            "bits": task.bits,
            "expires_at": clock.iso(task.expires_at),
        }
        return Response(data, headers={"Cache-Control": FRESH})


class SiteSearch(EmbedView):
    """Search on a site."""

    scopes: ClassVar = {"GET": ANYONE}
    also_fails: ClassVar = (503,)

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True),
            OpenApiParameter("cursor", str),
        ],
        responses=EmbedHitsShape,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Anyone: public posts of the site's owner, or pages that its index file lists."""
        if not self.site.has_search:
            raise SearchOff(_("This site offers no search."))
        query = request.query_params.get("q", "")
        if is_blank(query):
            raise required("q")
        number = self._page_number()
        note_usage(request, "search", search_usage(request))
        try:
            found = find_on(self.site, query, page=number)
        except EngineDown:
            return _resting()
        return Response(
            {
                "next": self._address(number + 1) if found.has_next else None,
                "previous": self._address(number - 1) if number > 1 else None,
                "results": [hit_shape(one, self.addresses) for one in found.results],
                "total": found.total,
                "total_is_exact": found.is_exact,
            }
        )

    def _page_number(self) -> int:
        text = self.request.query_params.get("cursor", "") or "1"
        if not (text.isascii() and text.isdecimal() and len(text) < 4 and 0 < int(text) <= PAGES):
            raise InvalidApiCursor(_("This cursor does not belong to this list."), field="cursor")
        return int(text)

    def _address(self, number: int) -> str:
        query = self.request.query_params.copy()
        query["cursor"] = str(number)
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")


def _resting() -> Response:
    response = problem(
        503,
        code="search_down",
        detail=_("Search is resting for a moment. Please try again shortly."),
    )
    response.headers["Retry-After"] = str(REST_SECONDS)
    return response
