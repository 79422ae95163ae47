"""Reads about relations."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from config.text import identity_key
from social.models import Block, Follow, Inbox, Mute, MutedTerm, Report


def across_block(user: User | AnonymousUser, person: str) -> Q:
    """Return the condition that ``user`` and ``person`` blocked each other, either way round.

    ``person`` is a path from the row to a person ("author", "pk"). Two small lists, each read from
    its index: one list of people would be made by looking at everybody.
    """
    if not user.is_authenticated:
        return Q(pk__in=[])
    return Q(**{f"{person}__in": Block.objects.filter(blocker=user).values("blocked")}) | Q(
        **{f"{person}__in": Block.objects.filter(blocked=user).values("blocker")}
    )


def ids_followed_by(user: User) -> QuerySet:
    """Return a subquery of the people whom ``user`` follows."""
    return Follow.objects.filter(follower=user).values("followed")


def is_following(user: User | AnonymousUser, person: User) -> bool:
    """Return whether ``user`` follows ``person``."""
    return user.is_authenticated and Follow.objects.filter(follower=user, followed=person).exists()


def is_hidden_from(user: User | AnonymousUser, person: User) -> bool:
    """Return whether a block stands between the two, either way."""
    return (
        user.is_authenticated
        and Block.objects.filter(
            Q(blocker=user, blocked=person) | Q(blocker=person, blocked=user)
        ).exists()
    )


def ids_followed_among(user: User | AnonymousUser, people: Iterable[User]) -> set[int]:
    """Return the keys of those of ``people`` whom ``user`` follows: one query for a whole list."""
    if not user.is_authenticated:
        return set()
    keys = [person.pk for person in people]
    rows = (
        Follow.objects.filter(follower=user, followed__in=keys) if keys else Follow.objects.none()
    )
    return set(rows.values_list("followed_id", flat=True))


def blockers_between(user: User | AnonymousUser, person: User) -> set[int]:
    """Return the keys of those of the two who blocked the other: none, one or both."""
    if not user.is_authenticated:
        return set()
    rows = Block.objects.filter(Q(blocker=user, blocked=person) | Q(blocker=person, blocked=user))
    return set(rows.values_list("blocker_id", flat=True))


def follower_rows(person: User, viewer: User | AnonymousUser) -> QuerySet:
    """Return who follows ``person``, of those whom ``viewer`` may meet (SO-05)."""
    rows = Follow.objects.filter(followed=person).select_related("follower")
    return rows.exclude(follower__state__in=HIDDEN_STATES).exclude(across_block(viewer, "follower"))


def following_rows(person: User, viewer: User | AnonymousUser) -> QuerySet:
    """Return whom ``person`` follows, of those whom ``viewer`` may meet (SO-05)."""
    rows = Follow.objects.filter(follower=person).select_related("followed")
    return rows.exclude(followed__state__in=HIDDEN_STATES).exclude(across_block(viewer, "followed"))


def blocks_of(user: User) -> QuerySet:
    """Return whom ``user`` blocked (SO-10)."""
    return Block.objects.filter(blocker=user).select_related("blocked")


def mutes_of(user: User) -> QuerySet:
    """Return whom ``user`` mutes now (SO-10)."""
    return Mute.objects.filter(muter=user).filter(_still()).select_related("muted")


def reports_of(user: User) -> QuerySet:
    """Return what ``user`` told the moderators, without the copies."""
    return Report.objects.filter(reporter=user).defer("copy")


class Relation(NamedTuple):
    """What a page about a person needs to know of its reader."""

    is_following: bool = False
    is_muting: bool = False
    muted_until: datetime | None = None


def relation_with(user: User | AnonymousUser, person: User) -> Relation:
    """Return how ``user`` stands to ``person``, in one query."""
    if not user.is_authenticated or user.pk == person.pk:
        return Relation()
    mutes = mutes_of(user).filter(muted=OuterRef("pk"))
    follows = Follow.objects.filter(follower=user, followed=OuterRef("pk"))
    row = (
        User.objects.filter(pk=person.pk)
        .values_list(Exists(follows), Exists(mutes), Subquery(mutes.values("until")[:1]))
        .first()
    )
    return Relation(*row) if row else Relation()


class Standing(NamedTuple):
    """How somebody stands to a person, as programs are told."""

    following: bool = False
    followed_by: bool = False
    blocked: bool = False
    muted: bool = False


def standings(user: User | AnonymousUser, people: Iterable[User]) -> dict[int, Standing]:
    """Return {key: how ``user`` stands to that person}, in one query; empty for a visitor."""
    keys = {person.pk for person in people}
    if not user.is_authenticated or not keys:
        return {}
    person = OuterRef("pk")
    rows = User.objects.filter(pk__in=keys - {user.pk}).values_list(
        "pk",
        Exists(Follow.objects.filter(follower=user, followed=person)),
        Exists(Follow.objects.filter(follower=person, followed=user)),
        Exists(Block.objects.filter(blocker=user, blocked=person)),
        Exists(mutes_of(user).filter(muted=person)),
    )
    return dict.fromkeys(keys, Standing()) | {pk: Standing(*told) for pk, *told in rows}


def ids_muted_by(user: User | AnonymousUser) -> QuerySet:
    """Return a subquery of the people whom ``user`` muted and still mutes (SO-08)."""
    if not user.is_authenticated:
        return User.objects.none().values("pk")
    return Mute.objects.filter(muter=user).filter(_still()).values("muted")


def muted_terms_of(user: User | AnonymousUser) -> list[MutedTerm]:
    """Return the words and tags that ``user`` mutes now (SO-09)."""
    return list(muted_term_rows(user)) if user.is_authenticated else []


def muted_term_rows(user: User) -> QuerySet:
    """Return the same as rows, for a list that is paged."""
    return MutedTerm.objects.filter(person=user).filter(_still())


def wants_to_hear(
    person: User, actor: User | None, *, text: str = "", tags: Iterable[str] = ()
) -> bool:
    """Return whether ``person`` may be told of an act of ``actor`` (SO-26).

    Not of one's own, not across a block, not of whom or what one muted.
    """
    if person.state in HIDDEN_STATES:
        return False
    if actor is not None:
        if actor.pk == person.pk or is_hidden_from(person, actor):
            return False
        if ids_muted_by(person).filter(muted=actor).exists():
            return False
    if not text and not tags:
        return True
    return not _says_a_muted_term(person, text, tags)


def _says_a_muted_term(person: User, text: str, tags: Iterable[str]) -> bool:
    said = identity_key(text)
    keys = {identity_key(tag) for tag in tags}
    return any(
        term.key in (said if term.kind == MutedTerm.Kind.WORD else keys)
        for term in muted_terms_of(person)
    )


def _still() -> Q:
    return Q(until=None) | Q(until__gt=timezone.now())


def unread_messages_of(user: User) -> int:
    """Return how many messages ``user`` has not read, as the badge says."""
    row = Inbox.objects.filter(pk=user.pk).values_list("unread_messages", flat=True)
    return row.first() or 0
