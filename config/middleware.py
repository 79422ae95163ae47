"""What happens to every request: true address, language, time zone, theme, headers, errors."""

import re
import zoneinfo
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django_structlog.middlewares import RequestMiddleware

from config import errors
from config.exceptions import DomainError
from config.sizes import readable_size

THEMES = ("system", "light", "dark")
PUBLIC_PAGE_SECONDS = 30
SAFE_METHODS = frozenset({"GET", "HEAD"})


SECRET_IN_PATH = re.compile(
    r"/(?:auth/password/reset/key|auth/confirm-email|preview|unsubscribe|moderation/appeal|takedown)"
    r"/(?=[^/])"
)
"""Addresses whose rest opens something by itself: whoever reads the log must not come in by it."""


class RequestLogMiddleware(RequestMiddleware):
    """Log each request with who made it; but what somebody searched is nobody's business (SE-23).

    Nor is a link of a mail that opens by being known.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        if found := SECRET_IN_PATH.match(request.path_info):
            return f"{request.method} {found[0]}…"
        if "q=" in request.META.get("QUERY_STRING", ""):
            return f"{request.method} {request.path}?…"
        return RequestMiddleware.format_request(request)


class ClientAddressMiddleware:
    """Put the reader's address in REMOTE_ADDR, trusting TRUSTED_PROXIES hops and no more."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hops = settings.TRUSTED_PROXIES
        if hops:
            forwarded = [
                part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            ]
            if len(forwarded) >= hops and (address := self._address(forwarded[-hops])):
                request.META["REMOTE_ADDR"] = address
        return self.get_response(request)

    @staticmethod
    def _address(text: str) -> str:
        """Return the address in ``text``, which some proxies give a port; "" if there is none."""
        for spelling in (text, text.rpartition(":")[0], text.partition("]")[0].removeprefix("[")):
            try:
                return str(ip_address(spelling))
            except ValueError:
                continue
        return ""


class ResponseHeadersMiddleware:
    """Name the request, say which browser features are off, and say who may keep the answer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        if request_id:
            response.headers.setdefault("X-Request-ID", request_id)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = self._cache_control(request, response)
        return response

    @staticmethod
    def _cache_control(request: HttpRequest, response: HttpResponse) -> str:
        is_public = (
            request.method in SAFE_METHODS
            and response.status_code == 200
            and not response.cookies
            and settings.SESSION_COOKIE_NAME not in request.COOKIES
            and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
            and "CSRF_COOKIE" not in request.META
            and getattr(request, "is_public_page", False)
        )
        return f"public, max-age={PUBLIC_PAGE_SECONDS}" if is_public else "private, no-store"


class PreferencesMiddleware:
    """Choose language, time zone and theme: account, then cookie, then browser, then site."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        user = request.user if has_session and request.user.is_authenticated else None
        language = choose_language(request, user)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        timezone.activate(choose_time_zone(request, user))
        request.theme = choose_theme(request, user)
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        response.headers.setdefault("Content-Language", language)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ("Cookie", "Accept-Language"))
        return response


def choose_language(request: HttpRequest, user) -> str:
    """Return one of LANGUAGES; region codes fall to their base (es-MX → es)."""
    if settings.FORCE_LANGUAGE:
        return settings.FORCE_LANGUAGE
    wishes = [user.language if user else "", request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    accepted = parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
    wishes += [code for code, _weight in accepted]
    for wish in wishes:
        if not wish or wish == "*":
            continue
        try:
            return get_supported_language_variant(wish)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def choose_time_zone(request: HttpRequest, user) -> zoneinfo.ZoneInfo:
    """Return the account's zone, else the cookie's, else the site's."""
    for name in (
        user.time_zone if user else "",
        request.COOKIES.get(settings.TIME_ZONE_COOKIE_NAME, ""),
    ):
        if name:
            try:
                return zoneinfo.ZoneInfo(name)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def choose_theme(request: HttpRequest, user) -> str:
    """Return ``system``, ``light`` or ``dark``."""
    theme = user.theme if user else request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return theme if theme in THEMES else "system"


class BodySizeMiddleware:
    """Answer 413 to more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes, wherever files are not taken.

    Checking the token of a form reads all of it, files to the disk: it stands before that.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        of_class = getattr(view, "view_class", None)
        if getattr(view, "judges_its_body", False) or getattr(of_class, "judges_its_body", False):
            return None
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) <= limit:
            return None
        detail = _("This is larger than %(size)s.") % {"size": readable_size(limit)}
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return errors.error_response(request, status, code="too_large", detail=detail)


class ErrorPageMiddleware(MiddlewareMixin):
    """Give every error of ours its page, or problem+json where JSON was asked for."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        # No address of ours has a NUL, and PostgreSQL takes none as a value.
        return errors.page_not_found(request) if "\x00" in request.path_info else None

    def process_exception(self, request: HttpRequest, exception: Exception):
        if isinstance(exception, DomainError):
            return errors.error_response(
                request,
                exception.status,
                code=exception.code,
                detail=exception.message,
                retry_after=getattr(exception, "retry_after", None),
            )
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code == 405 and not response.content:
            page = errors.error_response(request, 405, code="method_not_allowed")
            page.headers["Allow"] = response.headers.get("Allow", "")
            return page
        return response
