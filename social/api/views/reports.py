"""Telling the moderators by program (AP-51)."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import ApiView
from social import actions, limits, selectors
from social.api.inputs import ReportInput
from social.api.shapes.reports import ReportShape, report_shape
from social.shortcuts import get_reportable


class Reports(ApiView):
    """Members: what they reported."""

    scopes: ClassVar = {"GET": "read", "POST": "read"}
    shape = ReportShape
    also_fails: ClassVar = (404,)

    @extend_schema(responses=ReportShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: what one reported, latest first."""

        def shapes(rows: list[Any]) -> list[dict[str, Any]]:
            return [report_shape(one, self.addresses) for one in rows]

        return self.page(selectors.reports_of(request.user), shapes, field="created_at")

    @extend_schema(request=ReportInput, responses={200: ReportShape, 201: ReportShape})
    def post(self, request: Request) -> Response:
        """Members: report what they see and is not theirs; 200 if it changed an open report."""
        data = self.valid(ReportInput)
        target = get_reportable(data["target"]["kind"], data["target"]["id"], request.user)
        limits.count_report(request.user)
        report, is_new = actions.report_target(
            target, actor=request.user, category=data["category"], note=data["note"]
        )
        told = report_shape(report, self.addresses)
        return self.created(told) if is_new else self.one(told)


class ReportDetail(ApiView):
    """Members: one of their reports."""

    scopes: ClassVar = {"GET": "read"}
    shape = ReportShape

    @extend_schema(responses=ReportShape)
    def get(self, request: Request, pk: int) -> Response:
        """Members: one of one's own reports."""
        report = selectors.reports_of(request.user).filter(pk=pk).first()
        if report is None:
            raise Http404
        return self.one(report_shape(report, self.addresses))
