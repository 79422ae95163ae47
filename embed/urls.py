"""Addresses of what is embedded elsewhere, and of its settings."""

from django.urls import path

from config import converters as shared  # noqa: F401 registers the converters
from embed import converters  # noqa: F401 registers the converters
from embed.views import comment_files, pages, script, settings, windows

app_name = "embed"

SETTINGS = "settings/embed/<site_key:site>/"

urlpatterns = [
    path("embed.js", script.script, name="script"),
    path("embed/sign-in/", windows.sign_in, name="sign_in"),
    path("embed/threads/<key:pk>/", pages.thread, name="thread"),
    path("embed/<site_key:site>/threads/<path:key>/", pages.page, name="page"),
    path("settings/embed/", settings.sites, name="settings_embed"),
    path(SETTINGS, settings.site, name="settings_site"),
    path(f"{SETTINGS}delete/", settings.delete, name="delete_site"),
    path(f"{SETTINGS}comments/", comment_files.comment_files, name="comment_files"),
    path(
        f"{SETTINGS}comments/<key:pk>/download/",
        comment_files.download,
        name="download_comments",
    ),
    path(f"{SETTINGS}threads/", settings.threads, name="settings_threads"),
    path(f"{SETTINGS}threads/<key:pk>/", settings.thread, name="settings_thread"),
    path(f"{SETTINGS}threads/<key:pk>/drop/", settings.drop_key, name="drop_key"),
]
