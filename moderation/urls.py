"""Addresses of what was decided."""

from django.urls import path

from moderation.views import own

app_name = "moderation"

urlpatterns = [
    path("moderation/decisions/<int:pk>/", own.decision, name="decision"),
    path("moderation/reports/", own.reports, name="reports"),
]
