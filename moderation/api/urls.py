"""Addresses of moderation for programs; included under ``/api/v1/``."""

from django.urls import path

from config import converters  # noqa: F401 registers the converters
from moderation.api.views import appeals, decisions, queue

urlpatterns = [
    path("moderation/reports/", queue.Reports.as_view(), name="moderation_reports"),
    path("moderation/holds/", queue.Holds.as_view(), name="moderation_holds"),
    path("moderation/cases/", queue.Cases.as_view(), name="moderation_cases"),
    path("moderation/log/", queue.Log.as_view(), name="moderation_log"),
    path("moderation/appeals/", appeals.Appeals.as_view(), name="moderation_appeals"),
    path("moderation/appeals/<key:pk>/", appeals.AppealDetail.as_view(), name="moderation_appeal"),
    path(
        "moderation/appeals/<key:pk>/answer/",
        appeals.AnswerAppeal.as_view(),
        name="moderation_answer_appeal",
    ),
    path("moderation/decisions/", decisions.Decisions.as_view(), name="moderation_decisions"),
    path(
        "moderation/decisions/<key:pk>/",
        decisions.DecisionDetail.as_view(),
        name="moderation_decision",
    ),
    path(
        "moderation/decisions/<key:pk>/undo/",
        decisions.UndoDecision.as_view(),
        name="moderation_undo",
    ),
]
