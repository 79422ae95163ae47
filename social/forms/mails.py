"""Which mails about notifications somebody wants."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from social import notices

CHOICES = [
    (notices.MAIL_NOW, _("At once")),
    (notices.MAIL_DAILY, _("Once a day, at 8 in the morning")),
    (notices.MAIL_NEVER, _("Never")),
]


class MailsForm(forms.Form):
    """One choice for each kind of notification that can be mailed."""

    def __init__(self, *args, person: User, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in notices.all_kinds():
            if kind.mail:
                self.fields[kind.name] = forms.ChoiceField(
                    label=kind.label,
                    choices=CHOICES,
                    initial=notices.mail_choice(person, kind),
                )
