"""What lets somebody who signed in rightly take their leaving back."""

from django.core import signing

from accounts.models import User

SALT = "accounts.stay"
SECONDS = 15 * 60


def stay_token(person: User) -> str:
    """Return a token for ``person``, who has just given the right password; good for SECONDS."""
    return signing.dumps({"person": person.pk, "erase_at": str(person.erase_at)}, salt=SALT)


def person_of_token(token: str) -> User | None:
    """Return who may stay by ``token``; None if it is of an earlier time of leaving.

    Raises signing.BadSignature for one that is forged or too old.
    """
    held = signing.loads(token, salt=SALT, max_age=SECONDS)
    person = User.objects.filter(pk=held["person"]).first()
    # Each time of leaving has a token of its own: an old page takes nothing back.
    return person if person is not None and str(person.erase_at) == held["erase_at"] else None
