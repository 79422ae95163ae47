"""What a member told the moderators."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from config import clock
from config.api import Addresses, Shape
from social.models import Report


class ReportTargetShape(Shape):
    """What was reported."""

    kind = serializers.CharField(help_text="post, comment, message or person.")
    id = serializers.IntegerField()


class ReportShape(Shape):
    """A report of one's own."""

    id = serializers.IntegerField()
    target = ReportTargetShape()
    category = serializers.ChoiceField(choices=Report.Category.choices)
    note = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=Report.State.choices)
    created_at = serializers.DateTimeField()
    url = serializers.URLField()
    html_url = serializers.URLField(help_text="The page that asks what is wrong.")


def report_shape(report: Report, addresses: Addresses) -> dict[str, Any]:
    """Return ``report``."""
    page = reverse("social:report", args=[report.target_kind, report.target_id])
    return {
        "id": report.pk,
        "target": {"kind": report.target_kind, "id": report.target_id},
        "category": report.category,
        "note": report.note,
        "state": report.state,
        "created_at": clock.iso(report.created_at),
        "url": addresses.api(f"reports/{report.pk}/"),
        "html_url": addresses.page(page),
    }
