"""What opens an account, in answers: tokens and browsers."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from accounts.models import AccessToken, User
from accounts.selectors import OpenSession
from config.api.addresses import Addresses
from config.api.schema import Shape
from config.clock import iso
from social import notices


class TokenShape(Shape):
    """A token, without the key: of that only a hash is kept."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    name = serializers.CharField()
    first_characters = serializers.CharField(help_text="By which you know the key.")
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_on = serializers.DateField(allow_null=True)
    is_current = serializers.BooleanField(help_text="Whether this call came with it.")


class MintedTokenShape(TokenShape):
    """A token that was made just now: the only time that its key is told."""

    token = serializers.CharField()


def token_shape(
    token: AccessToken, addresses: Addresses, current: AccessToken | None
) -> dict[str, Any]:
    """Return ``token``; ``current`` is the one of the call."""
    return {
        "id": token.pk,
        "url": addresses.api(f"tokens/{token.pk}/"),
        "html_url": addresses.page(reverse("accounts:settings_tokens")),
        "name": token.name,
        "first_characters": token.first_characters,
        "scopes": token.scopes,
        "created_at": iso(token.created),
        "expires_at": iso(token.expiry),
        "last_used_on": token.last_used_on.isoformat() if token.last_used_on else None,
        "is_current": current is not None and current.pk == token.pk,
    }


class LeavingShape(Shape):
    """An account on its way out; signing in on the site before then takes it back."""

    state = serializers.CharField()
    erase_at = serializers.DateTimeField()


class PreferencesShape(Shape):
    """How the site behaves for somebody."""

    language = serializers.CharField(help_text="Empty: as the browser says.")
    time_zone = serializers.CharField(help_text="Empty: as the browser says.")
    theme = serializers.CharField()
    default_visibility = serializers.CharField()
    default_language = serializers.CharField(help_text="Empty: recognised from the text.")
    who_may_message = serializers.CharField()
    shows_last_seen = serializers.BooleanField()
    uses_gravatar = serializers.BooleanField()
    mails = serializers.DictField(
        child=serializers.CharField(), help_text="Kind of notification: now, daily or never."
    )


def preferences_shape(user: User) -> dict[str, Any]:
    """Return what ``user`` prefers."""
    mails = {
        kind.name: notices.mail_choice(user, kind) for kind in notices.all_kinds() if kind.mail
    }
    names = list(PreferencesShape().fields)[:-1]
    return {name: getattr(user, name) for name in names} | {"mails": mails}


class SessionShape(Shape):
    """A browser that is signed in."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    browser = serializers.CharField()
    network = serializers.CharField(help_text="Coarse; empty where it is not known.")
    is_phone = serializers.BooleanField()
    is_current = serializers.BooleanField()
    started_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


def session_shape(session: OpenSession, addresses: Addresses) -> dict[str, Any]:
    """Return one signed-in browser."""
    return {
        "id": session.id,
        "url": addresses.api(f"me/sessions/{session.id}/"),
        "html_url": addresses.page(reverse("accounts:settings_sessions")),
        "browser": session.browser,
        "network": session.network,
        "is_phone": session.is_phone,
        "is_current": session.is_current,
        "started_at": iso(session.started_at),
        "last_seen_at": iso(session.last_seen_at),
    }
