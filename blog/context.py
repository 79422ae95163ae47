"""What every page shows of the site's own news."""

from django.core.cache import cache
from django.http import HttpRequest

from blog.actions.pages import ANNOUNCEMENTS_CACHE_KEY
from blog.models import Announcement

CACHE_SECONDS = 30
SHOWN_AT_ONCE = 2


def announcements(request: HttpRequest) -> dict[str, object]:
    """Give templates the active announcements, from the cache for half a minute."""
    held = cache.get(ANNOUNCEMENTS_CACHE_KEY)
    if held is None:
        held = list(Announcement.objects.filter(is_active=True)[:SHOWN_AT_ONCE])
        cache.set(ANNOUNCEMENTS_CACHE_KEY, held, CACHE_SECONDS)
    return {"announcements": held}
