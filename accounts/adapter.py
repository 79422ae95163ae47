"""How allauth works in this house: our rules, our actions, our mails."""

import time
from http import HTTPStatus
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import actions
from accounts.actions.people import (
    email_taken,
    is_email_free,
    refuse_look_alike,
    refuse_taken_handle,
)
from accounts.backends import find_by_name
from accounts.browsers import coarse_network, describe_browser
from accounts.exceptions import HandleRefused, SourceBlocked
from accounts.free_handles import looks_like_another
from accounts.gates import require_mail_welcome
from accounts.handles import clean_handle, is_reserved
from accounts.models import FormerHandle, User
from accounts.querysets import email_identity
from accounts.stay_tokens import stay_token
from config import limits
from config.exceptions import TooManyRequests
from config.redirects import is_safe_path
from config.selectors import site_settings
from config.text import identity_key
from moderation.appeal_tokens import path_to_decision_about

SIGNUPS_AN_HOUR = 10
HOUR = 3600  # seconds
FAILED_SIGN_IN_SECONDS = 300
PROOFS = frozenset({"password", "mfa"})
"""Ways of signing in after which nobody is asked again at once (AC-25)."""

WRONG_NAME_OR_PASSWORD = gettext_lazy(
    "The handle or address, or the password, is not right. Check both and try again."
)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": WRONG_NAME_OR_PASSWORD,
        "username_password_mismatch": WRONG_NAME_OR_PASSWORD,
        "invalid_login": WRONG_NAME_OR_PASSWORD,
        "enter_current_password": gettext_lazy("This is not your current password."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "incorrect_code": gettext_lazy("This code is not right, or it was used already."),
        "rate_limited": gettext_lazy("Too many tries. Wait a moment and try again."),
    }

    # Coming in ---------------------------------------------------------------------------------

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say that sign-up is closed, with the status that means it (AC-08)."""
        if site_settings().is_signup_open:
            return True
        raise ImmediateHttpResponse(
            render(request, "account/signup_closed.html", status=HTTPStatus.FORBIDDEN)
        )

    def clean_username(self, username: str, shallow: bool = False) -> str:
        try:
            handle = clean_handle(username)
        except HandleRefused as error:
            raise ValidationError(error.message, code=error.code) from error
        if is_reserved(handle):
            raise ValidationError(
                _("This handle is reserved for the site."), code="handle_reserved"
            )
        if not shallow and is_handle_taken(handle):
            raise ValidationError(refuse_taken_handle().message, code="handle_taken")
        if not shallow and looks_like_another(handle):
            raise ValidationError(refuse_look_alike().message, code="handle_taken")
        return handle

    def clean_email(self, email: str) -> str:
        return email_identity(email)

    def save_user(self, request: HttpRequest, user, form, commit: bool = True) -> User:
        """Store who signed up. Raises HandleTaken, EmailTaken, TooManyRequests."""
        return sign_up_from(request, form)

    def get_login_stages(self) -> list[str]:
        return [
            "allauth.account.stages.EmailVerificationStage",
            "allauth.mfa.stages.AuthenticateStage",
            "accounts.login_stages.OpenAccountStage",
        ]

    def pre_login(self, request: HttpRequest, user: User, **kwargs) -> HttpResponse | None:
        """Lift a suspension that is over before asking whether there is one.

        Whoever is leaving is answered after the second factor: by OpenAccountStage.
        """
        actions.lift_expired_states(user)
        if user.state == User.State.LEAVING:
            return None
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Tell the owner, who has given the right password, why and until when (AC-46).

        Whoever is leaving, and has given the second factor too, gets the button that takes it back
        (AC-62).
        """
        now = timezone.now()
        is_leaving = user.state == User.State.LEAVING and (user.erase_at or now) > now
        return render(
            request,
            "account/account_inactive.html",
            {
                "person": user,
                "stay_token": stay_token(user) if is_leaving else "",
                "decision_path": path_to_decision_about(user),
            },
            status=HTTPStatus.FORBIDDEN,
        )

    # How often ------------------------------------------------------------------------------------

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        name = credentials.get("email") or credentials.get("username") or ""
        user = find_by_name(name)
        return f"person:{user.pk}" if user else f"name:{identity_key(name.strip())}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse guessing with 429, alike for known and unknown names (AC-21)."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            raise TooManyRequests(retry_after=FAILED_SIGN_IN_SECONDS) from error

    def get_client_ip(self, request: HttpRequest) -> str:
        try:
            return super().get_client_ip(request)
        except PermissionDenied:
            # Behind a unix socket without trusted proxies nobody has an address.
            return "127.0.0.1"

    # Passwords and proofs ---------------------------------------------------------------------

    def set_password(self, user: User, password: str) -> None:
        request = context.request
        is_own = request.user.is_authenticated and request.user.pk == user.pk
        keep = (request.session.session_key or "") if is_own else ""
        actions.set_password(user, password, except_session=keep)

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Ask again unless the last proof, at sign-in or since, is young enough (AC-25)."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        request = context.request
        records = get_authentication_records(request, request.user)
        last = max((held["at"] for held in records if held["method"] in PROOFS), default=0)
        return time.time() - last >= app_settings.REAUTHENTICATION_TIMEOUT

    def get_reauthentication_methods(self, user) -> list[dict]:
        words = {
            "reauthenticate": _("With my password"),
            "mfa_reauthenticate": _("With a code"),
            "mfa_reauthenticate:webauthn": _("With a passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [method | {"description": words[method["id"]]} for method in methods]

    # Where to ---------------------------------------------------------------------------------

    def is_safe_url(self, url: str | None) -> bool:
        return is_safe_path(url or "")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:settings_password")

    def get_email_verification_redirect_url(self, email_address) -> str:
        is_here = self.request.user.is_authenticated
        return reverse("home") if is_here else reverse("account_login")

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only the passkey script speaks JSON; a sign-in page never lands inside JSON (AC-16)."""
        match = request.resolver_match
        return bool(match and match.url_name == "mfa_login_webauthn") and super().is_ajax(request)

    # Mails --------------------------------------------------------------------------------------

    def confirm_email(self, request: HttpRequest, email_address) -> bool:
        if actions.confirm_address(email_address):
            messages.success(
                request,
                _("%(address)s is confirmed.") % {"address": email_address.email},
            )
            return True
        messages.error(
            request,
            _("%(address)s belongs to another account.") % {"address": email_address.email},
        )
        return False

    def should_send_confirmation_mail(self, request, email_address, signup: bool) -> bool:
        return settings.MAIL_ENABLED

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation, signup: bool):
        address = emailconfirmation.email_address
        actions.queue_mail("confirm_address", address_id=address.pk)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict | None = None, email=None
    ) -> None:
        """Tell the owner what changed; the event is the last part of allauth's template name."""
        provider = (context or {}).get("provider")
        actions.queue_mail(
            "security_notice",
            user=user,
            to=email or "",
            event=template_prefix.rpartition("/")[2],
            provider=provider.name if provider else "",
            browser=describe_browser(self.get_http_user_agent(self.request)),
            network=coarse_network(self.get_client_ip(self.request)),
        )

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        raise NotImplementedError(f"{template_prefix} has no mail of ours.")


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Accounts at providers open ours, and never merge by themselves (AC-24)."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin) -> bool:
        return AccountAdapter(request).is_open_for_signup(request)

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin) -> bool:
        return False  # a handle is chosen by its person

    def can_authenticate_by_email(self, login, email: str) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin) -> None:
        is_connecting = sociallogin.state.get("process") == "connect"
        if is_connecting and not sociallogin.is_existing and not verified_addresses(sociallogin):
            messages.error(
                request,
                _("%(provider)s has not verified an address of yours, so it cannot be linked.")
                % {"provider": sociallogin.provider.name},
            )
            raise ImmediateHttpResponse(redirect("accounts:settings_connections"))

    def save_user(self, request: HttpRequest, sociallogin, form=None) -> User:
        vouched = email_identity(form.cleaned_data["email"]) in verified_addresses(sociallogin)
        user = sign_up_from(request, form, is_email_confirmed=vouched)
        actions.link_provider_account(sociallogin, user)
        return user


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def _get_site_name(self) -> str:
        return site_settings().title

    def _get_user_identifier(self, user: User) -> str:
        return user.handle

    def get_totp_issuer(self) -> str:
        return site_settings().title


