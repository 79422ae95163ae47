"""How people relate, by noun."""

from social.models.messages import Conversation, ConversationSide, Message
from social.models.notifications import Event, Inbox, Notification, NotificationCause, WithheldCause
from social.models.relations import Block, Follow, Mute, MutedTerm
from social.models.reports import Report
from social.models.webhooks import Webhook, WebhookDelivery

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
    "Report",
    "Webhook",
    "WebhookDelivery",
    "WithheldCause",
]
