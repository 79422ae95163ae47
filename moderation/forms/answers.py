"""What authors answer to decisions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from config.fields import TextField
from moderation.models.decisions import TEXT_MAX_LENGTH


class AppealForm(forms.Form):
    """Why a decision is wrong."""

    text = TextField(
        label=_("Why the decision is wrong"),
        max_graphemes=TEXT_MAX_LENGTH,
        lines=True,
        error_messages={"required": _("Say why the decision is wrong.")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class ObjectionForm(forms.Form):
    """Why something should be shown although somebody says that it violates their rights."""

    text = TextField(
        label=_("Why it should be shown"),
        max_graphemes=TEXT_MAX_LENGTH,
        lines=True,
        error_messages={"required": _("Say why it should be shown.")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )
