"""Doing what a program asks once, however often it asks (AP-12).

An answer may hold what is for the asker alone (an address, a key to edit with). It is kept sealed by
the asker's own key, of which the table has a keyed hash: a copy of the database opens none.
"""

import base64
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from config.models import StoredAnswer

KEPT = timedelta(hours=24)


class OtherRequest(Exception):
    """The same key came with another request before."""


@transaction.atomic
def answer_once(
    owner: str, key: str, request_hash: str, answer: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Return what ``answer()`` returns, and whether it was returned before.

    The row, what ``answer`` changes and its result are one transaction: whoever comes at the same
    time waits at the unique key, and what fails leaves nothing behind. Raises OtherRequest.
    """
    name, seal = _digest("name", owner, key).hex(), _seal(owner, key)
    held = StoredAnswer.objects.filter(owner=owner, key=name).first()
    if held is not None and held.created_at < timezone.now() - KEPT:
        held.delete()
        held = None
    if held is None:
        try:
            with transaction.atomic():
                held = StoredAnswer.objects.create(owner=owner, key=name, request_hash=request_hash)
        except IntegrityError:
            held = StoredAnswer.objects.get(owner=owner, key=name)
        else:
            given = answer()
            held.sealed = seal.encrypt(orjson.dumps(given)).decode()
            held.save(update_fields=["sealed"])
            return given, False
    if held.request_hash != request_hash:
        raise OtherRequest
    return orjson.loads(seal.decrypt(held.sealed.encode())), True


def _seal(owner: str, key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_digest("seal", owner, key)))


def _digest(purpose: str, owner: str, key: str) -> bytes:
    text = orjson.dumps(["answers", purpose, owner, key])
    return hmac.digest(settings.SECRET_KEY.encode(), text, "sha256")


def forget_answers() -> int:
    """Delete the answers that nobody gets again."""
    number, _kinds = StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return number
