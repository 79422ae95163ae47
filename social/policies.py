"""Who may relate to whom."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.policies import can_take_part


def can_follow(user: User | AnonymousUser, person: User) -> bool:
    """Members may follow anybody but themselves."""
    return can_take_part(user) and user.pk != person.pk
