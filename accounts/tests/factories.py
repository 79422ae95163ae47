"""The named cast: people who are members, made through the same actions as everybody."""

from accounts import actions
from accounts.models import User

PASSWORD = "감나무-아래-열두걸음"


def make_person(
    handle: str = "minah", name: str = "", *, password=None, email_of: str = "", **options
) -> User:
    """A member whose address is confirmed; ``name`` is the display name."""
    return actions.create_member(
        handle=handle,
        email=f"{email_of or handle}@example.com",
        password=password,
        display_name=name,
        **options,
    )


def make_trusted(person: User) -> User:
    """Let rules against spam tell staff at most: for tests that write the same again and again."""
    person.trust_level = person.trust_given = 2
    person.save(update_fields=["trust_level", "trust_given"])
    return person


def make_unconfirmed_person(handle: str = "sae", **options) -> User:
    """Somebody who signed up and has not followed the link in the mail yet."""
    person = make_person(handle, "새내기", **options)
    person.emailaddress_set.update(verified=False)
    return person
