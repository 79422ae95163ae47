"""What a webhook is told of, and how a message is signed: the Standard Webhooks specification.

https://github.com/standard-webhooks/standard-webhooks. No secret is stored: each is made from the
site's SECRET_KEY and a random salt of its row, so that a copy of the database signs nothing.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from config.fetch import is_public
from config.mails import site_link
from config.text import clean_line
from social.exceptions import WebhookRefused

EVENTS = {
    "post.published": gettext_lazy("A post of mine goes out"),
    "post.updated": gettext_lazy("A published post of mine changes"),
    "post.unpublished": gettext_lazy("A post of mine is taken back"),
    "post.deleted": gettext_lazy("A post of mine is deleted"),
    "comment.created": gettext_lazy("Somebody comments on a post of mine"),
    "comment.updated": gettext_lazy("A comment on a post of mine changes"),
    "comment.deleted": gettext_lazy("A comment on a post of mine is deleted"),
    "follow.created": gettext_lazy("Somebody follows me"),
    "reaction.created": gettext_lazy("Somebody likes what I wrote"),
}
"""Name → what it says. Names never change; new ones may come."""

TEST_EVENT = "webhook.test"
URL_MAX_LENGTH = 500
DESCRIPTION_MAX_LENGTH = 100  # graphemes
PER_PERSON = 10

FORMER_SECRET_FOR = timedelta(hours=24)
"""After a rotation the former secret signs beside the new one for so long."""
KEPT_FOR = timedelta(days=30)
"""The log of deliveries reaches back so far."""
GIVE_UP_AFTER = timedelta(days=5)
"""A webhook that answered nothing but errors for so long is switched off."""
RETRY_AFTER = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours: ten attempts in 3 to 4 days."""
SECONDS = 10
ANSWER_BYTES = 4096

HOUR = 3600  # seconds
CHANGES_AN_HOUR = 30
TESTS_AN_HOUR = 20
REPLAYS_AN_HOUR = 100

PREFIX = "whsec_"
KEY_SALT = "social.webhooks.secret"
NEVER_PUBLIC = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")


def new_salt() -> str:
    """Return what a new secret is made from."""
    return secrets.token_hex(32)


def new_message_id() -> str:
    """Return a name for a message that nobody else has."""
    return f"msg_{secrets.token_hex(16)}"


def secret_of(salt: str) -> str:
    """Return the secret that belongs to ``salt``, as its receiver gets it."""
    return PREFIX + base64.b64encode(_key_of(salt)).decode()


def signatures(salts: list[str], message_id: str, timestamp: int, body: str) -> str:
    """Return the header ``webhook-signature``: one signature for each of ``salts``."""
    signed = f"{message_id}.{timestamp}.{body}".encode()
    made = (hmac.digest(_key_of(salt), signed, hashlib.sha256) for salt in salts)
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)


def _key_of(salt: str) -> bytes:
    return salted_hmac(KEY_SALT, salt, algorithm="sha256").digest()


def schemes() -> tuple[str, ...]:
    """Return how a webhook may be reached: HTTPS, on a laptop also without encryption."""
    return ("https", "http") if settings.WEBHOOKS_TO_LOOPBACK else ("https",)


def cleaned_url(url: str) -> str:
    """Return ``url`` as it is stored.

    Raises WebhookRefused for what is no web address, or plainly of no public machine; where a name
    leads is judged anew at each delivery (``config.fetch``).
    """
    url = clean_line(url).partition("#")[0]
    problem = ""
    try:
        URLValidator(schemes=schemes())(url)
        parts = urlsplit(url)
        if len(url) > URL_MAX_LENGTH:
            problem = _("This address is too long.")
        elif parts.port == 0:
            problem = _("This address cannot be reached.")
        elif parts.username is not None or parts.password is not None:
            problem = _("Leave names and passwords out of the address.")
        elif not settings.WEBHOOKS_TO_LOOPBACK and _is_never_public(parts.hostname or ""):
            problem = _("This address is not reachable from the internet.")
    except (ValidationError, ValueError):
        problem = _("Give the whole address of your receiver, beginning with https://.")
    if problem:
        raise WebhookRefused(problem, field="url")
    return url


def _is_never_public(host: str) -> bool:
    host = host.lower().rstrip(".")
    if host == NEVER_PUBLIC[0] or host.endswith(NEVER_PUBLIC[1:]):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def api_link(path: str) -> str:
    """Return the whole address of ``path`` below ``/api/v1/``, there being no request."""
    return site_link(reverse("v1:index") + path)


def person_data(person: User) -> dict[str, object]:
    """Return what messages say of a person."""
    return {
        "id": person.pk,
        "handle": person.handle,
        "display_name": person.display_name,
        "url": api_link(f"users/{person.pk}/"),
        "html_url": site_link(person.get_absolute_url()),
    }
