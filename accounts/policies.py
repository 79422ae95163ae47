"""Who may take part."""

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from accounts.exceptions import AccountInactive, EmailUnconfirmed, NotSignedIn
from accounts.models import User
from config.selectors import site_settings


def is_email_confirmed(user: User) -> bool:
    """Whether an address of ``user`` is confirmed; without mail nobody is unconfirmed (AC-06).

    An account without any address was made by the operator and has nothing to confirm.
    """
    if not settings.MAIL_ENABLED or not user.email:
        return True
    # Once confirmed stays confirmed, so only that answer is remembered.
    if not getattr(user, "_is_email_confirmed", False):
        user._is_email_confirmed = EmailAddress.objects.filter(user=user, verified=True).exists()
    return user._is_email_confirmed


def can_take_part(user: User | AnonymousUser) -> bool:
    """Members publish, comment, like, follow, message and report; others only read and draft."""
    return user.is_authenticated and user.state == User.State.ACTIVE and is_email_confirmed(user)


def require_can_take_part(user: User | AnonymousUser) -> None:
    """Raise NotSignedIn, AccountInactive or EmailUnconfirmed unless ``can_take_part(user)``."""
    if not user.is_authenticated:
        raise NotSignedIn(_("Sign in first."))
    if user.state != User.State.ACTIVE:
        raise AccountInactive(_("Your account cannot do this at the moment."))
    if not is_email_confirmed(user):
        raise EmailUnconfirmed(_("Confirm your e-mail address first: open the link we sent you."))


def must_have_factor(user: User | AnonymousUser) -> bool:
    """Whether ``user`` is staff of a site that wants a second step of them (AC-22)."""
    return (
        user.is_authenticated
        and user.is_staff
        and (settings.STAFF_REQUIRE_MFA or site_settings().staff_needs_second_factor)
    )


def lacks_factor(user: User | AnonymousUser) -> bool:
    """Whether ``user`` must have a second factor and has none."""
    return must_have_factor(user) and not is_mfa_enabled(user)
