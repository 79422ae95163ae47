"""What somebody says whose rights a text violates."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.fields import TextField
from config.sizes import readable_size
from moderation.actions.takedowns import CLAIMANT_NAME_MAX_LENGTH
from moderation.evidence import EVIDENCE_MAX_BYTES, file_kind
from moderation.models import Takedown
from moderation.models.takedowns import CLAIM_MAX_LENGTH

ADDRESS_MAX_LENGTH = 2000


class TakedownForm(forms.Form):
    """An address, who asks, which right, why, and evidence that only moderators see."""

    address = forms.CharField(
        label=_("Address of the page"),
        max_length=ADDRESS_MAX_LENGTH,
        help_text=_("Copy it from the browser. Comments have an address of their own: their time."),
        error_messages={"required": _("Tell us where it stands.")},
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    right = forms.ChoiceField(
        label=_("Which right of yours it violates"),
        choices=Takedown.Right.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose which right of yours it violates.")},
    )
    claim = TextField(
        label=_("What is wrong, and why"),
        max_graphemes=CLAIM_MAX_LENGTH,
        lines=True,
        help_text=_("Name the passage. Only the moderators read this."),
        error_messages={"required": _("Say what is wrong, and why.")},
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    evidence = forms.FileField(
        label=_("Evidence that only the moderators see"),
        required=False,
        error_messages={"empty": _("This file is empty.")},
        widget=forms.FileInput(
            attrs={"accept": ".pdf,.png,.jpg,.jpeg,.webp,.txt,application/pdf,text/plain"}
        ),
    )
    name = TextField(
        label=_("Your name"),
        max_graphemes=CLAIMANT_NAME_MAX_LENGTH,
        error_messages={"required": _("Tell us your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("The receipt and the answer go there. The author does not learn it."),
        error_messages={"required": _("Tell us where to answer.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    is_honest = forms.BooleanField(
        label=_("What I say is true to my knowledge, and I may speak for whose right it is."),
        error_messages={"required": _("Confirm that what you say is true.")},
    )
    # Nobody sees this field; a program that fills in everything betrays itself.
    homepage = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["evidence"].help_text = gettext(
            "PDF, PNG, JPEG, WebP or plain text, up to %(size)s."
        ) % {"size": readable_size(EVIDENCE_MAX_BYTES)}

    def clean_evidence(self) -> UploadedFile | None:
        """Refuse what is too large before anybody reads it, and kinds of files that are not taken."""
        upload = self.cleaned_data["evidence"]
        if upload and upload.size > EVIDENCE_MAX_BYTES:
            raise forms.ValidationError(
                gettext("This file is larger than %(size)s.")
                % {"size": readable_size(EVIDENCE_MAX_BYTES)},
                code="too_large",
            )
        if upload and file_kind(upload.read()) is None:
            raise forms.ValidationError(
                gettext("This is none of the kinds of files that are taken here."), code="odd_kind"
            )
        if upload:
            upload.seek(0)
        return upload or None

    @property
    def is_by_program(self) -> bool:
        """Whether the field that nobody sees was filled in."""
        return bool(self.cleaned_data.get("homepage"))
