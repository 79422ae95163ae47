"""Addresses of people and of their settings."""

from allauth.account import views as account
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from accounts.shortcuts import fresh_proof_required, member_required
from accounts.views import (
    archive_import,
    export,
    jobs,
    leaving,
    preferences,
    profile,
    security,
    tokens,
)
from config import converters  # noqa: F401 registers the converters

app_name = "accounts"

PASSWORD = member_required(security.PasswordChangeView.as_view())
CONNECTIONS = member_required(security.ConnectionsView.as_view())

urlpatterns = [
    path("@<handle:handle>/", profile.articles, name="profile"),
    path("@<handle:handle>/notes/", profile.notes, name="profile_notes"),
    path("@<handle:handle>/series/", profile.series, name="profile_series"),
    path("@<handle:handle>/about/", profile.about, name="profile_about"),
    path("@<handle:handle>/popup/", profile.popup, name="popup"),
    path("avatars/<str:version>/<int:size>.webp", profile.avatar, name="avatar"),
    path("settings/", preferences.index, name="settings"),
    path("settings/profile/", preferences.profile, name="settings_profile"),
    path("settings/preferences/", preferences.preferences, name="settings_preferences"),
    path("settings/account/", preferences.account, name="settings_account"),
    path("settings/email/", security.email, name="settings_email"),
    path("settings/password/", PASSWORD, name="settings_password"),
    path("settings/sessions/", security.sessions, name="settings_sessions"),
    path("settings/security/", security.security, name="settings_security"),
    path("settings/tokens/", tokens.tokens, name="settings_tokens"),
    path("settings/connections/", CONNECTIONS, name="settings_connections"),
    path("settings/export/", export.export, name="settings_export"),
    path("settings/export/<int:pk>/download/", export.download, name="download_export"),
    path("settings/archive/", archive_import.archives, name="settings_archive"),
    path("settings/archive/<int:pk>/", archive_import.archive_run, name="archive_run"),
    path("settings/archive/<int:pk>/bring/", archive_import.archive_bring, name="archive_bring"),
    path("settings/archive/<int:pk>/resume/", archive_import.archive_resume, name="archive_resume"),
    path("settings/archive/<int:pk>/undo/", archive_import.archive_undo, name="archive_undo"),
    path(
        "settings/archive/<int:pk>/discard/", archive_import.archive_discard, name="archive_discard"
    ),
    path("settings/leave/", leaving.leave, name="settings_leave"),
    path("auth/stay/", leaving.stay, name="stay"),
    path("settings/jobs/", jobs.jobs, name="settings_jobs"),
    path("settings/jobs/news/", jobs.news, name="job_news"),
    path("settings/jobs/<int:pk>/cancel/", jobs.cancel, name="cancel_job"),
    path("settings/jobs/<int:pk>/retry/", jobs.retry, name="retry_job"),
]

allauth_patterns = [
    path("settings/email/", security.email, name="account_email"),
    path("settings/password/", PASSWORD, name="account_change_password"),
    path(
        "settings/password/set/",
        fresh_proof_required(account.password_set),
        name="account_set_password",
    ),
    path("settings/sessions/", security.sessions, name="usersessions_list"),
    path("settings/connections/", CONNECTIONS, name="socialaccount_connections"),
    path("settings/security/", security.security, name="mfa_index"),
    path("settings/security/app/", member_required(totp.activate_totp), name="mfa_activate_totp"),
    path(
        "settings/security/app/remove/",
        member_required(totp.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path(
        "settings/security/codes/",
        security.recovery_codes_page,
        name="mfa_view_recovery_codes",
    ),
    path(
        "settings/security/codes/new/",
        member_required(security.GenerateRecoveryCodesView.as_view()),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "settings/security/codes/file/",
        security.recovery_codes_file,
        name="mfa_download_recovery_codes",
    ),
    path("settings/security/passkeys/", security.security, name="mfa_list_webauthn"),
    path(
        "settings/security/passkeys/add/",
        member_required(webauthn.add_webauthn),
        name="mfa_add_webauthn",
    ),
    path(
        "settings/security/passkeys/<int:pk>/edit/",
        member_required(webauthn.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path(
        "settings/security/passkeys/<int:pk>/remove/",
        member_required(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
]
"""The names by which allauth finds the same pages; included without a namespace."""
