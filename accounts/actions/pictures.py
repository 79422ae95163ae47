"""Avatars: uploaded, fetched once from Gravatar, removed."""

import hashlib
import logging
from contextlib import suppress

import httpx
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import AVATAR_SIZES, User, new_key
from config.commits import after_commit
from config.fetch import FetchRefused, fetch
from config.images import ImageRefused, make_square

logger = logging.getLogger(__name__)
GRAVATAR = "https://gravatar.com/avatar/{digest}?s=256&d=404&r=g"


def avatar_path(key: str, size: int) -> str:
    """Return where the storage keeps one size of an uploaded avatar."""
    return f"avatars/{key}/{size}.webp"


Squares = dict[int, bytes]


def make_avatar(data: bytes) -> Squares:
    """Return ``data`` as a picture of a person: square, re-encoded, in all AVATAR_SIZES.

    Raises ImageRefused.
    """
    return make_square(data, AVATAR_SIZES, max_bytes=settings.AVATAR_MAX_BYTES)


def set_avatar(user: User, data: bytes) -> User:
    """Store ``data`` as the picture of ``user``. Raises ImageRefused."""
    return store_avatar(user, make_avatar(data))


def store_avatar(user: User, squares: Squares) -> User:
    """Store what ``make_avatar`` made; after commit the files of the picture before are deleted."""
    key = new_key()
    for size, content in squares.items():
        default_storage.save(avatar_path(key, size), ContentFile(content))
    try:
        return _replace(user, key)
    except Exception:
        delete_avatar_files(key)
        raise


def remove_avatar(user: User) -> User:
    """Go back to the generated picture. Idempotent."""
    return _replace(user, "")


@transaction.atomic
def _replace(user: User, key: str) -> User:
    former = User.objects.select_for_update().get(pk=user.pk).avatar_key
    user.avatar_key = key
    user.save(update_fields=["avatar_key"])
    if former and former != key:
        after_commit(delete_avatar_files, former)
    return user


def delete_avatar_files(key: str) -> None:
    """Delete the files of an uploaded picture; what is gone already is no matter."""
    for size in AVATAR_SIZES:
        with suppress(OSError):
            default_storage.delete(avatar_path(key, size))


@transaction.atomic
def choose_gravatar(user: User, *, wanted: bool) -> User:
    """Note whether ``user`` wants the Gravatar picture; after commit it is fetched once.

    Without the wish the copy stays until it is removed or replaced.
    """
    from accounts.tasks import fetch_gravatar as task

    if user.uses_gravatar == wanted:
        return user
    user.uses_gravatar = wanted
    user.save(update_fields=["uses_gravatar"])
    if wanted and settings.GRAVATAR_ENABLED:
        task.delay_on_commit(user.pk)
    return user


def fetch_gravatar(user: User) -> bool:
    """Ask Gravatar once for the picture of ``user``'s address and keep a copy of our own.

    Only if the operator allows it and the member opted in; return whether there was one.
    Raises httpx.HTTPError when it cannot be reached.
    """
    if not (settings.GRAVATAR_ENABLED and user.uses_gravatar and user.email):
        return False
    digest = hashlib.sha256(user.email.strip().lower().encode()).hexdigest()
    try:
        status, body = fetch(GRAVATAR.format(digest=digest), max_bytes=settings.AVATAR_MAX_BYTES)
        if status != httpx.codes.OK:
            return False
        set_avatar(user, body)
    except (FetchRefused, ImageRefused) as error:
        logger.warning("gravatar_refused", extra={"user_id": user.pk, "reason": str(error)})
        return False
    return True
