"""Reads that belong to the site as a whole."""

from django.core.cache import cache
from django.db import DatabaseError

from config.models import DEFAULT_TITLE, SiteSettings

SETTINGS_CACHE_KEY = "config:site-settings"
SETTINGS_CACHE_SECONDS = 30


def site_settings() -> SiteSettings:
    """Return the site's settings, from the cache for half a minute; defaults if never saved.

    Never fails: the error pages need a title even without a database.
    """
    held = cache.get(SETTINGS_CACHE_KEY)
    if held is None:
        try:
            held = SiteSettings.objects.filter(pk=1).first() or _unsaved()
        except DatabaseError:
            return _unsaved()
        cache.set(SETTINGS_CACHE_KEY, held, SETTINGS_CACHE_SECONDS)
    return held


def _unsaved() -> SiteSettings:
    return SiteSettings(pk=1, title_ko=DEFAULT_TITLE)
