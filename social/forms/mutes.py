"""For how long somebody or something stays out of one's lists."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from blog.exceptions import TagRefused
from blog.tagging import clean_tag_name
from config.fields import TextField
from social.actions.mutes import MUTE_DAYS
from social.models import MutedTerm
from social.models.relations import TERM_MAX_LENGTH


def durations() -> list[tuple[str, object]]:
    """Return for how long one can mute, in the language of whoever is asked."""
    days = [
        (str(days), ngettext("%(days)s day", "%(days)s days", days) % {"days": days})
        for days in MUTE_DAYS
    ]
    return [("", _("For good")), *days]


class MuteForm(forms.Form):
    """How long a person is muted."""

    days = forms.TypedChoiceField(
        label=_("For how long"), choices=durations, coerce=int, empty_value=None, required=False
    )


class MutedTermForm(MuteForm):
    """A word or a tag to be left out of lists."""

    text = TextField(label=_("Word or tag"), max_graphemes=TERM_MAX_LENGTH)
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=MutedTerm.Kind.choices,
        initial=MutedTerm.Kind.WORD,
        widget=forms.RadioSelect,
    )
    field_order = ("text", "kind", "days")

    def clean(self) -> dict:
        data = super().clean()
        if data.get("kind") == MutedTerm.Kind.TAG and data.get("text"):
            try:
                data["text"] = clean_tag_name(data["text"])
            except TagRefused as error:
                self.add_error("text", ValidationError(error.message, code=error.code))
        return data
