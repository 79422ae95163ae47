"""A message."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from config.fields import TextField
from social.models.messages import MESSAGE_MAX_LENGTH


class MessageForm(forms.Form):
    """What is said, which form said it, and the last message that was shown above it."""

    text = TextField(
        label=_("Message"),
        max_graphemes=MESSAGE_MAX_LENGTH,
        lines=True,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**63 - 1
    )

    @classmethod
    def blank(cls, seen: int) -> "MessageForm":
        """Return an empty form; its submission is new, so that it sends once."""
        return cls(initial={"submission": uuid.uuid4(), "seen": seen}, auto_id="message-%s")
