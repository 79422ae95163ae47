"""Active, limited, suspended, leaving, erased; and what somebody may administer."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.credentials import end_sessions
from accounts.exceptions import LastAdministrator, LeavingRefused
from accounts.models import User
from accounts.signals import person_state_changed
from accounts.standing import standing_of
from config.commits import after_commit

logger = logging.getLogger(__name__)
RIGHTS = frozenset({"is_staff", "is_superuser"})
PASSING = (User.State.LIMITED, User.State.SUSPENDED)
"""States that may end by themselves."""

OPEN = (User.State.ACTIVE, User.State.LIMITED)
"""States in which one may sign in."""

FINAL = (User.State.LEAVING, User.State.ERASED)
"""Only their owner goes back: another state would call the erasure off, and show all again."""


@transaction.atomic
def set_state(
    user: User,
    state: str,
    *,
    actor: User | None,
    reason: str = "",
    until: datetime | None = None,
) -> User:
    """Put ``user`` into ``state``, until a moment or for good; ``reason`` is shown to the person.

    Whoever may not act any more is signed out everywhere. After commit ``person_state_changed`` is
    sent. Raises LastAdministrator, LeavingRefused for an account that its owner gave up.
    """
    former = User.objects.select_for_update().values_list("state", flat=True).get(pk=user.pk)
    return _put(user, former, state, actor=actor, reason=reason, until=until)


@transaction.atomic
def set_states(
    people: QuerySet, state: str, *, actor: User | None, reason: str = "", until=None
) -> int:
    """Do the same to many; return how many changed.

    Raises LastAdministrator, LeavingRefused, and changes none.
    """
    changed = 0
    # The states are read by the query that locks: evaluated anew, whatever ``people`` holds.
    for person in people.select_for_update().exclude(state=state).order_by("pk"):
        _put(person, person.state, state, actor=actor, reason=reason, until=until)
        changed += 1
    return changed


def _put(user: User, former: str, state: str, *, actor, reason: str, until) -> User:
    if former in FINAL:
        raise LeavingRefused(
            _("@%(handle)s is leaving or gone. Nothing else can be decided about this account.")
            % {"handle": user.handle}
        )
    if state not in OPEN and former in OPEN:
        keep_an_administrator(user)
    is_open = state == User.State.ACTIVE
    user.state = state
    user.state_reason = "" if is_open else reason.strip()
    user.state_until = None if is_open else until
    user.save(update_fields=["state", "state_reason", "state_until"])
    if not user.is_active:
        end_sessions(user)
    logger.info(
        "account_state_changed",
        extra={
            "user_id": user.pk,
            "actor_id": actor.pk if actor else None,
            "former": former,
            "state": state,
        },
    )
    after_commit(person_state_changed.send_robust, User, person=user, former=former)
    return user


def lift_expired_states(user: User | None = None) -> int:
    """Put accounts whose limit or suspension is over into the state they have to be in; return how
    many. Idempotent.

    Active, unless another decision still stands. With ``user`` only that person, who is changed in
    place.
    """
    now = timezone.now()
    over = User.objects.filter(state__in=PASSING, state_until__lte=now)
    if user is None:
        return _settle(over)
    if not (user.state in PASSING and user.state_until and user.state_until <= now):
        return 0
    changed = _settle(over.filter(pk=user.pk))
    user.refresh_from_db(fields=["state", "state_reason", "state_until"])
    return changed


@transaction.atomic
def _settle(people: QuerySet) -> int:
    changed = 0
    for person in people.select_for_update().order_by("pk"):
        state, reason, until = standing_of(person)
        _put(person, person.state, state, actor=None, reason=reason, until=until)
        changed += 1
    return changed


@transaction.atomic
def change_rights(user: User, **rights: bool) -> User:
    """Change ``is_staff`` and ``is_superuser``; the person signs in again with a new session.

    Raises LastAdministrator.
    """
    changed = [name for name in RIGHTS & rights.keys() if getattr(user, name) != rights[name]]
    if "is_superuser" in changed and not rights["is_superuser"]:
        keep_an_administrator(User.objects.select_for_update().get(pk=user.pk))
    for name in changed:
        setattr(user, name, rights[name])
    if changed:
        user.save(update_fields=changed)
        end_sessions(user)
    return user


@transaction.atomic
def change_groups(user: User, *, groups=None, user_permissions=None) -> User:
    """Change the roles and single permissions of ``user``, who signs in again afterwards."""
    if groups is not None:
        user.groups.set(groups)
    if user_permissions is not None:
        user.user_permissions.set(user_permissions)
    if groups is not None or user_permissions is not None:
        end_sessions(user)
    return user


def keep_an_administrator(user: User) -> None:
    """Raise LastAdministrator if nobody would be left to administer the site without ``user``."""
    if not user.is_superuser:
        return
    others = User.objects.filter(is_superuser=True, state=User.State.ACTIVE).exclude(pk=user.pk)
    if not others.exists():
        raise LastAdministrator(_("This is the last administrator of the site."))
