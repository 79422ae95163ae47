"""What staff fill in about people, in the administration."""

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.adapter import is_handle_taken, require_free_email
from accounts.handles import clean_handle
from accounts.models import User
from accounts.querysets import email_identity
from config.exceptions import DomainError
from moderation.actions import staff_acts
from moderation.trust import HIGHEST
from social.models import Report


class FreeNames:
    """Handle and address are nobody else's."""

    def clean_handle(self) -> str:
        try:
            handle = clean_handle(self.cleaned_data["handle"])
        except DomainError as error:
            raise ValidationError(error.message, code=error.code) from error
        if is_handle_taken(handle, self.instance if self.instance.pk else None):
            raise ValidationError(_("Somebody has this handle already."), code="handle_taken")
        return handle

    def clean_email(self) -> str:
        email = email_identity(self.cleaned_data.get("email") or "")
        if email:
            require_free_email(email, self.instance if self.instance.pk else None)
        return email


class PersonForm(FreeNames, UserChangeForm):
    """Whatever is changed about somebody has a reason, which the log keeps as a digest."""

    reason = forms.CharField(
        label=_("reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why you change something; it is kept with the log."),
    )

    class Meta(UserChangeForm.Meta):
        model = User
        field_classes = {}

    def clean_links(self) -> list[str]:
        """Return a list of texts; the action says which of them are addresses."""
        links = self.cleaned_data["links"]
        if links is None:
            return []
        if not isinstance(links, list) or not all(isinstance(link, str) for link in links):
            raise ValidationError(_("Enter a list of values."), code="invalid")
        return links

    def clean(self) -> dict:
        data = super().clean()
        if set(self.changed_data) - {"reason"} and not (data.get("reason") or "").strip():
            self.add_error("reason", ValidationError(_("Say why."), code="required"))
        return data


class NewPersonForm(FreeNames, AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("handle", "email", "display_name")
        field_classes = {}

    def clean_username(self) -> str:
        return ""


class PersonPasswordForm(AdminPasswordChangeForm):
    """Django's form for another's password, stored by our action: sessions end with it."""

    actor: User
    """Who sets it; the page knows."""

    def set_password_and_save(self, user: User, **kwargs) -> User:
        password = self.cleaned_data["password1"]
        if password:
            staff_acts.set_password_of(user, password, actor=self.actor)
        return user


# One act on some ----------------------------------------------------------------------------------


class ReasonForm(forms.Form):
    """Why something is done to somebody."""

    reason = forms.CharField(label=_("reason"), widget=forms.Textarea(attrs={"rows": 3}))


class TrustForm(ReasonForm):
    """Which level, and why."""

    level = forms.TypedChoiceField(
        label=_("trust"),
        choices=[
            ("", _("by behaviour")),
            *((str(level), str(level)) for level in range(HIGHEST + 1)),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    field_order = ("level", "reason")


class RestoreForm(forms.Form):
    """What somebody is told whose account is open again."""

    text = forms.CharField(
        label=_("reason for the person"), widget=forms.Textarea(attrs={"rows": 3})
    )
    note = forms.CharField(
        label=_("inner note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class CloseForm(RestoreForm):
    """Why an account is closed for good."""

    category = forms.ChoiceField(label=_("category"), choices=[("", "—"), *Report.Category.choices])
    field_order = ("category", "text", "note")


class DecisionForm(CloseForm):
    """Why an account is limited or suspended, and until when."""

    until = forms.SplitDateTimeField(
        label=_("until"),
        required=False,
        widget=AdminSplitDateTime,
        help_text=_("Empty: until somebody decides otherwise."),
    )
    field_order = ("category", "text", "until", "note")
