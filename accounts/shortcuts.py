"""Doors that open to members only, and proofs that must be fresh."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.exceptions import EmailUnconfirmed
from accounts.models import Job, User
from config.errors import error_response, resend_page
from config.exceptions import DomainError, PermissionRefused
from config.redirects import is_safe_path

SAFE_METHODS = frozenset({"GET", "HEAD"})


def member_required(view: Callable) -> Callable:
    """Let only signed-in people in; others sign in first and come back (AC-15, AC-16)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return sign_in_first(request)

    return guarded


def keeps_what_was_sent(view: Callable) -> Callable:
    """Members only; a form that arrives after the session ended comes back with its text (BL-11).

    Everybody else is asked to sign in, as with ``member_required``.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST" and request.POST and not is_in_place(request):
            return resend_page(request, 401, code="not_signed_in", sign_in=reverse("account_login"))
        return sign_in_first(request)

    return guarded


def fresh_proof_required(view: Callable) -> Callable:
    """Members only, and only shortly after a password, code or passkey (AC-25)."""
    return member_required(reauthentication_required(view, app="allauth.account"))


def background(view: Callable) -> Callable:
    """Mark a view that scripts call by themselves: it does not move "last active" (AC-38)."""

    @wraps(view)
    def marked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        request.is_background = True
        return view(request, *args, **kwargs)

    return marked


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Answer 302 to sign-in with the reason, or 401 in place to scripts."""
    reason = _("Sign in first, then you come back here.")
    if is_in_place(request):
        if wants_json(request):
            return error_response(request, 401, code="not_signed_in", detail=reason)
        context = {"next": form_page(request)}
        return render(request, "accounts/_sign_in_again.html", context, status=401)
    held = messages.get_messages(request)
    texts = [str(message) for message in held]
    held.used = False  # looking is not showing
    if reason not in texts:
        messages.info(request, reason)
    query = urlencode({"next": form_page(request)})
    return HttpResponseRedirect(f"{reverse('account_login')}?{query}")


def form_page(request: HttpRequest, default: str = "") -> str:
    """Return the page to come back to: this one, or after a POST the one that held the form.

    ``default``, or the front page, where that is not known or not of this site.
    """
    default = default or reverse("home")
    if request.method in SAFE_METHODS and not is_in_place(request):
        path = request.get_full_path()
        return path if is_safe_path(path) else default
    try:
        referer = urlsplit(request.META.get("HTTP_REFERER", ""))
    except ValueError:  # no address at all: "http://["
        return default
    path = f"{referer.path}?{referer.query}" if referer.query else referer.path
    is_ours = not referer.netloc or referer.netloc == request.get_host()
    return path if is_ours and is_safe_path(path) else default


def is_in_place(request: HttpRequest) -> bool:
    """Return whether a script asks, which wants a part of a page or data and no other page."""
    return bool(
        request.META.get("HTTP_HX_REQUEST")
        or request.META.get("HTTP_X_REQUESTED_WITH")
        or request.META.get("HTTP_SEC_FETCH_DEST") == "empty"
        or wants_json(request)
    )


def wants_json(request: HttpRequest) -> bool:
    """Return whether JSON was asked for by name, and HTML was not."""
    accepted = request.META.get("HTTP_ACCEPT", "")
    return "json" in accepted and "text/html" not in accepted


def refuse(request: HttpRequest, form: Form, error: DomainError) -> int:
    """Put ``error`` into ``form``, so that what was typed stays; return the status of the answer.

    403 for who may not, 422 for what may not. Unconfirmed people get the button that sends the
    mail again along with it (AC-06).
    """
    form.add_error(
        error.field if error.field in form.fields else None,
        ValidationError(error.message, code=error.code),
    )
    request.needs_confirmation = isinstance(error, EmailUnconfirmed)
    return HTTPStatus.FORBIDDEN if isinstance(error, PermissionRefused) else 422


def get_job_of(user: User, pk: int) -> Job:
    """Return one's own job; 404 for another's, as if there were none (AC-48)."""
    return get_object_or_404(Job.objects.by_owner(user).select_related("owner"), pk=pk)


def has_used_factor(request: HttpRequest) -> bool:
    """Whether a second factor or a passkey was given in this session."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)
