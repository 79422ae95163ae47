"""How often somebody may do something to their account, whichever door they come through."""

from accounts.models import User
from config import limits

HOUR, DAY = 3600, 24 * 3600  # seconds
PICTURES_AN_HOUR = 20
ADDRESS_CHANGES_AN_HOUR = 20
LEAVINGS_AN_HOUR = 20
TOKENS_AN_HOUR = 60
EXPORTS_A_DAY = 10
RETRIES_AN_HOUR = 30
ARCHIVES_AN_HOUR = 10
ARCHIVE_STEPS_AN_HOUR = 60


def count_picture(user: User) -> None:
    """Count that ``user`` uploads a picture of themselves. Raises TooManyRequests."""
    limits.consume("upload-avatar", user.pk, limit=PICTURES_AN_HOUR, seconds=HOUR)


def count_address_change(user: User) -> None:
    """Count that ``user`` wants another address. Raises TooManyRequests."""
    limits.consume("change-address", user.pk, limit=ADDRESS_CHANGES_AN_HOUR, seconds=HOUR)


def count_leaving(user: User) -> None:
    """Count that ``user`` tries to leave. Raises TooManyRequests."""
    limits.consume("leave", user.pk, limit=LEAVINGS_AN_HOUR, seconds=HOUR)


def count_token(user: User) -> None:
    """Count that ``user`` makes a token on a page. Raises TooManyRequests."""
    limits.consume("make-token", user.pk, limit=TOKENS_AN_HOUR, seconds=HOUR)


def count_export(user: User) -> None:
    """Count that ``user`` asks for a file of what is theirs. Raises TooManyRequests."""
    limits.consume("export", user.pk, limit=EXPORTS_A_DAY, seconds=DAY)


def count_retry(user: User) -> None:
    """Count that ``user`` tries a failed job again. Raises TooManyRequests."""
    limits.consume("retry-job", user.pk, limit=RETRIES_AN_HOUR, seconds=HOUR)


def count_archive(user: User) -> None:
    """Count that ``user`` uploads an archive. Raises TooManyRequests."""
    limits.consume("archive-upload", user.pk, limit=ARCHIVES_AN_HOUR, seconds=HOUR)


def count_archive_step(user: User) -> None:
    """Count that ``user`` lets an archive go a step on. Raises TooManyRequests."""
    limits.consume("archive-step", user.pk, limit=ARCHIVE_STEPS_AN_HOUR, seconds=HOUR)
