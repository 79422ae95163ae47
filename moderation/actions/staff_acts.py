"""What staff do to accounts by the administration: each act with its row of the log (SO-42, AD-09).

What is typed stays out of the log: it names the fields, states, roles and numbers alone.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.actions.states import RIGHTS
from accounts.models import User
from config.commits import again_after_deadlock
from moderation.actions.bulk import checked_reason
from moderation.actions.cases import locked_case
from moderation.actions.chain import write_log
from moderation.actions.deciding import decide
from moderation.actions.people import require_may_judge
from moderation.actions.standing import set_trust
from moderation.exceptions import NotAModerator
from moderation.models import Decision
from moderation.policies import require_can_change_people, require_can_help_people
from social.actions.inbox import locked_inboxes
from social.models import Report

PROFILE = frozenset({"display_name", "bio", "links"})


@again_after_deadlock
@transaction.atomic
def decide_about_people(
    people: Iterable[User],
    kind: str,
    *,
    actor: User,
    category: str = "",
    text: str = "",
    note: str = "",
    until: datetime | None = None,
) -> list[Decision]:
    """Decide the same about several people: about all of them or none. Raises what decide raises."""
    ordered = sorted(people, key=lambda person: person.pk)
    for person in ordered:
        locked_case(("person", person.pk))
    _hold_inboxes_about(_held(ordered))
    return [
        decide(
            kind,
            target=("person", person.pk),
            actor=actor,
            category=category,
            text=text,
            note=note,
            until=until,
        )
        for person in ordered
    ]


def _held(people: Iterable[User]) -> list[User]:
    """Hold the rows of all of them before the first act holds the log.

    Else somebody who holds one of them and waits for the log would be waited for.
    """
    ordered = sorted(people, key=lambda person: person.pk)
    rows = User.objects.select_for_update(no_key=True).order_by("pk")
    list(rows.filter(pk__in=[person.pk for person in ordered]).values_list("pk"))
    return ordered


def _hold_inboxes_about(people: Iterable[User]) -> None:
    """Hold the inboxes of all of them, and of who reported them."""
    keys = [person.pk for person in people]
    reports = Report.objects.filter(target_kind="person", target_id__in=keys)
    waiting = reports.filter(state=Report.State.OPEN).exclude(reporter=None)
    locked_inboxes({*keys, *waiting.values_list("reporter_id", flat=True)})


@again_after_deadlock
@transaction.atomic
def set_trust_of(people: Iterable[User], *, actor: User, level: int | None, reason: str) -> int:
    """Give several people a level, or let behaviour tell; return how many. Raises what set_trust
    raises."""
    ordered = _held(people)
    for person in ordered:
        set_trust(person, actor=actor, level=level, reason=reason)
    return len(ordered)


def end_sessions_of(people: Iterable[User], *, actor: User, reason: str) -> int:
    """Sign several people out everywhere. Raises NotAModerator, DecisionRefused."""
    return _help(
        people, "end_sessions", actor, reason, lambda one: {"sessions": accounts.end_sessions(one)}
    )


def reset_factors_of(people: Iterable[User], *, actor: User, reason: str) -> int:
    """Take the second factors of several people away. Raises NotAModerator, DecisionRefused."""
    return _help(
        people,
        "reset_factors",
        actor,
        reason,
        lambda one: {"done": len(accounts.rescue(one, factors=True))},
    )


def confirm_addresses_of(people: Iterable[User], *, actor: User, reason: str) -> int:
    """Count the addresses of several people as confirmed. Raises NotAModerator, DecisionRefused."""
    require_can_change_people(actor)
    return _help(
        people,
        "confirm_address",
        actor,
        reason,
        lambda one: {"done": len(accounts.rescue(one, address=True))},
    )


@again_after_deadlock
@transaction.atomic
def _help(
    people: Iterable[User],
    act: str,
    actor: User,
    reason: str,
    do: Callable[[User], dict[str, Any]],
) -> int:
    require_can_help_people(actor)
    reason = checked_reason(reason)
    ordered = _held(people)
    for person in ordered:
        require_may_judge(actor, person)
        write_log(act, actor=actor, target=("person", person.pk), after=do(person), reason=reason)
    return len(ordered)


# By administrators --------------------------------------------------------------------------------


@transaction.atomic
def add_person(*, actor: User, **fields: Any) -> User:
    """Make a member by the hand of staff. Raises what create_member raises, NotAModerator."""
    require_can_change_people(actor)
    person = accounts.create_member(**fields)
    write_log("add_person", actor=actor, target=("person", person.pk))
    return person


@transaction.atomic
def change_person(person: User, *, actor: User, reason: str, **changes: Any) -> User:
    """Change what ``changes`` name of handle, email, profile, preferences, rights, groups and
    user_permissions; nothing if one is refused.

    Raises NotAModerator, DecisionRefused, and what the actions of accounts raise.
    """
    if not changes:
        return person
    require_can_change_people(actor)
    if actor.pk != person.pk:
        require_may_judge(actor, person)
    reason = checked_reason(reason)
    before = _rights_of(person)
    rest = dict(changes)
    if "handle" in rest:
        accounts.rename_handle(person, rest.pop("handle"), is_operator=True)
    if "email" in rest:
        accounts.change_address(person, rest.pop("email"))
    accounts.change_profile(person, **_taken(rest, PROFILE))
    _change_rights(person, actor, rest)
    accounts.change_preferences(person, **rest)
    write_log(
        "change_person",
        actor=actor,
        target=("person", person.pk),
        before=before,
        after=_rights_of(person) | {"fields": sorted(changes)},
        reason=reason,
    )
    return person


def _change_rights(person: User, actor: User, changes: dict[str, Any]) -> None:
    """Take the rights out of ``changes`` and give them."""
    rights, roles = _taken(changes, RIGHTS), _taken(changes, {"groups", "user_permissions"})
    if (rights or roles) and not actor.is_superuser:
        raise NotAModerator(_("Only an administrator gives rights."))
    if rights:
        accounts.change_rights(person, **rights)
    if roles:
        accounts.change_groups(person, **roles)


def _taken(changes: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: changes.pop(name) for name in names if name in changes}


def _rights_of(person: User) -> dict[str, Any]:
    return {
        "is_staff": person.is_staff,
        "is_superuser": person.is_superuser,
        "groups": sorted(person.groups.values_list("name", flat=True)),
        "permissions": sorted(person.user_permissions.values_list("codename", flat=True)),
    }


@transaction.atomic
def set_password_of(person: User, password: str, *, actor: User) -> None:
    """Give somebody another password, which ends sessions and tokens. Raises NotAModerator."""
    require_can_change_people(actor)
    if actor.pk != person.pk:
        require_may_judge(actor, person)
    accounts.set_password(person, password)
    write_log("set_password", actor=actor, target=("person", person.pk))
