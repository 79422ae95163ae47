"""Who may relate to whom."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from social.exceptions import CannotReportOwn
from social.reportables import Reportable
from social.selectors import is_following, is_hidden_from


def require_not_own(target: Reportable, actor: User) -> None:
    """Raise CannotReportOwn for what is one's own, oneself included."""
    if target.owner is None or target.owner.pk != actor.pk:
        return
    if target.kind == "person":
        raise CannotReportOwn(_("You cannot report yourself."))
    raise CannotReportOwn(_("You cannot report what is yours. You can change or delete it."))


def is_mailbox_open(person: User, sender: User) -> bool:
    """Return whether ``person`` wants messages of ``sender``: of everyone, of whom they follow, of
    nobody (AC-45)."""
    choices = User.WhoMayMessage
    if person.who_may_message == choices.FOLLOWING:
        return is_following(person, sender)
    return person.who_may_message == choices.EVERYONE


def is_reachable(person: User, sender: User) -> bool:
    """Return whether a message of ``sender`` would arrive: open account and mailbox, no block."""
    return (
        person.state not in HIDDEN_STATES
        and not is_hidden_from(sender, person)
        and is_mailbox_open(person, sender)
    )
