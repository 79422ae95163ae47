"""How often networks and people write on sites elsewhere (EM-13).

What members say and like there counts with what they do here, too (``blog.limits``).
"""

from django.http import HttpRequest

from accounts.browsers import coarse_network
from accounts.models import User
from config import limits

WRITES_AN_HOUR = 30  # of one network
HOUR = 3600  # seconds
SITE_CHANGES_AN_HOUR, SIGN_INS_AN_HOUR, COMMENT_FILES_AN_HOUR = 60, 60, 30


def count_write(request: HttpRequest) -> None:
    """Count what a network writes. Raises TooManyRequests."""
    network = coarse_network(request.META.get("REMOTE_ADDR", ""))
    limits.consume("embed-write", network, limit=WRITES_AN_HOUR, seconds=HOUR)


def count_site_change(person: User) -> None:
    """Count a change of one's sites. Raises TooManyRequests."""
    limits.consume("embed-site", person.pk, limit=SITE_CHANGES_AN_HOUR, seconds=HOUR)


def count_sign_in(person: User) -> None:
    """Count a key for a site elsewhere. Raises TooManyRequests."""
    limits.consume("embed-sign-in", person.pk, limit=SIGN_INS_AN_HOUR, seconds=HOUR)


def count_comment_file(person: User) -> None:
    """Count a file with comments, in or out. Raises TooManyRequests."""
    limits.consume("embed-file", person.pk, limit=COMMENT_FILES_AN_HOUR, seconds=HOUR)
