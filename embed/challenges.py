"""A small proof of work, so that a thousand comments of guests cost a machine some time (EM-10).

``answer`` is a number n such that SHA-256(challenge + ":" + n) begins with so many zero bits.
Nothing is stored until an answer comes; each challenge answers once.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from embed.exceptions import ChallengeFailed
from embed.models import EmbedSite

SALT = "embed.challenge"
LIFETIME = timedelta(minutes=10)
LONGEST_ANSWER = 20  # digits


class Challenge(NamedTuple):
    """What a guest's browser has to work on."""

    text: str
    bits: int
    expires_at: datetime


def new_challenge(site: EmbedSite) -> Challenge:
    """Return a fresh task for a guest of ``site``."""
    bits = settings.EMBED_CHALLENGE_BITS
    text = signing.dumps([site.key, bits, secrets.token_hex(8)], salt=SALT)
    return Challenge(text, bits, timezone.now() + LIFETIME)


def is_solved(challenge: str, answer: str, bits: int) -> bool:
    """Return whether ``answer`` gives ``bits`` zero bits at the beginning of the hash."""
    digest = hashlib.sha256(f"{challenge}:{answer}".encode()).digest()
    return int.from_bytes(digest) >> (8 * len(digest) - bits) == 0


def take_answer(site: EmbedSite, challenge: str, answer: str) -> None:
    """Use up ``challenge``. Raises ChallengeFailed unless ``answer`` solves it for the first time."""
    refused = ChallengeFailed(
        _("The check of your browser did not work. Send it again."), field="guest"
    )
    if not (answer.isascii() and answer.isdecimal() and len(answer) <= LONGEST_ANSWER):
        raise refused
    try:
        key, bits, _nonce = signing.loads(challenge, salt=SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise refused from error
    if key != site.key or not is_solved(challenge, answer, bits):
        raise refused
    digest = hashlib.sha256(challenge.encode()).hexdigest()
    if not cache.add(f"embed:challenge:{digest}", 1, LIFETIME.total_seconds()):
        raise refused
