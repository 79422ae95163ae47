"""Reads about relations."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.querysets import HIDDEN_STATES
from config.text import identity_key
from social.models import Block, Follow, Mute, MutedTerm


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


def ids_muted_by(user: User | AnonymousUser) -> QuerySet:
    """Return a subquery of the people whom ``user`` muted and still mutes (SO-08)."""
    if not user.is_authenticated:
        return User.objects.none().values("pk")
    return Mute.objects.filter(muter=user).filter(_still()).values("muted")


def muted_terms_of(user: User | AnonymousUser) -> list[MutedTerm]:
    """Return the words and tags that ``user`` mutes now (SO-09)."""
    if not user.is_authenticated:
        return []
    return list(MutedTerm.objects.filter(person=user).filter(_still()))


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
