"""Reads about people that are not one queryset."""

from django.utils.translation import gettext as _

from accounts.models import FormerHandle, User
from config import clock
from config.text import identity_key


def is_handle_free(handle: str, *, owner: User | None = None) -> bool:
    """Return whether nobody else has ``handle`` now or kept it from before."""
    key = identity_key(handle)
    owner_pk = owner.pk if owner else None
    return (
        not User.objects.filter(handle_key=key).exclude(pk=owner_pk).exists()
        and not FormerHandle.objects.filter(handle_key=key).exclude(user=owner_pk).exists()
    )


def is_email_free(email: str, *, owner: User | None = None) -> bool:
    """Return whether nobody else has ``email`` (compared by casefold)."""
    taken = User.objects.by_email(email)
    return not (taken.exclude(pk=owner.pk) if owner else taken).exists()


def why_not_active(user: User) -> str:
    """Return what a person is told at sign-in whose account is not open: why and until when."""
    if user.state == User.State.LEAVING:
        return _("This account is about to be deleted.")
    text = _("This account is suspended.")
    if user.state_until:
        text = _("This account is suspended until %(date)s.") % {
            "date": clock.exact(user.state_until)
        }
    return f"{text} {user.state_reason}".strip()
