"""Settings: password, address, sessions, second factors, accounts elsewhere."""

from allauth.account import views as account
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.socialaccount import views as social
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions, limits, selectors
from accounts.exceptions import EmailTaken
from accounts.forms.entrance import AddressForm
from accounts.policies import is_email_confirmed
from accounts.shortcuts import fresh_proof_required, member_required

UNPROCESSABLE = 422


class PasswordChangeView(account.PasswordChangeView):
    """Members with a password: another one; the current one is the proof (AC-31)."""

    success_url = reverse_lazy("accounts:settings_password")


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof_required
def email(request: HttpRequest) -> HttpResponse:
    """Members: the address, and the wish for another one (AC-32)."""
    intent = request.POST.get("intent", "change")
    if request.method == "POST" and intent == "send":
        return _send_again(request)
    if request.method == "POST" and intent == "drop":
        if actions.drop_address_change(request.user):
            messages.success(request, _("Your address stays as it is."))
        return redirect("accounts:settings_email")
    form = AddressForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        limits.count_address_change(request.user)
        try:
            address = actions.request_address_change(request.user, form.cleaned_data["email"])
        except EmailTaken as error:
            form.add_error("email", error.message)
        else:
            return _ask_to_confirm(request, address)
    return render(
        request,
        "accounts/settings_email.html",
        {
            "form": form,
            "is_confirmed": is_email_confirmed(request.user),
            "wanted_address": selectors.wanted_address(request.user),
        },
        status=UNPROCESSABLE if form.is_bound else 200,
    )


def _ask_to_confirm(request: HttpRequest, address) -> HttpResponse:
    send_verification_email_to_address(request, address)
    messages.success(
        request,
        _("We sent a link to %(address)s. Your address changes when you follow it.")
        % {"address": address.email},
    )
    return redirect("accounts:settings_email")


def _send_again(request: HttpRequest) -> HttpResponse:
    address = selectors.wanted_address(request.user)
    if address is None:
        raise Http404
    if send_verification_email_to_address(request, address):
        messages.success(request, _("The mail is on its way."))
    else:
        messages.warning(
            request, _("We sent you a mail a moment ago. You can ask again in 3 minutes.")
        )
    return redirect("accounts:settings_email")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Members: where they are signed in; end one, or all others (AC-20)."""
    if request.method == "POST":
        return _end_sessions(request)
    found = selectors.open_sessions(request.user, request.session.session_key or "")
    return render(request, "accounts/settings_sessions.html", {"sessions": found})


def _end_sessions(request: HttpRequest) -> HttpResponse:
    key = request.session.session_key or ""
    number = request.POST.get("session", "")
    if number.isascii() and number.isdigit():
        if not actions.end_session(request.user, int(number[:18])):
            raise Http404
        messages.success(request, _("That device is signed out."))
    else:
        ended = actions.end_sessions(request.user, except_session=key)
        messages.success(
            request,
            ngettext(
                "%(count)s other device is signed out.",
                "%(count)s other devices are signed out.",
                ended,
            )
            % {"count": ended},
        )
    return redirect("accounts:settings_sessions")


@require_safe
@member_required
def security(request: HttpRequest) -> HttpResponse:
    """Members: the second factors (AC-22)."""
    held = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    codes = next((row for row in held if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return render(
        request,
        "accounts/settings_security.html",
        {
            "totp": next((row for row in held if row.type == Authenticator.Type.TOTP), None),
            "passkeys": [row for row in held if row.type == Authenticator.Type.WEBAUTHN],
            "has_factor": any(row.type != Authenticator.Type.RECOVERY_CODES for row in held),
            "codes": codes,
            "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
            "codes_total": mfa_settings.RECOVERY_CODE_COUNT,
        },
    )


@require_safe
@fresh_proof_required
def recovery_codes_page(request: HttpRequest) -> HttpResponse:
    """Members with a factor: the recovery codes that are left; looking changes nothing."""
    return render(request, "mfa/recovery_codes/index.html", {"unused_codes": _codes_left(request)})


@require_safe
@fresh_proof_required
def recovery_codes_file(request: HttpRequest) -> HttpResponse:
    """Members with a factor: the same codes as a text file."""
    content = "\n".join(_codes_left(request)) + "\n"
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


def _codes_left(request: HttpRequest) -> list[str]:
    held = Authenticator.objects.filter(
        user=request.user, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    if held is None:
        raise Http404
    return held.wrap().get_unused_codes()


class GenerateRecoveryCodesView(recovery_codes.GenerateRecoveryCodesView):
    """Members with a factor: ten new codes; the old ones stop working."""


class ConnectionsView(social.ConnectionsView):
    """Members: accounts elsewhere that open this one (AC-24)."""

    success_url = reverse_lazy("accounts:settings_connections")
