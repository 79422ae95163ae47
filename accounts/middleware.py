"""What happens to every request of somebody signed in."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import actions
from accounts.policies import lacks_factor, must_have_factor
from accounts.shortcuts import has_used_factor, is_in_place

SAFE_METHODS = frozenset({"GET", "HEAD"})
OPEN_WITHOUT_FACTOR = ("/settings/security/", "/auth/", "/language/", "/theme/", "/time-zone/")
ADMINISTRATION = "/admin/"


def has_session(request: HttpRequest) -> bool:
    """Return whether asking who this is can cost a query at all; most readers have no session."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


class AccountStateMiddleware:
    """Lead staff who must have a second factor to where they set it up, or give it (AC-22).

    What is administered needs it in this very session: a session from before, or one that a
    provider vouched for, asks once. Suspended people need nothing here: accounts.backends no longer
    knows their sessions.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        # What the operator sets holds everywhere, what the site's settings say where staff work.
        if not settings.STAFF_REQUIRE_MFA and not path.startswith(ADMINISTRATION):
            return self.get_response(request)
        if path.startswith((*OPEN_WITHOUT_FACTOR, "/avatars/")):
            return self.get_response(request)
        if not has_session(request) or not must_have_factor(request.user):
            return self.get_response(request)
        if lacks_factor(request.user):
            messages.warning(
                request, _("People who run this site sign in with a second step. Set yours up.")
            )
            return redirect("accounts:settings_security")
        if path.startswith(ADMINISTRATION) and not has_used_factor(request):
            back = (
                request.get_full_path()
                if request.method in SAFE_METHODS
                else reverse("admin:index")
            )
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")
        return self.get_response(request)


class LastSeenMiddleware:
    """Note that a person is here when a page was opened or something was done in a browser.

    Polls, popups, previews, feeds and prefetching do not count (AC-38). Rows change later, in
    accounts.actions.flush_last_seen.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_visit(request, response) and has_session(request) and request.session.session_key:
            is_remembered = not request.session.get_expire_at_browser_close()
            counted = actions.note_visit(
                request.user, request.session.session_key, is_remembered=is_remembered
            )
            if counted and is_remembered:
                self._renew_cookie(request, response)
        return response

    @staticmethod
    def _renew_cookie(request: HttpRequest, response: HttpResponse) -> None:
        """Let the browser, too, count the days from the last use (AC-17)."""
        response.set_cookie(
            settings.SESSION_COOKIE_NAME,
            request.session.session_key,
            max_age=settings.SESSION_COOKIE_AGE,
            domain=settings.SESSION_COOKIE_DOMAIN,
            path=settings.SESSION_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=settings.SESSION_COOKIE_HTTPONLY,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )


def is_visit(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether a person looked at a page or did something."""
    if response.status_code >= 400 or getattr(request, "is_background", False):
        return False
    if "prefetch" in request.META.get("HTTP_SEC_PURPOSE", ""):
        return False
    if request.method in SAFE_METHODS:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return is_page and not is_in_place(request)
    return request.method == "POST"
