"""Bringing in whom a person followed, blocked and muted, and taking it back; nobody is told."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import ArchivedRow, User
from accounts.querysets import HIDDEN_STATES
from config.commits import after_commit
from config.text import identity_key
from social.actions.notifications import withdraw_causes
from social.actions.relations import block_person, locked_people
from social.models import Block, Follow, Mute, MutedTerm, NotificationCause
from social.selectors import is_hidden_from
from social.signals import term_muted

if TYPE_CHECKING:
    from accounts.archive.sections import Arrival, Section


def bring_follow(
    arrival: "Arrival", section: "Section", person: User, *, created_at: datetime
) -> None:
    """Let the owner of an archive follow ``person`` again, since then.

    Not if a block or the end of an account came in between.
    """
    owner = arrival.owner
    if not _may_follow(locked_people([owner.pk, person.pk]), owner.pk, person.pk):
        return
    follow, is_new = Follow.objects.get_or_create(
        follower=owner, followed=person, defaults={"created_at": created_at}
    )
    if is_new:
        _move_counts(owner, person, +1)
        arrival.made(section, follow)


@transaction.atomic
def take_follow_back(owner: User, row: ArchivedRow) -> bool:
    """End a follow that an archive brought."""
    follow = Follow.objects.filter(pk=row.object_id, follower=owner).first()
    if follow is not None:
        locked_people([owner.pk, follow.followed_id])
        if Follow.objects.filter(pk=follow.pk).delete()[0]:
            _move_counts(owner, follow.followed, -1)
    return True


def bring_block(
    arrival: "Arrival", section: "Section", person: User, *, created_at: datetime
) -> None:
    """Let the owner of an archive block ``person`` again; the follows that it ends are noted."""
    owner = arrival.owner
    locked_people([owner.pk, person.pk])
    ended = [
        [follow.follower_id, follow.followed_id, follow.created_at.isoformat()]
        for follow in Follow.objects.filter(
            follower__in=[owner, person], followed__in=[owner, person]
        )
    ]
    block_person(person, actor=owner)
    block = Block.objects.get(blocker=owner, blocked=person)
    block.created_at = created_at
    block.save(update_fields=["created_at"])
    arrival.made(section, block, before={"ended": ended})


@transaction.atomic
def take_block_back(owner: User, row: ArchivedRow) -> bool:
    """End a block that an archive brought, and give back the owner's own follow that it had ended.

    Not if the other blocks the owner by now, or is gone. Whom the other follows is theirs to do
    again.
    """
    block = Block.objects.filter(pk=row.object_id, blocker=owner).first()
    if block is None:
        return True
    people = locked_people([owner.pk, block.blocked_id])
    block.delete()
    for follower, followed, since in (row.before or {}).get("ended", []):
        if follower != owner.pk or not _may_follow(people, follower, followed):
            continue
        _follow, is_new = Follow.objects.get_or_create(
            follower_id=follower,
            followed_id=followed,
            defaults={"created_at": datetime.fromisoformat(since)},
        )
        if is_new:
            _move_counts(people[follower], people[followed], +1)
    return True


def bring_mute(
    arrival: "Arrival",
    section: "Section",
    person: User,
    *,
    created_at: datetime,
    until: datetime | None,
) -> None:
    """Let the owner of an archive mute ``person`` again."""
    mute, is_new = Mute.objects.get_or_create(
        muter=arrival.owner, muted=person, defaults={"created_at": created_at, "until": until}
    )
    if is_new:
        arrival.made(section, mute)
        if until is None or until > timezone.now():
            withdraw_causes(
                NotificationCause.objects.filter(notification__person=arrival.owner, actor=person)
            )


@transaction.atomic
def take_mute_back(owner: User, row: ArchivedRow) -> bool:
    """End a mute that an archive brought."""
    Mute.objects.filter(pk=row.object_id, muter=owner).delete()
    return True


def bring_muted_term(
    arrival: "Arrival",
    section: "Section",
    *,
    kind: str,
    text: str,
    created_at: datetime,
    until: datetime | None,
) -> None:
    """Let the owner of an archive mute a word or tag again."""
    term, is_new = MutedTerm.objects.get_or_create(
        person=arrival.owner,
        kind=kind,
        key=identity_key(text),
        defaults={"text": text, "created_at": created_at, "until": until},
    )
    if is_new:
        arrival.made(section, term)
        after_commit(term_muted.send_robust, MutedTerm, term=term)


@transaction.atomic
def take_muted_term_back(owner: User, row: ArchivedRow) -> bool:
    """End the muting of a word or tag that an archive brought."""
    MutedTerm.objects.filter(pk=row.object_id, person=owner).delete()
    return True


def _may_follow(people: dict[int, User], follower: int, followed: int) -> bool:
    """Return whether one may follow the other now, both of ``people``, who are locked."""
    if follower not in people or followed not in people:
        return False
    other = people[followed]
    return other.state not in HIDDEN_STATES and not is_hidden_from(people[follower], other)


def _move_counts(follower: User, followed: User, by: int) -> None:
    User.objects.filter(pk=follower.pk).update(following_count=F("following_count") + by)
    User.objects.filter(pk=followed.pk).update(follower_count=F("follower_count") + by)
