"""What programs send about accounts: types and coarse lengths; the rules are those of the site."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.actions.tokens import LONGEST_TOKEN_SECONDS
from accounts.forms.entrance import EMAIL_MAX_LENGTH, SignupForm
from accounts.models import DISPLAY_NAME_MAX_LENGTH, LINKS_PER_PERSON, User
from accounts.scopes import SCOPES
from config.fields import TextField
from social import notices

LONG, PASSWORD_MAX_LENGTH = 4000, 1024  # characters that are looked at at all


def text(**options: Any) -> serializers.CharField:
    """Return a field of text that may be left out."""
    options = {"required": False, "allow_blank": True, "max_length": LONG} | options
    return serializers.CharField(**options)


def password(**options: Any) -> serializers.CharField:
    """Return a field of a password: taken as it is, blanks included."""
    options = {"max_length": PASSWORD_MAX_LENGTH, "trim_whitespace": False} | options
    return serializers.CharField(**options)


class TokenInput(serializers.Serializer):
    """What a new token is for."""

    name = text(help_text="By which you know it.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=list(SCOPES)),
        required=False,
        allow_empty=False,
        help_text="All that a member has, unless named.",
    )
    expires_in = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_TOKEN_SECONDS,
        help_text="Seconds; 3600 unless named, a year at most.",
    )
    code = text(
        max_length=40,
        help_text="For accounts with a second factor: a code of the app, or a recovery code.",
    )


class SignUpInput(serializers.Serializer):
    """Who wants an account."""

    handle = serializers.CharField(max_length=LONG, allow_blank=True, trim_whitespace=False)
    email = serializers.CharField(max_length=LONG, allow_blank=True)
    password = password(allow_blank=True)
    display_name = text()
    bio = text()


class SignUpForm(SignupForm):
    """The form of the site, with what programs may say about somebody right away."""

    NAMES = {"username": "handle", "password1": "password"}

    def __init__(self, data: dict[str, Any]):
        first = data.get("password", "")
        super().__init__(
            {
                **data,
                "username": data.get("handle", ""),
                "password1": first,
                "password2": first,
            }
        )
        self.fields["display_name"] = TextField(
            max_graphemes=DISPLAY_NAME_MAX_LENGTH, required=False
        )
        self.fields["bio"] = TextField(
            max_graphemes=settings.BIO_MAX_LENGTH, lines=True, required=False
        )

    def require_valid(self) -> None:
        """Raise ValidationError with one entry for each field that does not do (AP-24)."""
        if self.is_valid():
            return
        # The repetition is ours: it cannot be wrong by itself.
        found = {name: held for name, held in self.errors.as_data().items() if name != "password2"}
        raise serializers.ValidationError(
            {self.NAMES.get(name, name): [in_one(held)] for name, held in found.items()}
        )


def in_one(errors: list[ValidationError]) -> ErrorDetail:
    """Return what is wrong with one field: all sentences, and the first code."""
    sentences = " ".join(sentence for error in errors for sentence in error.messages)
    return ErrorDetail(sentences, code=errors[0].code or "invalid")


class PersonChangeInput(serializers.Serializer):
    """What somebody changes of their record."""

    handle = serializers.CharField(required=False, max_length=LONG, trim_whitespace=False)
    email = serializers.EmailField(
        required=False,
        max_length=EMAIL_MAX_LENGTH,
        help_text="Counts when the link that is sent there was followed; needs the password.",
    )
    display_name = text()
    bio = text()
    websites = serializers.ListField(
        child=serializers.CharField(max_length=LONG),
        required=False,
        max_length=4 * LINKS_PER_PERSON,
    )
    password = password(required=False, allow_blank=True)


class PasswordInput(serializers.Serializer):
    """Another password."""

    current_password = password()
    new_password = password()
    keep_tokens = serializers.BooleanField(
        required=False, default=False, help_text="Whether tokens stay; else all are revoked."
    )


class LeavingInput(serializers.Serializer):
    """The proof of who leaves."""

    password = password()


class AvatarInput(serializers.Serializer):
    """A picture of oneself."""

    avatar = serializers.FileField()


class ChosenLanguage(serializers.ChoiceField):
    """A language of the site, or none."""

    def __init__(self, **kwargs: Any):
        super().__init__(choices=settings.LANGUAGES, allow_blank=True, **kwargs)


class PreferencesInput(serializers.Serializer):
    """How the site behaves for somebody (AC-45); what is not named stays."""

    language = ChosenLanguage(required=False)
    time_zone = text(max_length=64)
    theme = serializers.ChoiceField(choices=User.Theme.choices, required=False)
    default_visibility = serializers.ChoiceField(choices=User.Visibility.choices, required=False)
    default_language = ChosenLanguage(required=False)
    who_may_message = serializers.ChoiceField(choices=User.WhoMayMessage.choices, required=False)
    shows_last_seen = serializers.BooleanField(required=False)
    uses_gravatar = serializers.BooleanField(
        required=False, help_text="Heeded where the owner of the site allows Gravatar."
    )
    mails = serializers.DictField(
        child=serializers.ChoiceField(choices=sorted(notices.MAIL_CHOICES)), required=False
    )

    def validate_time_zone(self, value: str) -> str:
        """Return a name of the tz database, or nothing."""
        if value and value not in zoneinfo.available_timezones():
            raise serializers.ValidationError(
                _("There is no time zone of this name."), code="invalid_choice"
            )
        return value

    def validate_mails(self, value: dict[str, str]) -> dict[str, str]:
        """Return the choices of kinds that are mailed at all."""
        known = {kind.name for kind in notices.all_kinds() if kind.mail}
        if unknown := sorted(set(value) - known):
            raise serializers.ValidationError(
                _("There is no field “%(name)s”.") % {"name": unknown[0]}, code="invalid_choice"
            )
        return value


def require_good_password(candidate: str, user: User) -> None:
    """Raise ValidationError if ``candidate`` breaks a rule of passwords (AC-09)."""
    from accounts.adapter import AccountAdapter

    try:
        AccountAdapter().clean_password(candidate, user=user)
    except forms.ValidationError as error:
        held = error.error_list
        raise serializers.ValidationError({"new_password": [in_one(held)]}) from error
