"""People as parts of pages show them that are drawn once: equal if they look the same."""

from dataclasses import dataclass
from typing import ClassVar

from accounts.models import User


@dataclass(frozen=True)
class ShownPerson:
    """What templates ask of a person. Its functions are those of User."""

    pk: int
    handle: str
    display_name: str
    avatar_key: str
    is_staff: bool = False
    bio: str = ""

    is_authenticated: ClassVar[bool] = True
    name = User.name
    avatar_version = User.avatar_version
    avatar_url = User.avatar_url
    get_absolute_url = User.get_absolute_url


def shown_person(person: User, *, bio: str = "") -> ShownPerson:
    """Return how ``person`` is shown, with ``bio`` where that is shown too."""
    return ShownPerson(
        pk=person.pk,
        handle=person.handle,
        display_name=person.display_name,
        avatar_key=person.avatar_key,
        is_staff=person.is_staff,
        bio=bio,
    )
