"""Addresses of accounts for programs; included under ``/api/v1/``."""

from django.urls import URLPattern, URLResolver, path

from accounts.api.views import account, imports, jobs, people, tokens
from config import converters  # noqa: F401 registers the converters

STEPS = {
    "bring": imports.BringImport,
    "resume": imports.ResumeImport,
    "undo": imports.UndoImport,
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("tokens/", tokens.Tokens.as_view(), name="tokens"),
    path("tokens/current/", tokens.CurrentToken.as_view(), name="current_token"),
    path("tokens/<key:pk>/", tokens.Token.as_view(), name="token"),
    path("users/", people.People.as_view(), name="people"),
    path("users/<person:who>/", people.Person.as_view(), name="person"),
    path("me/", people.Me.as_view(), name="me"),
    path("me/preferences/", account.Preferences.as_view(), name="preferences"),
    path("me/password/", account.Password.as_view(), name="password"),
    path("me/avatar/", account.Avatar.as_view(), name="avatar"),
    path("me/sessions/", account.Sessions.as_view(), name="sessions"),
    path("me/sessions/<key:pk>/", account.Session.as_view(), name="session"),
    path("me/confirmation/", account.Confirmation.as_view(), name="confirmation"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<key:pk>/", jobs.OneJob.as_view(), name="job"),
    path("jobs/<key:pk>/cancel/", jobs.CancelJob.as_view(), name="cancel_job"),
    path("jobs/<key:pk>/retry/", jobs.RetryJob.as_view(), name="retry_job"),
    path("jobs/<key:pk>/download/", jobs.DownloadJob.as_view(), name="download_job"),
    path("exports/", jobs.Exports.as_view(), name="exports"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/<slug:kind>/<key:pk>/", imports.OneImport.as_view(), name="import"),
    *(
        path(f"imports/<slug:kind>/<key:pk>/{step}/", view.as_view(), name=f"{step}_import")
        for step, view in STEPS.items()
    ),
]
