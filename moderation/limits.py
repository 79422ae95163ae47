"""How often somebody may ask moderators something, whichever door they come through."""

from accounts.models import User
from config import limits

HOUR, DAY = 3600, 24 * 3600  # seconds
APPEALS_AN_HOUR = 20
APPEALS_BY_LINK_AN_HOUR = 20
TAKEDOWNS_AN_HOUR = 5
TAKEDOWN_TRIES_AN_HOUR = 30  # with those that say what is still wrong
TAKEDOWNS_A_DAY = 15
RECEIPTS_AN_HOUR = 120


def count_appeal(user: User) -> None:
    """Count an appeal or objection of ``user``. Raises TooManyRequests."""
    limits.consume("appeal", user.pk, limit=APPEALS_AN_HOUR, seconds=HOUR)


def count_appeal_by_link(network: str) -> None:
    """Count an appeal without a session. Raises TooManyRequests."""
    limits.consume("appeal-by-link", network, limit=APPEALS_BY_LINK_AN_HOUR, seconds=HOUR)


def count_takedown_try(network: str) -> None:
    """Count that the form of a takedown is sent, right or wrong. Raises TooManyRequests."""
    limits.consume("takedown-try", network, limit=TAKEDOWN_TRIES_AN_HOUR, seconds=HOUR)


def count_takedown(network: str) -> None:
    """Count a request to take something down that nothing is wrong with. Raises TooManyRequests."""
    limits.consume("takedown", network, limit=TAKEDOWNS_AN_HOUR, seconds=HOUR)
    limits.consume("takedown-day", network, limit=TAKEDOWNS_A_DAY, seconds=DAY)


def count_receipt(network: str) -> None:
    """Count that a receipt is looked at or used: nobody tries them out. Raises TooManyRequests."""
    limits.consume("takedown-receipt", network, limit=RECEIPTS_AN_HOUR, seconds=HOUR)
