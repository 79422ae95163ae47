"""What an account's state means for a request, and when its owner was last seen."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import actions
from accounts.selectors import why_not_active

QUIET_PREFIXES = ("/api/", "/notifications/poll/", "/avatars/", "/media/", "/static/", "/feed.")
PREFETCHES = ("prefetch", "prerender", "preview")


class AccountStateMiddleware:
    """End the session of an account that was suspended meanwhile, and say why."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_session and request.user.is_authenticated and not request.user.is_active:
            reason = why_not_active(request.user)
            logout(request)
            messages.error(request, reason)
            return redirect("account_login")
        return self.get_response(request)


class LastSeenMiddleware:
    """Gather when somebody was last active: page views and acts in a browser alone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and self._is_page_view(request):
            user = getattr(request, "user", None)
            if user is not None and user.is_authenticated and response.status_code < 400:
                actions.see(user)
        return response

    @staticmethod
    def _is_page_view(request: HttpRequest) -> bool:
        path = request.path_info
        purpose = request.META.get("HTTP_SEC_PURPOSE", "") + request.META.get("HTTP_PURPOSE", "")
        return not (
            path.startswith(QUIET_PREFIXES)
            or path.endswith(("/popup/", ".atom", ".rss", ".json"))
            or request.META.get("HTTP_HX_REQUEST")
            or request.META.get("HTTP_SEC_FETCH_DEST") == "empty"
            or any(word in purpose for word in PREFETCHES)
        )
