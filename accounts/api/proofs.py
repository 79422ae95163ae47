"""What has to be proved again before an account changes (AC-21, AC-25)."""

from typing import Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts import actions
from accounts.adapter import FAILED_SIGN_IN_SECONDS, AccountAdapter
from accounts.exceptions import FactorRefused, FactorRequired, PasswordWrong, ProofRequired
from accounts.forms.entrance import AuthenticateForm
from accounts.models import User
from accounts.policies import lacks_factor, must_have_factor
from accounts.shortcuts import has_used_factor
from config.api import required
from config.exceptions import TooManyRequests

TOO_MANY_CODES = "too_many_login_attempts"


def require_password(request: Request, data: dict[str, Any], name: str = "password") -> None:
    """Raise unless ``data`` has the caller's password; failures count as those of signing in.

    Raises InvalidInput if it is missing, PasswordWrong, TooManyRequests.
    """
    password = data.get(name) or ""
    if not password:
        raise required(name)
    if not AccountAdapter(request._request).reauthenticate(request.user, password):
        raise PasswordWrong(_("This is not your password."), field=name)


def require_factor(user: User, code: str) -> None:
    """Raise unless ``code`` is of the second factor of ``user``, if there is one (AP-21).

    A code of the app or a recovery code; counted as on the sign-in page. Raises FactorRequired,
    FactorRefused, TooManyRequests.
    """
    if not is_mfa_enabled(user):
        if must_have_factor(user):
            raise missing_factor()
        return
    if not code:
        raise FactorRequired(
            _(
                "This account has a second step. Send a code of your app as “code”, "
                "or make the token in the settings."
            ),
            field="code",
        )
    form = AuthenticateForm({"code": code}, user=user)
    if not form.is_valid():
        error = form.errors.as_data()["code"][0]
        if error.code == TOO_MANY_CODES:
            raise TooManyRequests(retry_after=FAILED_SIGN_IN_SECONDS)
        raise FactorRefused(" ".join(error.messages), field="code")
    factor: Authenticator = form.authenticator
    actions.use_factor(factor)


def require_fresh_proof(request: Request) -> None:
    """Raise ProofRequired for a page of ours whose reader gave no proof of late (AC-25).

    A token was made with the password, and says by its scopes what it may do.
    """
    if request.auth is None and is_reauthentication_required(
        request._request, app="allauth.account"
    ):
        raise ProofRequired(_("Prove again who you are: open the settings and sign in once more."))


def require_staff_factor(request: Request) -> None:
    """Raise FactorRequired for staff who must have a second factor and have none, ProofRequired for
    a page of ours in whose session it was not given.

    A token was made with the factor, if there was one.
    """
    if lacks_factor(request.user):
        raise missing_factor()
    if request.auth is None and must_have_factor(request.user):
        if not has_used_factor(request._request):
            raise ProofRequired(_("Give your second step first: open the administration."))


def missing_factor() -> FactorRequired:
    """Return what staff without a second factor are told."""
    return FactorRequired(_("People who run this site sign in with a second step. Set yours up."))
