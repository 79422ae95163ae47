"""Forms of sign-in, sign-up and passwords: allauth's, with our words and rules."""

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as social
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.adapter import AccountAdapter, require_free_email
from accounts.exceptions import EmailTaken
from accounts.models import User
from accounts.querysets import email_identity

EMAIL_MAX_LENGTH = 254  # characters
ADDRESS_LABEL = _("E-mail address")
PASSWORD_HELP = _(
    "8 characters or more. Not only digits, not a common password, not like your handle or address."
)
HANDLE_HELP = _(
    "2 to 30 letters of any script, digits, _ or -. It is part of your address: /@handle/"
)
DIFFERENT_PASSWORDS = _("The two passwords are not the same.")


def email_field(label=ADDRESS_LABEL, help_text: str = "") -> forms.EmailField:
    """Return a field for one address."""
    return forms.EmailField(
        label=label,
        help_text=help_text,
        max_length=EMAIL_MAX_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Type your e-mail address.")},
    )


def password_field(label, autocomplete: str, help_text: str = "") -> forms.CharField:
    """Return a field for a password; it is never filled in by the server."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": _("Type a password.")},
    )


def new_password_fields(form: forms.Form, label) -> None:
    """Put the two fields for a new password into ``form``."""
    form.fields["password1"] = password_field(label, "new-password", PASSWORD_HELP)
    form.fields["password2"] = password_field(_("The same password again"), "new-password")


class NewPassword:
    """Check a new password against the rules and against its repetition."""

    def clean_password1(self) -> str:
        return AccountAdapter().clean_password(self.cleaned_data["password1"], user=self.user)

    def clean(self) -> dict:
        data = forms.Form.clean(self)
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", DIFFERENT_PASSWORDS)
        return data


class LoginForm(account.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Handle or e-mail address"),
            max_length=EMAIL_MAX_LENGTH,
            widget=forms.TextInput(
                attrs={"autocomplete": "username webauthn", "autocapitalize": "none"}
            ),
            error_messages={"required": _("Type your handle or your e-mail address.")},
        )
        self.fields["password"] = password_field(_("Password"), "current-password")
        self.fields["remember"].label = _("Remember me on this device")
        self.order_fields(["login", "password", "remember"])


class HandleAndAddress:
    """The two things that every way of signing up asks for."""

    def shape_fields(self) -> None:
        self.fields["username"] = forms.CharField(
            label=_("Handle"),
            help_text=HANDLE_HELP,
            strip=False,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
            error_messages={"required": _("Choose a handle.")},
        )
        self.fields["email"] = email_field()

    def clean_email(self) -> str:
        return require_free_email(self.cleaned_data["email"])


class SignupForm(HandleAndAddress, account.SignupForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.shape_fields()
        new_password_fields(self, _("Password"))
        self.order_fields(["username", "email", "password1", "password2"])

    def clean(self) -> dict:
        data = forms.Form.clean(self)
        somebody = User(handle=data.get("username", ""), email=data.get("email", ""))
        first, second = data.get("password1"), data.get("password2")
        if first:
            try:
                AccountAdapter().clean_password(first, user=somebody)
            except ValidationError as error:
                self.add_error("password1", error)
        if first and second and first != second:
            self.add_error("password2", DIFFERENT_PASSWORDS)
        return data

    def save(self, request) -> User:
        """Return the new person; the address is stored with it."""
        return AccountAdapter(request).save_user(request, None, self)


class ProviderSignupForm(HandleAndAddress, social.SignupForm):
    """The last step of signing up with a provider: it never merges with an account (AC-24)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.shape_fields()
        self.order_fields(["username", "email"])

    def clean(self) -> dict:
        return forms.Form.clean(self)


class ResetPasswordForm(account.ResetPasswordForm):
    """Asks nothing of the database: known and unknown addresses take the same way (AC-26)."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = email_field()

    def clean_email(self) -> str:
        return email_identity(self.cleaned_data["email"])

    def save(self, request, **kwargs) -> str:
        actions.queue_password_reset(self.cleaned_data["email"])
        return self.cleaned_data["email"]


class ResetPasswordKeyForm(NewPassword, account.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        new_password_fields(self, _("New password"))


class UserTokenForm(account.UserTokenForm):
    def _get_user(self, uidb36):
        user = super()._get_user(uidb36)
        return user if user is not None and user.is_active else None


class ChangePasswordForm(NewPassword, account.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = password_field(_("Current password"), "current-password")
        new_password_fields(self, _("New password"))
        self.fields["revokes_tokens"] = forms.BooleanField(
            label=_("Revoke my tokens too"),
            help_text=_("Programs that act for you then need new ones."),
            required=False,
            initial=True,
        )

    def save(self) -> None:
        """Change the password; other devices are signed out, programs too unless unticked."""
        actions.set_password(
            self.user,
            self.cleaned_data["password1"],
            except_session=context.request.session.session_key or "",
            keeps_tokens=not self.cleaned_data["revokes_tokens"],
        )


class SetPasswordForm(NewPassword, account.SetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        new_password_fields(self, _("Password"))


class ReauthenticateForm(account.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field(_("Password"), "current-password")


def code_field(label, help_text: str = "") -> forms.CharField:
    """Return a field for a one-time code."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
        error_messages={"required": _("Type the code.")},
    )


CODE_HELP = _("From your authenticator app, or one of your recovery codes.")


class AuthenticateForm(mfa.AuthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("Code"), CODE_HELP)


class ReauthenticateWithCodeForm(mfa.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("Code"), CODE_HELP)


class ActivateTOTPForm(totp.ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field(_("Code that the app shows now"))


KEY_NAME_LENGTH = 60  # characters


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=_("Name"),
            required=False,
            max_length=KEY_NAME_LENGTH,
            help_text=_("So that you recognise it: my phone, the blue key."),
        )
        self.fields["passwordless"] = forms.BooleanField(
            label=_("Sign in with it alone, without a password"), required=False, initial=True
        )


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=KEY_NAME_LENGTH)


class AddressForm(forms.Form):
    """The address that somebody wants from now on."""

    email = email_field(
        _("New e-mail address"), _("It counts when you have followed the link that we send there.")
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = require_free_email(self.cleaned_data["email"], self.user)
        if email == self.user.email:
            raise ValidationError(_("This is your address already."), code=EmailTaken.code)
        return email
