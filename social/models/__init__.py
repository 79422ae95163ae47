"""How people relate, by noun."""

from social.models.messages import Conversation, ConversationSide, Message
from social.models.notifications import Event, Inbox, Notification, NotificationCause
from social.models.relations import Block, Follow, Mute, MutedTerm

__all__ = [
    "Block",
    "Conversation",
    "ConversationSide",
    "Event",
    "Follow",
    "Inbox",
    "Message",
    "Mute",
    "MutedTerm",
    "Notification",
    "NotificationCause",
]
