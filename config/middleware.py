"""What happens to every request: true address, language, time zone, theme, headers, errors."""

import zoneinfo
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django_structlog.middlewares import RequestMiddleware

from config import errors
from config.exceptions import DomainError
from config.outages import is_database_away
from config.scrubbing import SECRET_IN_PATH
from config.sizes import readable_size

logger = structlog.get_logger(__name__)
THEMES = ("system", "light", "dark")
PUBLIC_PAGE_SECONDS = 30
LIFE_PROBE = "/healthz"
PROBE_PATHS = frozenset({LIFE_PROBE, "/readyz", "/metrics"})
SAFE_METHODS = frozenset({"GET", "HEAD"})


class RequestLogMiddleware(RequestMiddleware):
    """Log each request; but what stands behind a question mark is nobody's business.

    It is what somebody searched (SE-23), or a code of a sign-in elsewhere. Nor is a link of a mail
    that opens by being known.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in PROBE_PATHS:
            return super().__call__(request)
        self.prepare(request)
        response = self.get_response(request)
        if response.status_code == HTTPStatus.OK:
            # Every few seconds the same, that all is well: nobody would find the rest.
            structlog.contextvars.clear_contextvars()
        else:
            self.handle_response(request, response)
        return response

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        if found := SECRET_IN_PATH.match(request.path_info):
            return f"{request.method} {found[0]}…"
        if request.META.get("QUERY_STRING"):
            return f"{request.method} {request.path}?…"
        return RequestMiddleware.format_request(request)

    def _process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if not is_database_away(exception):
            super()._process_exception(request, exception)
            return
        request._raised_exception = exception  # this line is that of the request
        logger.error(
            "database_away",
            code=int(HTTPStatus.SERVICE_UNAVAILABLE),
            request=self.format_request(request),
            error=f"{type(exception).__name__}: {exception}",
        )


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


class ProbeHostMiddleware:
    """Let probes ask by any name: a balancer knows this process by its number alone.

    Only where no answer holds a link; any other page at a name that is not ours stays a 400. Who
    asks whether the process lives is nobody: who it is would have to be asked of the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == LIFE_PROBE:
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        if request.path_info in PROBE_PATHS:
            try:
                request.get_host()
            except DisallowedHost:
                names = [urlsplit(settings.SITE_URL).netloc, *settings.ALLOWED_HOSTS]
                request.META["HTTP_HOST"] = next(filter(self._is_ours, names), names[0])
        return self.get_response(request)

    @staticmethod
    def _is_ours(name: str) -> bool:
        return not name.startswith(".") and validate_host(
            split_domain_port(name)[0], settings.ALLOWED_HOSTS
        )


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
        # What machines read looks the same to all, and must be there without the database.
        asks_who = has_session and request.path_info not in PROBE_PATHS
        user = request.user if asks_who and request.user.is_authenticated else None
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


class BigFileMiddleware:
    """Say so where a file that was made for this request is too large to be sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        size = response.headers.get("Content-Length", "")
        limit = settings.FUNCTION_MAX_BYTES
        if not (isinstance(response, FileResponse) and size.isdigit() and int(size) > limit):
            return response
        response.close()
        return errors.error_response(
            request,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            code="too_large",
            detail=_("This is larger than %(size)s.") % {"size": readable_size(limit)},
        )
