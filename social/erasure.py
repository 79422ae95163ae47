"""What of somebody who left this app erases: relations, notifications, webhooks, reports, their side
of talks."""

from accounts import erasure
from social import actions

ORDER = 200
OTHERS_TALK = "the other one keeps the conversation; the page says that this one left"


def register() -> None:
    """Let accounts erase what this app has of people."""
    erasure.register("relations", actions.erase_relations, order=ORDER)
    erasure.register("messages", actions.erase_messages, order=ORDER + 1)
    erasure.register("notifications", actions.erase_notifications, order=ORDER + 2)
    # Before what the person wrote: that it goes is told to nobody's program.
    erasure.register("webhooks", actions.erase_webhooks, order=ORDER + 3)
    erasure.register("reports", actions.erase_reports, order=ORDER + 4)
    for column in ("conversation.low", "conversation.high", "conversationside.other"):
        erasure.allow(f"social.{column}", OTHERS_TALK)
