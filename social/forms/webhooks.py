"""What a webhook is told of, and where."""

from django import forms
from django.utils.translation import gettext_lazy as _

from config.fields import TextField
from social.webhooks import DESCRIPTION_MAX_LENGTH, EVENTS, URL_MAX_LENGTH


class WebhookForm(forms.Form):
    """A new webhook; whether the address does is for the action to say."""

    url = TextField(
        label=_("Address of the receiver"),
        max_graphemes=URL_MAX_LENGTH,
        help_text=_("A program of yours that takes POST requests, beginning with https://."),
        error_messages={
            "required": _("Give the whole address of your receiver, beginning with https://.")
        },
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = TextField(
        label=_("Your name for it"), max_graphemes=DESCRIPTION_MAX_LENGTH, required=False
    )
    events = forms.MultipleChoiceField(
        label=_("Tell it when"), choices=EVENTS.items(), widget=forms.CheckboxSelectMultiple
    )


class WebhookChangeForm(WebhookForm):
    """The same of one that is there, which can also be switched off."""

    is_active = forms.BooleanField(label=_("Switched on"), required=False)
