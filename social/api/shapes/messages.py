"""Conversations and messages, each as one of the two has them."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from accounts.api.shapes import PersonShortShape, person_short
from accounts.models import User
from config import clock
from config.api import Addresses, Shape
from social.models import ConversationSide, Message


class MessageLinksShape(Shape):
    """What belongs to a message."""

    conversation = serializers.URLField()


class MessageShape(Shape):
    """A private message: plain text."""

    id = serializers.IntegerField()
    sender = PersonShortShape(allow_null=True, help_text="null: somebody who left.")
    body = serializers.CharField(allow_blank=True, help_text="Empty if it was deleted.")
    created_at = serializers.DateTimeField()
    is_read = serializers.BooleanField(
        help_text="Whether you have read it; your own always. Nobody sees what others have read."
    )
    is_deleted = serializers.BooleanField()
    is_held = serializers.BooleanField(
        help_text="Moderators hide it from the other one; only who sent it still sees it."
    )
    url = serializers.URLField()
    html_url = serializers.URLField()
    links = MessageLinksShape()


class ConversationLinksShape(Shape):
    """What belongs to a conversation."""

    messages = serializers.URLField()
    user = serializers.URLField()


class ConversationShape(Shape):
    """What one and another person say to each other."""

    id = serializers.IntegerField()
    user = PersonShortShape(help_text="The other one.")
    last_message = MessageShape(allow_null=True, help_text="null: all was removed from your side.")
    unread_count = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    links = ConversationLinksShape()


def message_shape(
    message: Message, side: ConversationSide, viewer: User, addresses: Addresses
) -> dict[str, Any]:
    """Return ``message`` on ``side`` of ``viewer``, which is loaded with the other one; no query."""
    is_own = message.sender_id == viewer.pk
    sender = None
    if message.sender_id is not None:
        sender = person_short(viewer if is_own else side.other, addresses)
    return {
        "id": message.pk,
        "sender": sender,
        "body": message.text,
        "created_at": clock.iso(message.created_at),
        "is_read": is_own or message.pk <= side.read_up_to,
        "is_deleted": message.deleted_at is not None,
        "is_held": message.is_held,
        "url": addresses.api(f"messages/{message.pk}/"),
        "html_url": f"{_page(side, addresses)}#message-{message.pk}",
        "links": {"conversation": _address(side, addresses)},
    }


def conversation_shape(
    side: ConversationSide, last: Message | None, viewer: User, addresses: Addresses
) -> dict[str, Any]:
    """Return the conversation of ``side``, whose last message is ``last``; no query."""
    other = person_short(side.other, addresses)
    return {
        "id": side.conversation_id,
        "user": other,
        "last_message": message_shape(last, side, viewer, addresses) if last else None,
        "unread_count": side.unread_count,
        "updated_at": clock.iso(side.last_at),
        "url": _address(side, addresses),
        "html_url": _page(side, addresses),
        "links": {"messages": f"{_address(side, addresses)}messages/", "user": other["url"]},
    }


def _address(side: ConversationSide, addresses: Addresses) -> str:
    return addresses.api(f"conversations/{side.other_id}/")


def _page(side: ConversationSide, addresses: Addresses) -> str:
    return addresses.page(reverse("social:conversation", args=[side.other.handle]))
