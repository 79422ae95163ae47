"""How often somebody may move a blog in, whichever door they come through."""

from accounts.models import User
from config import limits

UPLOADS_AN_HOUR = 10
STEPS_AN_HOUR = 60
HOUR = 3600  # seconds


def count_upload(user: User) -> None:
    """Count that ``user`` uploads a blog. Raises TooManyRequests."""
    limits.consume("import-upload", user.pk, limit=UPLOADS_AN_HOUR, seconds=HOUR)


def count_step(user: User) -> None:
    """Count that ``user`` lets a blog go a step on. Raises TooManyRequests."""
    limits.consume("import-step", user.pk, limit=STEPS_AN_HOUR, seconds=HOUR)
