"""Pages that need an account: sent to sign-in and back, never a sign-in page in a fragment."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.errors import FRAGMENT_HEADER, error_response, prefers_json
from config.redirects import is_safe_path


def place_to_return_to(request: HttpRequest) -> str:
    """Return where to go after sign-in: this page, or after a POST the page with the form."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referer = urlsplit(request.META.get("HTTP_REFERER", ""))
    path = f"{referer.path}?{referer.query}" if referer.query else referer.path
    return path if referer.netloc == request.get_host() and is_safe_path(path) else "/"


def wants_fragment(request: HttpRequest) -> bool:
    """Return whether a script asks for a part of a page or for data."""
    is_script = request.META.get("HTTP_SEC_FETCH_DEST") == "empty"
    is_json = "json" in request.META.get("HTTP_ACCEPT", "") and prefers_json(request)
    return bool(request.META.get(FRAGMENT_HEADER)) or is_script or is_json


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Answer 302 to sign-in with the reason, or 401 to a script (AC-15, AC-16)."""
    if wants_fragment(request):
        return error_response(
            request, 401, code="not_signed_in", detail=_("Sign in again to go on.")
        )
    messages.info(request, _("Sign in to see this page."))
    query = urlencode({"next": place_to_return_to(request)})
    return HttpResponseRedirect(f"{reverse('account_login')}?{query}")


def member_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only signed-in people into ``view``."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        return view(request, *args, **kwargs)

    return guarded
