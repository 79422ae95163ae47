"""Reads that belong to the site as a whole."""

import threading

from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import Error

from config.models import DEFAULT_TITLE, SiteSettings

SETTINGS_CACHE_KEY = "config:site-settings"
SETTINGS_CACHE_SECONDS = 30


_request = threading.local()
"""What this thread's request has read already; outside requests nothing is remembered."""


def _begin(**_told: object) -> None:
    _request.settings = None


def _end(**_told: object) -> None:
    _request.__dict__.pop("settings", None)


request_started.connect(_begin, dispatch_uid="site settings are read once")
request_finished.connect(_end, dispatch_uid="site settings are read once")


def site_settings() -> SiteSettings:
    """Return the site's settings, from the cache for half a minute; defaults if never saved.

    Never fails: the error pages need a title even without a database. One request sees one state.
    """
    held = getattr(_request, "settings", None)
    if held is None:
        held = _read()
        if hasattr(_request, "settings"):
            _request.settings = held
    return held


def forget_site_settings() -> None:
    """Read them anew next time, here and in every process."""
    cache.delete(SETTINGS_CACHE_KEY)
    if hasattr(_request, "settings"):
        _request.settings = None


def _read() -> SiteSettings:
    held = cache.get(SETTINGS_CACHE_KEY)
    if held is None:
        try:
            held = SiteSettings.objects.filter(pk=1).first() or _unsaved()
        except Error:
            return _unsaved()
        cache.set(SETTINGS_CACHE_KEY, held, SETTINGS_CACHE_SECONDS)
    return held


def _unsaved() -> SiteSettings:
    return SiteSettings(pk=1, title_ko=DEFAULT_TITLE)
