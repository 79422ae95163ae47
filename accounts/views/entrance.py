"""Sign-in, sign-up, passwords, confirmation: allauth's views with our manners."""

from collections.abc import Callable
from functools import wraps

from allauth.account import views as account
from allauth.account.internal.flows.email_verification import (
    send_verification_email_for_user,
)
from allauth.account.mixins import RedirectAuthenticatedUserMixin
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.exceptions import EmailTaken, HandleTaken, SourceBlocked
from accounts.policies import is_email_confirmed
from accounts.shortcuts import sign_in_first
from config.errors import error_response
from config.redirects import safe_next
from config.views import same_origin_only

MINUTE, HOUR = 60, 3600  # seconds
LONGEST_WAIT = {"account_signup": MINUTE, "account_reset_password": HOUR}
"""How long the window of a limited page is at most; other windows are a minute."""

PENDING_PROVIDER = "socialaccount_sociallogin"
"""Where allauth keeps what a provider said until the form is sent."""


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer 429 where allauth counted too many (handler429 of config.urls)."""
    match = request.resolver_match
    wait = LONGEST_WAIT.get(match.url_name if match else "", MINUTE)
    return error_response(request, 429, code="throttled", retry_after=wait)


class Entrance:
    """Leave ``site`` to config.context: allauth would put the host's name there."""

    def get_context_data(self, **kwargs) -> dict[str, object]:
        context = super().get_context_data(**kwargs)
        context.pop("site", None)
        return context


class OnceOnly:
    """Of two who choose the same name at the same instant the second is told (AC-04)."""

    def form_valid(self, form) -> HttpResponse:
        pending = self.request.session.get(PENDING_PROVIDER)
        try:
            return super().form_valid(form)
        except (HandleTaken, EmailTaken) as error:
            if pending:
                self.request.session[PENDING_PROVIDER] = pending
            form.add_error("email" if isinstance(error, EmailTaken) else "username", error.message)
            return self.form_invalid(form)
        except SourceBlocked as error:
            if pending:
                self.request.session[PENDING_PROVIDER] = pending
            form.add_error(error.field, error.message)
            return self.form_invalid(form)


class LoginView(Entrance, account.LoginView):
    """Anyone: sign in by handle or address (AC-11 to AC-14)."""


class SignupView(Entrance, OnceOnly, account.SignupView):
    """Anyone: a new account."""


class ProviderSignupView(Entrance, OnceOnly, social.SignupView):
    """Anyone whom a provider has just named: choose a handle, give an address."""


class PasswordResetView(Entrance, RedirectAuthenticatedUserMixin, account.PasswordResetView):
    """Anyone: ask for a link; the answer is the same for every address (AC-26)."""

    def get_authenticated_redirect_url(self) -> str:
        return safe_next(self.request)


class PasswordResetDoneView(Entrance, account.PasswordResetDoneView):
    """Anyone: the answer to every wish for a link."""


class PasswordResetFromKeyView(Entrance, account.PasswordResetFromKeyView):
    """Whoever followed the link: a new password, then sign-in (AC-27 to AC-30)."""

    success_url = reverse_lazy("account_login")


class ConfirmEmailView(Entrance, account.ConfirmEmailView):
    """Anyone with the link, in any browser: GET shows a button, POST confirms (AC-07)."""

    def logout_other_user(self, confirmation) -> None:
        """Leave whoever is signed in here alone: the link speaks for itself."""


class AuthenticateView(Entrance, mfa.AuthenticateView):
    """Whoever gave the right password: the second factor."""


class LoginWebAuthnView(Entrance, webauthn.LoginWebAuthnView):
    """Anyone with a passkey: sign in without a password."""


class ProviderCancelledView(Entrance, social.LoginCancelledView):
    """Whoever turned back at the provider."""


class ProviderErrorView(Entrance, social.LoginErrorView):
    """Whoever the provider did not let through."""


def over_a_page_of_ours(view: Callable) -> Callable:
    """Turn the redirect to a provider into a page that goes on by itself.

    ``form-action 'self'`` of our policy holds along redirects, too: browsers would stop there.
    """

    @wraps(view)
    def leading(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        target = response.get("Location", "")
        if response.status_code == 302 and target.startswith("https://"):
            return render(request, "socialaccount/login_redirect.html", {"redirect_to": target})
        return response

    return leading


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: HttpRequest) -> HttpResponse:
    """Unconfirmed people: where the link went; POST sends it again, once in 3 minutes.

    Error pages, which know no session, carry this button too: hence the same-origin check of
    ``_send_again`` instead of a token.
    """
    if request.method == "POST":
        return _send_again(request)
    if not request.user.is_authenticated:
        return sign_in_first(request)
    if is_email_confirmed(request.user):
        messages.info(request, _("Your address is confirmed."))
        return redirect("home")
    return render(request, "account/verification_sent.html", {"email": request.user.email})


@same_origin_only
def _send_again(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return sign_in_first(request)
    if not is_email_confirmed(request.user):
        if send_verification_email_for_user(request, request.user):
            messages.success(request, _("The mail is on its way."))
        else:
            messages.warning(
                request, _("We sent you a mail a moment ago. You can ask again in 3 minutes.")
            )
    return redirect("account_email_verification_sent")
