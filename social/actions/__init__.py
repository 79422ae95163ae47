"""The only code that changes how people relate, and what they are told."""

from social.actions.inbox import prune_events, send_event, settle_inboxes
from social.actions.notifications import (
    forget_withdrawn,
    mark_read,
    notify,
    withdraw,
    withdraw_between,
    withdraw_object,
    withdraw_target,
)
from social.actions.relations import (
    block_person,
    follow_person,
    unblock_person,
    unfollow_person,
)

__all__ = [
    "block_person",
    "follow_person",
    "forget_withdrawn",
    "mark_read",
    "notify",
    "prune_events",
    "send_event",
    "settle_inboxes",
    "unblock_person",
    "unfollow_person",
    "withdraw",
    "withdraw_between",
    "withdraw_object",
    "withdraw_target",
]
