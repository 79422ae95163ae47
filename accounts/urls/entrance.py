"""Addresses of sign-in and sign-up, under the names by which allauth knows them (AC-01)."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from allauth.urls import build_provider_urlpatterns
from django.urls import include, path, re_path

from accounts.shortcuts import member_required
from accounts.urls import allauth_patterns
from accounts.views import entrance


def over_a_page_of_ours(patterns: list) -> list:
    """Let the ways to providers lead over a page of ours; return ``patterns``."""
    for provider in patterns:
        for pattern in provider.url_patterns:
            if pattern.name.endswith("_login"):
                pattern.callback = entrance.over_a_page_of_ours(pattern.callback)
    return patterns


entrance_patterns = [
    path("login/", entrance.LoginView.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", entrance.SignupView.as_view(), name="account_signup"),
    path("confirm-email/", entrance.confirmation, name="account_email_verification_sent"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        entrance.ConfirmEmailView.as_view(),
        name="account_confirm_email",
    ),
    path("password/reset/", entrance.PasswordResetView.as_view(), name="account_reset_password"),
    path(
        "password/reset/done/",
        entrance.PasswordResetDoneView.as_view(),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        entrance.PasswordResetFromKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
    path("reauthenticate/", member_required(account.reauthenticate), name="account_reauthenticate"),
    path("code/", entrance.AuthenticateView.as_view(), name="mfa_authenticate"),
    path("code/again/", member_required(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("passkey/", entrance.LoginWebAuthnView.as_view(), name="mfa_login_webauthn"),
    path(
        "passkey/again/",
        member_required(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "provider/cancelled/",
        entrance.ProviderCancelledView.as_view(),
        name="socialaccount_login_cancelled",
    ),
    path("provider/error/", entrance.ProviderErrorView.as_view(), name="socialaccount_login_error"),
    path("provider/signup/", entrance.ProviderSignupView.as_view(), name="socialaccount_signup"),
    *over_a_page_of_ours(build_provider_urlpatterns()),
]

urlpatterns = [path("auth/", include(entrance_patterns)), *allauth_patterns]
