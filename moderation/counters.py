"""What moderation stores as numbers, and how each is counted anew (OP-30)."""

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from config.care import recounting
from moderation import actions
from moderation.models import Case
from social.models import Report


def register() -> None:
    """Have the open reports of cases counted anew."""
    recounting.register("moderation.case.report_count", rows=_cases_with_reports, repair=_repair)


def _cases_with_reports() -> QuerySet:
    reports = Report.objects.filter(
        target_kind=OuterRef("target_kind"), target_id=OuterRef("target_id"), state="open"
    ).order_by()
    number = reports.values("target_id").annotate(n=Count("pk")).values("n")
    return Case.objects.annotate(counted=Coalesce(Subquery(number, output_field=IntegerField()), 0))


def _repair(pk: int) -> None:
    case = Case.objects.filter(pk=pk).first()
    if case is not None:
        actions.refresh_case((case.target_kind, case.target_id))
