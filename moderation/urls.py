"""Addresses of what was decided, for whom it concerns."""

from django.urls import path

from config import converters  # noqa: F401 registers the converters
from moderation.views import decisions, own, takedowns, transparency

app_name = "moderation"

urlpatterns = [
    path("moderation/decisions/<key:pk>/", decisions.decision, name="decision"),
    path("moderation/decisions/<key:pk>/file/", decisions.takedown_file, name="takedown_file"),
    path("moderation/appeal/<str:token>/", decisions.appeal, name="appeal"),
    path("moderation/reports/", own.reports, name="reports"),
    path("settings/standing/", own.standing, name="settings_standing"),
    path("takedown/", takedowns.takedown, name="takedown"),
    path("takedown/<slug:receipt>/", takedowns.receipt, name="takedown_receipt"),
    path("takedown/<slug:receipt>/withdraw/", takedowns.withdraw, name="withdraw_takedown"),
    path("takedown/<slug:receipt>/file/", takedowns.receipt_file, name="receipt_file"),
    path("transparency/", transparency.transparency, name="transparency"),
]
