"""What is wrong with something."""

from django import forms
from django.utils.translation import gettext_lazy as _

from config.fields import TextField
from social.models import Report
from social.models.reports import NOTE_MAX_LENGTH


class ReportForm(forms.Form):
    """A category, and in words what the moderators should know."""

    category = forms.ChoiceField(
        label=_("What is wrong with it"),
        choices=Report.Category.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong with it.")},
    )
    note = TextField(
        label=_("What the moderators should know"),
        max_graphemes=NOTE_MAX_LENGTH,
        lines=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
