"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from config.selectors import site_settings


def site(request: HttpRequest) -> dict[str, object]:
    """Give templates the site's settings, the theme and what is switched on."""
    return {
        "site": site_settings(),
        "site_url": settings.SITE_URL,
        "theme": getattr(request, "theme", "system"),
        "mail_enabled": settings.MAIL_ENABLED,
        "has_search": True,
    }
