"""The only code that changes relations."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from social.exceptions import CannotBlockSelf, CannotFollowSelf
from social.models import Block, Follow
from social.selectors import is_hidden_from


def follow_person(person: User, *, actor: User) -> bool:
    """Let ``actor`` follow ``person``; return whether that is new. Idempotent.

    Raises CannotFollowSelf, PermissionRefused, User.DoesNotExist if a block stands between them.
    """
    if person.pk == actor.pk:
        raise CannotFollowSelf(_("You cannot follow yourself."))
    require_can_take_part(actor)
    with transaction.atomic():
        if is_hidden_from(actor, person):
            raise User.DoesNotExist
        try:
            with transaction.atomic():
                Follow.objects.create(follower=actor, followed=person)
        except IntegrityError:
            return False
        _move_counts(actor, person, +1)
    return True


@transaction.atomic
def unfollow_person(person: User, *, actor: User) -> bool:
    """Undo a follow; return whether there was one. Idempotent."""
    deleted, _rows = Follow.objects.filter(follower=actor, followed=person).delete()
    if deleted:
        _move_counts(actor, person, -1)
    return bool(deleted)


@transaction.atomic
def block_person(person: User, *, actor: User) -> bool:
    """End follows both ways and hide the two from each other. Idempotent.

    Raises CannotBlockSelf.
    """
    if person.pk == actor.pk:
        raise CannotBlockSelf(_("You cannot block yourself."))
    unfollow_person(person, actor=actor)
    unfollow_person(actor, actor=person)
    _row, created = Block.objects.get_or_create(blocker=actor, blocked=person)
    return created


@transaction.atomic
def unblock_person(person: User, *, actor: User) -> bool:
    """Restore sight, not follows. Idempotent."""
    deleted, _rows = Block.objects.filter(blocker=actor, blocked=person).delete()
    return bool(deleted)


def _move_counts(follower: User, followed: User, by: int) -> None:
    # Always the lower key first, so that two people following each other cannot deadlock.
    moves = sorted([(follower.pk, "following_count"), (followed.pk, "follower_count")])
    for pk, field in moves:
        User.objects.filter(pk=pk).update(**{field: F(field) + by})
