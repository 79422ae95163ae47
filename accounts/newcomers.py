"""Who is new here, and how what somebody new may not do yet is explained (SO-46)."""

from django.utils.translation import gettext as _

from accounts.exceptions import TrustLimit
from accounts.models import User


def is_newcomer(user: User) -> bool:
    """Return whether ``user`` has no trust yet, or lost it."""
    return user.trust_level == 0


def newcomer_refused(why: str, *, field: str | None = None) -> TrustLimit:
    """Return the refusal that says ``why``, and how the limit ends."""
    how = _(
        "New members have limits that end by themselves: after 3 days and 3 things that others can"
        " read. “Standing” in your settings tells where you are."
    )
    return TrustLimit(f"{why} {how}", field=field)
