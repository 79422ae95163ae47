"""stub"""
from django.http import HttpResponse
from django.urls import path

from config import converters  # noqa: F401

app_name = "accounts"


def stub(request, **kwargs):
    return HttpResponse("stub")


urlpatterns = [
    path("@<handle:handle>/", stub, name="profile"),
    path("@<handle:handle>/notes/", stub, name="profile_notes"),
    path("@<handle:handle>/series/", stub, name="profile_series"),
    path("@<handle:handle>/about/", stub, name="profile_about"),
    path("@<handle:handle>/popup/", stub, name="popup"),
    path("avatars/<int:pk>/<str:version>/<int:size>/", stub, name="avatar"),
    path("settings/profile/", stub, name="settings_profile"),
    path("settings/password/", stub, name="settings_password"),
    path("settings/email/", stub, name="settings_email"),
    path("settings/sessions/", stub, name="settings_sessions"),
    path("settings/security/", stub, name="settings_security"),
    path("settings/preferences/", stub, name="settings_preferences"),
]
