"""A new token: what it is called, what it may do, how long it lives."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.tokens import TOKEN_NAME_MAX_LENGTH
from accounts.scopes import MODERATION, SCOPES
from config.fields import TextField

DAY = 24 * 3600  # seconds
LIFETIMES = {
    DAY: _("1 day"),
    7 * DAY: _("1 week"),
    30 * DAY: _("30 days"),
    90 * DAY: _("90 days"),
    365 * DAY: _("1 year"),
}
"""Seconds → how long that is, in words."""

USUAL_LIFETIME = 30 * DAY


class TokenForm(forms.Form):
    """What somebody decides about a token before it is made."""

    name = TextField(
        label=_("Name"),
        max_graphemes=TOKEN_NAME_MAX_LENGTH,
        help_text=_("So that you recognise it: backup script, app on my phone."),
        error_messages={"required": _("Give the token a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that it may do.")},
    )
    lifetime = forms.TypedChoiceField(
        label=_("How long it works"),
        choices=list(LIFETIMES.items()),
        coerce=int,
        initial=USUAL_LIFETIME,
    )

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [
            (name, text) for name, text in SCOPES.items() if name != MODERATION or user.is_staff
        ]
