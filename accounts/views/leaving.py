"""Leaving the site, and thinking better of it."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions, limits
from accounts.actions.leaving import LEAVING_DAYS
from accounts.forms.archives import LeaveForm
from accounts.shortcuts import fresh_proof_required, refuse
from accounts.stay_tokens import person_of_token
from config.exceptions import DomainError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof_required
def leave(request: HttpRequest) -> HttpResponse:
    """Members, after a fresh proof: what leaving means, and the typed handle that does it (AC-62)."""
    if request.method != "POST":
        return _page(request, LeaveForm())
    limits.count_leaving(request.user)
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        person = actions.ask_to_leave(request.user, handle=form.cleaned_data["handle"])
    except DomainError as error:
        request.user.refresh_from_db()
        return _page(request, form, status=refuse(request, form, error))
    logout(request)
    return render(request, "accounts/left.html", {"person": person, "days": LEAVING_DAYS})


def _page(request: HttpRequest, form: LeaveForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "days": LEAVING_DAYS}
    return render(request, "accounts/settings_leave.html", context, status=status)


@never_cache
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Whoever signed in rightly to an account on its way out: takes leaving back (AC-62)."""
    try:
        person = person_of_token(request.POST.get("token", ""))
    except signing.BadSignature:
        messages.error(request, _("This took too long. Sign in again."))
        return redirect("account_login")
    if person is not None:
        try:
            actions.stay(person)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("account_login")
        messages.success(request, _("Good to have you back. Your account stays; sign in again."))
    else:
        messages.info(request, _("This was taken back already. Sign in again."))
    return redirect("account_login")
