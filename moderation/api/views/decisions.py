"""Deciding and undoing by programs of the staff."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from moderation import actions, selectors
from moderation.api.inputs import DecisionInput, UndoInput
from moderation.api.shapes import DecisionShape, decision_shape
from moderation.api.views.base import CATEGORY, TARGET, ModerationView
from moderation.models import Decision
from social.models import Report

KIND = OpenApiParameter("kind", str, enum=Decision.Kind.values)
ACTOR = OpenApiParameter("actor", int, description="The key of who decided.")
UNDONE = OpenApiParameter("undone", bool, description="Only what was undone, or was not.")


class DecisionView(ModerationView):
    """Moderators: decisions."""

    shape = DecisionShape

    def decision(self, pk: int) -> Decision:
        """Return a decision. Raises Http404."""
        decision = selectors.decisions_with_people().filter(pk=pk).first()
        if decision is None:
            raise Http404
        return decision

    def told(self, pk: int) -> dict[str, Any]:
        """Return a decision as it is answered. Raises Http404."""
        return decision_shape(self.decision(pk), self.addresses)


class Decisions(DecisionView):
    """Moderators: decide."""

    scopes: ClassVar = {"GET": "moderation", "POST": "moderation"}
    also_fails: ClassVar = (409,)

    @extend_schema(
        parameters=[KIND, ACTOR, CATEGORY, TARGET, UNDONE], responses=DecisionShape(many=True)
    )
    def get(self, request: Request) -> Response:
        """Staff who moderate: what was decided, latest first."""
        rows = self.about_target(selectors.decisions_with_people())
        if kind := self.choice("kind", Decision.Kind.values):
            rows = rows.filter(kind=kind)
        if category := self.choice("category", Report.Category.values):
            rows = rows.filter(category=category)
        actor = self.key("actor")
        if actor is not None:
            rows = rows.filter(actor_id=actor)
        is_undone = self.truth("undone")
        if is_undone is not None:
            rows = rows.filter(undone_at__isnull=not is_undone)

        def shapes(found: list[Any]) -> list[dict[str, Any]]:
            return [decision_shape(one, self.addresses) for one in found]

        return self.page(rows, shapes, field="created_at")

    @extend_schema(request=DecisionInput, responses={201: DecisionShape})
    def post(self, request: Request) -> Response:
        """Staff who moderate: decide about one thing, with a reason that its author reads."""
        data = self.valid(DecisionInput)
        target = data.pop("target")
        decision = actions.decide(
            data.pop("kind"), target=(target["kind"], target["id"]), actor=request.user, **data
        )
        return self.created(self.told(decision.pk))


class DecisionDetail(DecisionView):
    """Moderators: one decision."""

    scopes: ClassVar = {"GET": "moderation"}

    @extend_schema(responses=DecisionShape)
    def get(self, request: Request, pk: int) -> Response:
        """Staff who moderate: one decision."""
        return self.one(self.told(pk))


class UndoDecision(DecisionView):
    """Moderators: undo one decision."""

    scopes: ClassVar = {"POST": "moderation"}
    also_fails: ClassVar = (409,)

    @extend_schema(request=UndoInput, responses=DecisionShape)
    def post(self, request: Request, pk: int) -> Response:
        """Staff who moderate: undo a decision; everything is as if it had not been made."""
        decision = self.decision(pk)
        reason = self.valid(UndoInput)["reason"]
        actions.undo_decision(decision, actor=request.user, reason=reason)
        return self.one(self.told(pk))
