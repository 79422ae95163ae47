"""Settings: profile, preferences, account."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions, limits, selectors
from accounts.actions.profile import next_rename_at
from accounts.forms.preferences import PreferencesForm, ProfileForm
from accounts.policies import is_email_confirmed
from accounts.shortcuts import member_required
from config.exceptions import DomainError
from config.images import ImageRefused

UNPROCESSABLE = 422


@require_safe
@member_required
def index(request: HttpRequest) -> HttpResponse:
    """Members: the first page of the settings."""
    return redirect("accounts:settings_profile")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def profile(request: HttpRequest) -> HttpResponse:
    """Members: handle, name, bio, links, picture (AC-39, AC-40)."""
    if request.method != "POST":
        return _profile_page(request, ProfileForm(user=request.user))
    form = ProfileForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return _profile_page(request, form, status=UNPROCESSABLE)
    try:
        _store_profile(request, form.cleaned_data)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        # The header shows who somebody is, not who they tried to be.
        request.user.refresh_from_db()
        return _profile_page(request, form, status=UNPROCESSABLE)
    messages.success(request, _("Your profile is saved."))
    return redirect("accounts:settings_profile")


def _store_profile(request: HttpRequest, data: dict) -> None:
    """Store all of the form or nothing of it. Raises DomainError."""
    user, picture = request.user, None
    if data["avatar"]:
        limits.count_picture(user)
        try:
            picture = actions.make_avatar(data["avatar"].read(settings.AVATAR_MAX_BYTES + 1))
        except ImageRefused as error:
            error.field = "avatar"
            raise
    with transaction.atomic():
        actions.rename_handle(user, data["handle"])
        actions.change_profile(
            user, display_name=data["display_name"], bio=data["bio"], links=data["links"]
        )
        if picture:
            actions.store_avatar(user, picture)
        elif data.get("removes_avatar"):
            actions.remove_avatar(user)
        if "uses_gravatar" in data:
            actions.choose_gravatar(user, wanted=data["uses_gravatar"])


def _profile_page(request: HttpRequest, form: ProfileForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "next_rename_at": next_rename_at(request.user)}
    return render(request, "accounts/settings_profile.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Members: language, time zone, theme, defaults (AC-45)."""
    if request.method != "POST":
        return _preferences_page(request, PreferencesForm(user=request.user))
    form = PreferencesForm(request.POST, user=request.user)
    if not form.is_valid():
        return _preferences_page(request, form, status=UNPROCESSABLE)
    actions.change_preferences(request.user, **form.cleaned_data)
    response = redirect("accounts:settings_preferences")
    messages.success(request, _("Your preferences are saved."))
    return response


def _preferences_page(
    request: HttpRequest, form: PreferencesForm, status: int = 200
) -> HttpResponse:
    return render(request, "accounts/settings_preferences.html", {"form": form}, status=status)


@require_safe
@member_required
def account(request: HttpRequest) -> HttpResponse:
    """Members: what opens the account, on one page."""
    return render(
        request,
        "accounts/settings_account.html",
        {
            "is_confirmed": is_email_confirmed(request.user),
            "wanted_address": selectors.wanted_address(request.user),
            "has_providers": selectors.has_providers(),
        },
    )
