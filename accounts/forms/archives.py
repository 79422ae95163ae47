"""An archive that comes in, and the word with which somebody leaves."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.sizes import readable_size


class ArchiveForm(forms.Form):
    """The archive somebody brings along."""

    upload = forms.FileField(
        label=_("Your archive"),
        error_messages={
            "required": _("Choose the file of your archive first."),
            "empty": _("This file is empty."),
        },
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["upload"].help_text = gettext("A ZIP file, up to %(size)s.") % {
            "size": readable_size(settings.IMPORT_MAX_BYTES)
        }


class LeaveForm(forms.Form):
    """The handle, typed by hand: nobody leaves by a slip of the finger."""

    handle = forms.CharField(
        label=_("Type your handle to confirm"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("Type your handle to confirm.")},
    )
