"""The only code that changes who follows and who blocks whom.

The two people are held in the order of their keys before anything is looked at: so a follow cannot
slip past a block of the same moment, two who follow each other at once cannot deadlock, and counts
move with their rows.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from accounts.querysets import HIDDEN_STATES
from social.actions.notifications import notify, withdraw, withdraw_between
from social.actions.webhooks import tell_webhooks, withdraw_deliveries_between
from social.exceptions import CannotBlockSelf, CannotFollowSelf
from social.models import Block, Follow
from social.selectors import is_hidden_from
from social.webhooks import person_data

FOLLOW = "follow"
"""The kind of notification."""


@transaction.atomic
def follow_person(person: User, *, actor: User) -> bool:
    """Let ``actor`` follow ``person``, who is told; return whether that is new. Idempotent.

    Raises CannotFollowSelf, PermissionRefused, User.DoesNotExist if a block stands between them
    or the account is closed.
    """
    if person.pk == actor.pk:
        raise CannotFollowSelf(_("You cannot follow yourself."))
    require_can_take_part(actor)
    held = locked_people([actor.pk, person.pk])
    if held[person.pk].state in HIDDEN_STATES or is_hidden_from(actor, person):
        raise User.DoesNotExist
    _row, is_new = Follow.objects.get_or_create(follower=actor, followed=person)
    if is_new:
        _move_counts(actor, person, +1)
        is_told = notify(
            person, FOLLOW, actor=actor, target=("person", person.pk), cause=("person", actor.pk)
        )
        if is_told:
            people = {"follower": actor, "followed": person}
            tell_webhooks(
                person,
                "follow.created",
                lambda: {role: person_data(one) for role, one in people.items()},
                actor=actor,
            )
    return is_new


@transaction.atomic
def unfollow_person(person: User, *, actor: User) -> bool:
    """Undo a follow and what was told of it; return whether there was one. Idempotent.

    After commit ``actor`` loses what was told of posts for followers.
    """
    locked_people([actor.pk, person.pk])
    had = _delete_follow(actor, person)
    if had:
        withdraw(FOLLOW, target=("person", person.pk), cause=("person", actor.pk))
        _take_back_unseen(actor)
    return had


def remove_follower(person: User, *, actor: User) -> bool:
    """Let ``person`` no longer follow ``actor``, and tell nobody (SO-06). Idempotent."""
    return unfollow_person(actor, actor=person)


@transaction.atomic
def block_person(person: User, *, actor: User) -> bool:
    """End follows both ways and hide the two from each other. Idempotent.

    What each was told of the other is taken back, and after commit what others told them of things
    that they cannot see any more. Raises CannotBlockSelf.
    """
    if person.pk == actor.pk:
        raise CannotBlockSelf(_("You cannot block yourself."))
    locked_people([actor.pk, person.pk])
    _delete_follow(actor, person)
    _delete_follow(person, actor)
    _row, is_new = Block.objects.get_or_create(blocker=actor, blocked=person)
    if is_new:
        withdraw_between(actor, person)
        withdraw_deliveries_between(actor, person)
        _take_back_unseen(actor, person)
    return is_new


@transaction.atomic
def unblock_person(person: User, *, actor: User) -> bool:
    """Restore sight, not follows. Idempotent."""
    deleted, _rows = Block.objects.filter(blocker=actor, blocked=person).delete()
    return bool(deleted)


def locked_people(ids: Iterable[int]) -> dict[int, User]:
    """Return {key: person} as stored now, held until the commit, always the lower key first.

    Held so that others may still refer to them: writing a comment does not wait.
    """
    people = User.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {person.pk: person for person in people}


def _delete_follow(follower: User, followed: User) -> bool:
    deleted, _rows = Follow.objects.filter(follower=follower, followed=followed).delete()
    if deleted:
        _move_counts(follower, followed, -1)
    return bool(deleted)


def _take_back_unseen(*people: User) -> None:
    from social import tasks

    for person in people:
        tasks.withdraw_unseen_by.delay_on_commit(person.pk)


def _move_counts(follower: User, followed: User, by: int) -> None:
    User.objects.filter(pk=follower.pk).update(following_count=F("following_count") + by)
    User.objects.filter(pk=followed.pk).update(follower_count=F("follower_count") + by)
