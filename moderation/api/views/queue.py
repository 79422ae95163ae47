"""What waits, what is held, and what was done, for programs of the staff."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from moderation import selectors
from moderation.actions.cases import HOLD_DUE, REPORT_DUE
from moderation.api.shapes import (
    CASE_REASONS,
    CaseShape,
    DecisionShape,
    LogEntryShape,
    ModerationReportShape,
    case_shape,
    decision_shape,
    log_shape,
    report_shape,
)
from moderation.api.views.base import CATEGORY, LATE, TARGET, ModerationView
from moderation.policies import require_may_read_log
from social.models import Report

STATE = OpenApiParameter("state", str, enum=Report.State.values)
BY = OpenApiParameter("by", str, enum=["rule", "staff"], description="Who held it.")
OPEN = OpenApiParameter("state", str, enum=["open", "closed"])
REASON = OpenApiParameter("reason", str, enum=list(CASE_REASONS.values()))
LOG_FILTERS = [
    OpenApiParameter("act", str, description="What was done, as the rows call it."),
    OpenApiParameter("actor", int, description="The key of who did it."),
    OpenApiParameter("target", str, description="A kind, or a kind and a key: post:7."),
    OpenApiParameter("since", str, description="A time; this and later."),
    OpenApiParameter("until", str, description="A time; before this."),
]


class Reports(ModerationView):
    """Moderators: what members reported."""

    scopes: ClassVar = {"GET": "moderation"}
    shape = ModerationReportShape

    @extend_schema(
        parameters=[STATE, CATEGORY, TARGET, LATE], responses=ModerationReportShape(many=True)
    )
    def get(self, request: Request) -> Response:
        """Staff who moderate: what members reported, latest first."""
        rows = self.about_target(Report.objects.select_related("reporter", "owner"))
        if state := self.choice("state", Report.State.values):
            rows = rows.filter(state=state)
        if category := self.choice("category", Report.Category.values):
            rows = rows.filter(category=category)
        is_late = self.truth("late")
        if is_late is not None:
            over = timezone.now() - REPORT_DUE
            late = rows.filter(state=Report.State.OPEN, created_at__lt=over)
            rows = late if is_late else rows.exclude(pk__in=late.order_by().values("pk"))

        def shapes(found: list[Any]) -> list[dict[str, Any]]:
            return [report_shape(one, one.created_at + REPORT_DUE, self.addresses) for one in found]

        return self.page(rows, shapes, field="created_at")


class Holds(ModerationView):
    """Moderators: what is held now."""

    scopes: ClassVar = {"GET": "moderation"}
    shape = DecisionShape

    @extend_schema(parameters=[BY, CATEGORY, TARGET, LATE], responses=DecisionShape(many=True))
    def get(self, request: Request) -> Response:
        """Staff who moderate: the holds that stand now, latest first."""
        rows = self.about_target(selectors.standing_holds())
        by = self.choice("by", ("rule", "staff"))
        if by:
            rows = rows.filter(rule_version__isnull=by != "rule")
        if category := self.choice("category", Report.Category.values):
            rows = rows.filter(category=category)
        is_late = self.truth("late")
        if is_late is not None:
            over = timezone.now() - HOLD_DUE
            late = {"case__has_hold": True, "rule_version__isnull": False, "created_at__lt": over}
            rows = rows.filter(**late) if is_late else rows.exclude(**late)

        def shapes(found: list[Any]) -> list[dict[str, Any]]:
            return [decision_shape(one, self.addresses) for one in found]

        return self.page(rows, shapes, field="created_at")


class Cases(ModerationView):
    """Moderators: the queue of the desk."""

    scopes: ClassVar = {"GET": "moderation"}
    shape = CaseShape

    @extend_schema(parameters=[OPEN, REASON, TARGET, LATE], responses=CaseShape(many=True))
    def get(self, request: Request) -> Response:
        """Staff who moderate: the things about which something waits or waited, newest first."""
        rows = self.about_target(selectors.cases_with_people())
        state = self.choice("state", ("open", "closed"))
        if state:
            rows = rows.filter(is_open=state == "open")
        columns = {name: column for column, name in CASE_REASONS.items()}
        if reason := self.choice("reason", columns.keys()):
            rows = rows.filter(**{columns[reason]: True})
        is_late = self.truth("late")
        if is_late is not None:
            late = {"is_open": True, "due_at__lt": timezone.now()}
            rows = rows.filter(**late) if is_late else rows.exclude(**late)

        def shapes(found: list[Any]) -> list[dict[str, Any]]:
            return [case_shape(one, self.addresses) for one in found]

        return self.page(rows, shapes, field="pk", kind=int)


class Log(ModerationView):
    """Staff with the right to the log: what was done."""

    scopes: ClassVar = {"GET": "moderation"}
    shape = LogEntryShape

    @extend_schema(parameters=LOG_FILTERS, responses=LogEntryShape(many=True))
    def get(self, request: Request) -> Response:
        """Staff who may read the log: the log of moderation, latest first."""
        require_may_read_log(request.user)
        rows = selectors.log_entries(
            act=request.query_params.get("act", "").replace("\0", ""),
            actor_id=self.key("actor"),
            target=request.query_params.get("target", "").replace("\0", ""),
            since=self.moment("since"),
            until=self.moment("until"),
        )
        return self.page(
            rows, lambda found: [log_shape(one) for one in found], field="number", kind=int
        )
