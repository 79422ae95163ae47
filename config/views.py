"""The site's own small addresses: preferences of visitors, manifest, favicon."""

import zoneinfo
from urllib.parse import urlsplit

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts import actions as account_actions
from config.actions import card_file
from config.errors import csrf_failure
from config.middleware import THEMES
from config.redirects import safe_next
from config.selectors import site_settings
from config.stored_files import open_stored


def same_origin_only(view):
    """Refuse a POST that another site's page sent.

    For forms on cached public pages, which carry no token (UX-06). Browsers send ``Origin`` or
    ``Sec-Fetch-Site`` with every POST; what sends neither is no browser and has no cookies to
    abuse, but is refused all the same.
    """

    @csrf_exempt
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        origin = request.META.get("HTTP_ORIGIN") or request.META.get("HTTP_REFERER", "")
        try:
            is_ours = urlsplit(origin).netloc == request.get_host()
        except ValueError:  # no address at all: "http://["
            is_ours = False
        if not is_ours:
            return csrf_failure(request, "cross-origin")
        return view(request, *args, **kwargs)

    return guarded


def _remember(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(
        name,
        value,
        max_age=settings.PREFERENCE_COOKIE_AGE,
        # Only the script that finds the zone out looks at its cookie.
        httponly=name != settings.TIME_ZONE_COOKIE_NAME,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        path=settings.SESSION_COOKIE_PATH,
    )
    return response


@require_POST
@same_origin_only
def set_language(request: HttpRequest) -> HttpResponse:
    """Anyone: read the site in another language from now on (account or cookie)."""
    response = HttpResponseRedirect(safe_next(request))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            account_actions.change_preferences(request.user, language=language)
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@require_POST
@same_origin_only
def set_theme(request: HttpRequest) -> HttpResponse:
    """Anyone: light, dark or as the system says (account or cookie)."""
    response = HttpResponseRedirect(safe_next(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        if request.user.is_authenticated:
            account_actions.change_preferences(request.user, theme=theme)
        _remember(response, settings.THEME_COOKIE_NAME, theme)
    return response


@require_POST
@same_origin_only
def set_time_zone(request: HttpRequest) -> HttpResponse:
    """Anyone: the browser's time zone, for visitors and for accounts that chose none."""
    request.is_background = True  # the browser tells by itself; nobody was here for that
    name = request.POST.get("time_zone", "")
    response = HttpResponse(status=204)
    if name in zoneinfo.available_timezones():
        _remember(response, settings.TIME_ZONE_COOKIE_NAME, name)
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """Anyone: the web app manifest."""
    site = site_settings()

    def icon(name: str, size: int, purpose: str) -> dict[str, str]:
        return {
            "src": static(f"madang/icons/{name}"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }

    return JsonResponse(
        {
            "name": site.title,
            "short_name": site.title,
            "description": site.tagline or _("A home for writing together"),
            "lang": request.LANGUAGE_CODE,
            "start_url": request.build_absolute_uri(reverse("home")),
            "display": "standalone",
            "background_color": "#fbfaf7",
            "theme_color": "#0b6e5f",
            "icons": [
                icon("icon-192.png", 192, "any"),
                icon("icon-512.png", 512, "any"),
                icon("maskable-512.png", 512, "maskable"),
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Anyone: the place where old browsers look for the icon."""
    return HttpResponseRedirect(static("madang/icons/favicon.ico"))


@require_safe
@cache_control(public=True, max_age=86400, immutable=True)
def card_image(request: HttpRequest, key: str) -> HttpResponse:
    """Anyone: the picture beside links to the site; the bytes behind an address never change."""
    if key != site_settings().card_image:
        raise Http404
    try:
        return FileResponse(open_stored(card_file(key)), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
