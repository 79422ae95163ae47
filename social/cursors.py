"""Where an open page stands in the news of one person: opaque, and of no use to anybody else."""

import re

from django.core.signing import BadSignature, Signer

from accounts.models import User

SIGNER = Signer(salt="social.cursor")
FORM = re.compile(r"[0-9]{1,18}\Z", re.ASCII)


def cursor_at(person: User, sequence: int) -> str:
    """Return the cursor of ``person`` just after the event ``sequence``."""
    number, signature = SIGNER.sign(f"{person.pk}.{sequence}").rsplit(SIGNER.sep, 1)
    return f"{number.split('.')[1]}.{signature}"


def sequence_of(person: User, cursor: str) -> int | None:
    """Return the number of the last event before ``cursor``; None if it is not of ``person``."""
    number, dot, signature = cursor.partition(".")
    if not dot or not FORM.match(number):
        return None
    try:
        SIGNER.unsign(f"{person.pk}.{number}{SIGNER.sep}{signature}")
    except BadSignature:
        return None
    return int(number)
