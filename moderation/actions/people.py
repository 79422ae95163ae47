"""What decisions about people make of their accounts."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.actions import set_state
from accounts.actions.states import FINAL, keep_an_administrator
from accounts.models import User
from accounts.standing import Standing
from moderation.exceptions import NotAModerator
from moderation.models import Decision
from moderation.policies import can_judge
from moderation.querysets import CLOSING

STATES = {
    "limit": User.State.LIMITED,
    "suspend": User.State.SUSPENDED,
    "ban": User.State.SUSPENDED,
}
"""Kind of decision → what it makes of an account."""


def require_may_judge(actor: User, person: User) -> None:
    """Raise NotAModerator for oneself, and for administrators unless one is one."""
    if actor.pk == person.pk:
        raise NotAModerator(_("You cannot decide about yourself or what is yours."))
    if not can_judge(actor, person):
        raise NotAModerator(_("Only an administrator decides about administrators."))


def lock(person: User | None) -> None:
    """Hold the row of somebody about whom something is decided, before inboxes are held."""
    if person is not None:
        User.objects.select_for_update(no_key=True).filter(pk=person.pk).first()


def standing_of(person: User) -> Standing:
    """Return the state that the hardest decision about ``person`` that stands makes of them."""
    decisions = Decision.objects.about("person", person.pk).standing()
    standing = [one for one in decisions if one.kind in CLOSING]
    hardest = max(standing, key=lambda one: (CLOSING.index(one.kind), one.pk), default=None)
    if hardest is None:
        return Standing()
    state = STATES[hardest.kind]
    ends = [one.until for one in standing if STATES[one.kind] == state]
    until = max(end for end in ends if end) if all(ends) else None
    return Standing(state, hardest.text, until)


def settle_person(pk: int) -> None:
    """Put an account into the state of the hardest decision that stands, or open it. Idempotent.

    Somebody who is leaving has that state again if they come back. Raises LastAdministrator.
    """
    person = User.objects.select_for_update().filter(pk=pk).first()
    if person is None or person.state == User.State.ERASED:
        return
    state, reason, until = standing_of(person)
    if person.state in FINAL:
        if state == User.State.SUSPENDED:
            keep_an_administrator(person)
        person.left_as, person.state_reason, person.state_until = state, reason, until
        person.save(update_fields=["left_as", "state_reason", "state_until"])
    elif (person.state, person.state_reason, person.state_until) != (state, reason, until):
        set_state(person, state, actor=None, reason=reason, until=until)


def state_of_person(pk: int) -> dict[str, Any]:
    """Return how an account is, for the log."""
    row = User.objects.filter(pk=pk).values("state", "state_until", "trust_level").first()
    return row or {}
