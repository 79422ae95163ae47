"""How often a member may do something to others, whichever door they come through."""

from accounts.models import User
from config import limits

HOUR, DAY = 3600, 24 * 3600  # seconds
FOLLOWS_AN_HOUR = 60
BLOCKS_AN_HOUR = 60
MUTES_AN_HOUR = 120
TERMS_AN_HOUR = 300
MESSAGES_AN_HOUR = 600
NEW_CONVERSATIONS_AN_HOUR = 20
MESSAGE_CHANGES_AN_HOUR = 1200
MARKS_AN_HOUR = 1200
MAIL_TRIES_A_DAY = 5
REPORTS_AN_HOUR = 30


def count_follow(user: User) -> None:
    """Count that ``user`` follows somebody (SO-11). Raises TooManyRequests."""
    _count("follow", user, FOLLOWS_AN_HOUR)


def count_block(user: User) -> None:
    """Count that ``user`` blocks somebody. Raises TooManyRequests."""
    _count("block", user, BLOCKS_AN_HOUR)


def count_mute(user: User) -> None:
    """Count that ``user`` mutes somebody. Raises TooManyRequests."""
    _count("mute", user, MUTES_AN_HOUR)


def count_muted_term(user: User) -> None:
    """Count that ``user`` mutes a word or tag. Raises TooManyRequests."""
    _count("mute-term", user, TERMS_AN_HOUR)


def count_message(user: User, *, is_first: bool) -> None:
    """Count a message of ``user``, the first of a conversation twice (SO-11). Raises TooManyRequests."""
    _count("send-message", user, MESSAGES_AN_HOUR)
    if is_first:
        _count("begin-conversation", user, NEW_CONVERSATIONS_AN_HOUR)


def count_message_change(user: User) -> None:
    """Count that ``user`` reads, clears or deletes messages. Raises TooManyRequests."""
    _count("change-messages", user, MESSAGE_CHANGES_AN_HOUR)


def count_mark(user: User) -> None:
    """Count that ``user`` marks notifications as read. Raises TooManyRequests."""
    _count("read-notifications", user, MARKS_AN_HOUR)


def count_mail_try(user: User) -> None:
    """Count that ``user`` wants mails again after one came back. Raises TooManyRequests."""
    limits.consume("mail-again", user.pk, limit=MAIL_TRIES_A_DAY, seconds=DAY)


def count_report(user: User) -> None:
    """Count a report of ``user``. Raises TooManyRequests."""
    _count("report", user, REPORTS_AN_HOUR)


def _count(act: str, user: User, most: int) -> None:
    limits.consume(act, user.pk, limit=most, seconds=HOUR)