def verified_addresses(sociallogin) -> set[str]:
    """Return the addresses that the provider has verified."""
    return {email_identity(held.email) for held in sociallogin.email_addresses if held.verified}


def is_handle_taken(handle: str, user: User | None = None) -> bool:
    """Return whether somebody but ``user`` has or had ``handle``."""
    holders = User.objects.by_handle(handle)
    formers = FormerHandle.objects.filter(handle_key=identity_key(handle))
    if user is not None:
        holders, formers = holders.exclude(pk=user.pk), formers.exclude(user=user)
    return holders.exists() or formers.exists()


def require_free_email(email: str, user: User | None = None) -> str:
    """Return ``email`` as it is stored. Raises ValidationError if another has it."""
    email = email_identity(email)
    if not is_email_free(email, user):
        raise ValidationError(email_taken().message, code="email_taken")
    try:
        require_mail_welcome(email)
    except SourceBlocked as error:
        raise ValidationError(error.message, code=error.code) from error
    return email


def sign_up_from(request: HttpRequest, form, *, is_email_confirmed: bool = False) -> User:
    """Store who filled in a sign-up form. Raises HandleTaken, EmailTaken, TooManyRequests."""
    network = coarse_network(AccountAdapter(request).get_client_ip(request))
    limits.consume("sign-up", network, limit=SIGNUPS_AN_HOUR, seconds=HOUR)
    return actions.sign_up(
        handle=form.cleaned_data["username"],
        email=form.cleaned_data["email"],
        password=form.cleaned_data.get("password1"),
        language=get_language() or "",
        is_email_confirmed=is_email_confirmed,
    )
