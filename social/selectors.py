"""Reads about relations."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import User
from social.models import Block, Follow


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
