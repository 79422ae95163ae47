"""What of somebody who left this app erases."""

from accounts import erasure
from moderation import actions

ORDER = 280


def register() -> None:
    """Let accounts take people's names and words out of what was decided."""
    erasure.register("moderation", actions.erase_from_moderation, order=ORDER)
    erasure.allow("moderation.decision.actor", "what staff decided keeps who did, without words")
