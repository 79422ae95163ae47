"""stub"""
from django.http import HttpResponse
from django.urls import path

from config import converters  # noqa: F401

app_name = "accounts"


def stub(request, **kwargs):
    return HttpResponse("stub")


urlpatterns = [
    path("@<handle:handle>/", stub, name="profile"),
    path("avatars/<int:pk>/<str:version>/<int:size>/", stub, name="avatar"),
    path("settings/profile/", stub, name="settings_profile"),
]
