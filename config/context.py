"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from config.selectors import site_settings

PLACES = frozenset(
    {
        "home",
        "explore",
        "blog:write",
        "blog:edit",
        "search:search",
        "social:messages",
        "social:notifications",
        "account_login",
        "account_signup",
    }
)
"""Where the ways of header and bottom bar lead: they say when one is there."""


def site(request: HttpRequest) -> dict[str, object]:
    """Give templates the site's settings, the theme and what is switched on."""
    return {
        "site": site_settings(),
        "site_url": settings.SITE_URL,
        "theme": getattr(request, "theme", "system"),
        "mail_enabled": settings.MAIL_ENABLED,
        "has_search": True,
        "nav_place": nav_place(request),
    }


def nav_place(request: HttpRequest) -> str:
    """Return which place of the navigation this page is; empty for any other."""
    match = request.resolver_match
    return match.view_name if match and match.view_name in PLACES else ""
