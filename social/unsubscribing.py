"""The link in each mail that ends this kind of mail: signed, without sign-in, valid for ever."""

from django.core import signing
from django.core.signing import BadSignature

from accounts.models import User

SALT = "social.unsubscribe"
DAILY = "daily"
"""Stands for the digest in place of a kind of notification."""


def unsubscribe_token(person: User, kind: str) -> str:
    """Return what names ``person`` and ``kind`` (or DAILY) in an address."""
    return signing.Signer(salt=SALT).sign(f"{person.pk}.{kind}").replace(":", "~")


def read_unsubscribe_token(token: str) -> tuple[int, str] | None:
    """Return (person's key, kind) of a token of ours; None of any other text."""
    try:
        text = signing.Signer(salt=SALT).unsign(token.replace("~", ":"))
        pk, kind = text.split(".", 1)
        return int(pk), kind
    except (BadSignature, ValueError):
        return None
