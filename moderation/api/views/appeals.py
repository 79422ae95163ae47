"""Appeals, read and answered by programs of the staff."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from moderation import actions, selectors
from moderation.api.inputs import AppealAnswerInput
from moderation.api.shapes import AppealShape, appeal_shape
from moderation.api.views.base import CATEGORY, LATE, TARGET, ModerationView
from moderation.models import Appeal
from social.models import Report

STATE = OpenApiParameter("state", str, enum=Appeal.State.values)


class AppealView(ModerationView):
    """Moderators: appeals."""

    shape = AppealShape

    def appeal(self, pk: int) -> Appeal:
        """Return an appeal. Raises Http404."""
        appeal = selectors.appeals_with_people().filter(pk=pk).first()
        if appeal is None:
            raise Http404
        return appeal

    def told(self, appeal: Appeal) -> dict[str, Any]:
        """Return ``appeal`` as it is answered."""
        return appeal_shape(appeal, timezone.now(), self.addresses)


class Appeals(AppealView):
    """Moderators: what authors answer to decisions."""

    scopes: ClassVar = {"GET": "moderation"}

    @extend_schema(parameters=[STATE, CATEGORY, TARGET, LATE], responses=AppealShape(many=True))
    def get(self, request: Request) -> Response:
        """Staff who moderate: appeals, latest first."""
        rows = self.about_target(selectors.appeals_with_people(), prefix="decision__")
        if state := self.choice("state", Appeal.State.values):
            rows = rows.filter(state=state)
        if category := self.choice("category", Report.Category.values):
            rows = rows.filter(decision__category=category)
        is_late = self.truth("late")
        if is_late is not None:
            late = {"state": Appeal.State.OPEN, "due_at__lt": timezone.now()}
            rows = rows.filter(**late) if is_late else rows.exclude(**late)
        return self.page(rows, lambda found: [self.told(one) for one in found], field="created_at")


class AppealDetail(AppealView):
    """Moderators: one appeal."""

    scopes: ClassVar = {"GET": "moderation"}

    @extend_schema(responses=AppealShape)
    def get(self, request: Request, pk: int) -> Response:
        """Staff who moderate: one appeal."""
        return self.one(self.told(self.appeal(pk)))


class AnswerAppeal(AppealView):
    """Moderators: answer an appeal."""

    scopes: ClassVar = {"POST": "moderation"}

    @extend_schema(request=AppealAnswerInput, responses=AppealShape)
    def post(self, request: Request, pk: int) -> Response:
        """Staff who moderate: grant an appeal, which undoes the decision, or refuse it with words."""
        appeal = self.appeal(pk)
        actions.answer_appeal(appeal, actor=request.user, **self.valid(AppealAnswerInput))
        return self.one(self.told(self.appeal(pk)))
