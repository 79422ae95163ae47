"""What of somebody who left this app erases: sites elsewhere."""

from accounts import erasure
from embed import actions

ORDER = 290


def register() -> None:
    """Let accounts erase what this app has of people, before blog's posts."""
    erasure.register("embed sites", actions.erase_sites, order=ORDER)
