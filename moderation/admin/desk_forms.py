"""What moderators fill in at the desk; rules are the actions'."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.fields import MomentField
from moderation.actions.deciding import NEEDS_REASON
from moderation.models import Decision, Rule
from moderation.wording import wording_for, wordings
from social.models import Report

ACTS = {
    "dismiss": pgettext_lazy("act", "Nothing wrong"),
    "approve": pgettext_lazy("act", "Approve"),
    "warn": pgettext_lazy("act", "Warn"),
    "hold": pgettext_lazy("act", "Hold"),
    "remove": pgettext_lazy("act", "Remove"),
    "limit": pgettext_lazy("act", "Limit account"),
    "suspend": pgettext_lazy("act", "Suspend account"),
    "ban": pgettext_lazy("act", "Close for good"),
    "restore": pgettext_lazy("act", "Restore"),
}
"""Kind of decision → what its button says."""

DAYS = {
    "": _("Without an end"),
    "1": _("1 day"),
    "7": _("7 days"),
    "30": _("30 days"),
    "date": _("Up to and including a day"),
}
CATEGORIES = [("", _("Choose what is wrong with it.")), *Report.Category.choices]


class DecisionForm(forms.Form):
    """What is decided, for how long, and what its author reads."""

    act = forms.ChoiceField(choices=[(name, name) for name in Decision.Kind.values])
    category = forms.ChoiceField(label=_("Category"), choices=CATEGORIES, required=False)
    wording = forms.ChoiceField(label=_("Suggested wording"), required=False)
    text = forms.CharField(
        label=_("Reason for the author"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    lasts = forms.ChoiceField(label=_("For how long"), choices=list(DAYS.items()), required=False)
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(
        label=_("Inner note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, languages: list[str] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.wordings = wordings(languages or [])
        known = [(one.key, one.text) for one in self.wordings]
        self.fields["wording"].choices = [("", ""), *known]

    def clean_last_day(self) -> date | None:
        day = self.cleaned_data["last_day"]
        if day == date.max:  # no day comes after it
            raise forms.ValidationError(
                self.fields["last_day"].error_messages["invalid"], code="invalid"
            )
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("lasts") == "date" and not data.get("last_day"):
            self.add_error("last_day", _("Choose a day."))
        if not data.get("text", "").strip() and data.get("act") in NEEDS_REASON:
            data["text"] = wording_for(data.get("wording", ""))
        return data

    def until(self) -> datetime | None:
        """Return when the decision ends, by the clock of who decides."""
        lasts = self.cleaned_data["lasts"]
        if not lasts:
            return None
        if lasts != "date":
            return timezone.now() + timedelta(int(lasts))
        after = self.cleaned_data["last_day"] + timedelta(1)
        return timezone.make_aware(datetime.combine(after, time.min))

    def decided(self) -> dict[str, Any]:
        """Return what the action takes."""
        data = self.cleaned_data
        return {
            "category": data["category"],
            "text": data["text"],
            "note": data["note"],
            "until": self.until(),
        }


class UndoManyForm(forms.Form):
    """Whose decisions of which time are to be taken back."""

    rule = forms.ModelChoiceField(
        Rule.objects.order_by("name"), label=_("Rule"), required=False, empty_label="–"
    )
    by = forms.CharField(
        label=_("Handle of the moderator"),
        required=False,
        widget=forms.TextInput(attrs={"list": "undo-many-staff", "autocomplete": "off"}),
    )
    since = MomentField(label=_("From"), required=False)
    until = MomentField(label=_("Until"), required=False)
