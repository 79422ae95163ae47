"""Words and tags that somebody would rather not read, by programs (SO-09)."""

from typing import Any, ClassVar

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import ApiView
from social import actions, limits, selectors
from social.api.inputs import MutedTermInput
from social.api.shapes.people import MutedTermShape, muted_term
from social.models import MutedTerm


class TermsView(ApiView):
    """Members with the scope of following: their own words and tags."""

    shape = MutedTermShape

    def told(self, term: MutedTerm) -> dict[str, Any]:
        """Return ``term`` as it is answered."""
        return muted_term(term, self.addresses, reverse("social:settings_people"))

    def own(self, pk: int) -> MutedTerm:
        """Return the caller's term of that key. Raises Http404."""
        term = selectors.muted_term_rows(self.request.user).filter(pk=pk).first()
        if term is None:
            raise Http404
        return term


class MyMutedTerms(TermsView):
    """Members: their list."""

    scopes: ClassVar = {"GET": "follows", "POST": "follows"}

    @extend_schema(responses=MutedTermShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: the words and tags that one mutes now, latest first."""
        return self.page(
            selectors.muted_term_rows(request.user),
            lambda rows: [self.told(row) for row in rows],
            field="created_at",
        )

    @extend_schema(request=MutedTermInput, responses={201: MutedTermShape})
    def post(self, request: Request) -> Response:
        """Members: mute a word or tag; the same again changes for how long."""
        limits.count_muted_term(request.user)
        term = actions.mute_term(actor=request.user, **self.valid(MutedTermInput))
        return self.created(self.told(term))


class MyMutedTerm(TermsView):
    """Members: one of their words or tags."""

    scopes: ClassVar = {"GET": "follows", "DELETE": "follows"}

    @extend_schema(responses=MutedTermShape)
    def get(self, request: Request, pk: int) -> Response:
        """Members: one of one's own words or tags."""
        return self.one(self.told(self.own(pk)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Members: no longer mute a word or tag."""
        term = self.own(pk)
        self.require_version(self.told(term))
        actions.unmute_term(term.pk, actor=request.user)
        return self.nothing()
