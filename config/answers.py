"""Doing what a program asks once, however often it asks (AP-12)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

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
    held = StoredAnswer.objects.filter(owner=owner, key=key).first()
    if held is not None and held.created_at < timezone.now() - KEPT:
        held.delete()
        held = None
    if held is None:
        try:
            with transaction.atomic():
                held = StoredAnswer.objects.create(owner=owner, key=key, request_hash=request_hash)
        except IntegrityError:
            held = StoredAnswer.objects.get(owner=owner, key=key)
        else:
            held.answer = answer()
            held.save(update_fields=["answer"])
            return held.answer, False
    if held.request_hash != request_hash:
        raise OtherRequest
    return held.answer, True


def forget_answers() -> int:
    """Delete the answers that nobody gets again."""
    number, _kinds = StoredAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return number
