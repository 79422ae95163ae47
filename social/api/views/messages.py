"""Private messages by programs (AP-47)."""

import hashlib
from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.exceptions import TrustLimit
from accounts.models import User
from config.api import ApiView
from config.api.repeating import HEADER
from social import actions, conversations, limits
from social.api.inputs import MessageInput, ReadInput, UnreadInput
from social.api.shapes.messages import (
    ConversationShape,
    MessageShape,
    conversation_shape,
    message_shape,
)
from social.exceptions import MessageRefused
from social.models import ConversationSide, Message
from social.shortcuts import called, get_person_for_messages, require_other


class Conversations(ApiView):
    """Members: their conversations."""

    scopes: ClassVar = {"GET": "messages"}
    shape = ConversationShape

    @extend_schema(responses=ConversationShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: one's conversations, latest activity first."""

        def shapes(sides: list[Any]) -> list[dict[str, Any]]:
            last = Message.objects.in_bulk([side.last_message for side in sides])
            return [
                conversation_shape(side, last.get(side.last_message), request.user, self.addresses)
                for side in sides
            ]

        return self.page(conversations.conversations_of(request.user), shapes, field="last_at")


class ConversationView(ApiView):
    """Members: what they and another person said; 404 for whom a block hides, unless there is
    a conversation already (SO-07, SO-17)."""

    def find(self, who: str) -> tuple[User, ConversationSide | None]:
        """Return the other one, and the conversation if there is one. Raises Http404, Gone."""
        other, side = get_person_for_messages(called(who), self.request.user)
        require_other(other, self.request.user)
        return other, side

    def change(self, who: str) -> ConversationSide:
        """Return the conversation that the caller is about to change. Raises Http404."""
        limits.count_message_change(self.request.user)
        _other, side = self.find(who)
        if side is None:
            raise Http404
        return side

    def told(self, side: ConversationSide) -> dict[str, Any]:
        """Return the conversation of ``side`` as it is now."""
        user = self.request.user
        side = conversations.sides_with_last_message(user).get(pk=side.pk)
        last = Message.objects.filter(pk=side.last_message).first()
        return conversation_shape(side, last, user, self.addresses)


class Conversation(ConversationView):
    """Members: one of their conversations."""

    scopes: ClassVar = {"GET": "messages", "DELETE": "messages"}
    shape = ConversationShape

    @extend_schema(responses=ConversationShape)
    def get(self, request: Request, who: str) -> Response:
        """Members: one's conversation with a person; 404 if there is none."""
        _other, side = self.find(who)
        if side is None:
            raise Http404
        return self.one(self.told(side))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, who: str) -> Response:
        """Members: take a conversation from one's list until the next message; the other keeps it."""
        side = self.change(who)
        self.require_version(self.told(side))
        actions.clear_conversation(side.conversation, actor=request.user)
        return self.nothing()


class ConversationMessages(ConversationView):
    """Members: the messages of one conversation."""

    scopes: ClassVar = {"GET": "messages", "POST": "messages"}
    shape = MessageShape

    @extend_schema(responses=MessageShape(many=True))
    def get(self, request: Request, who: str) -> Response:
        """Members: what one and a person said, latest first; reading marks nothing as read."""
        other, side = self.find(who)
        rows = Message.objects.none() if side is None else conversations.messages_on(side)
        if side is not None:
            side.other = other

        def shapes(messages: list[Message]) -> list[dict[str, Any]]:
            return [message_shape(one, side, request.user, self.addresses) for one in messages]

        return self.page(rows, shapes, field="created_at")

    @extend_schema(request=MessageInput, responses={201: MessageShape})
    def post(self, request: Request, who: str) -> Response:
        """Members: write to a person; what they wrote before counts as read."""
        data = self.valid(MessageInput)
        other, side = self.find(who)
        limits.count_message(request.user, is_first=side is None)
        try:
            sent = actions.send_message(
                other,
                actor=request.user,
                text=data["body"],
                origin_key=self._origin_key(data["body"]),
                seen=data.get("read_up_to"),
            )
        except User.DoesNotExist as error:
            raise Http404 from error
        except (MessageRefused, TrustLimit) as error:
            error.field = error.field and "body"  # as it is called here
            raise
        side = conversations.side_of(request.user, other)
        side.other = other
        return self.created(message_shape(sent, side, request.user, self.addresses))

    def _origin_key(self, body: str) -> str:
        """Name what is sent, so that the same is sent once however the answer got lost."""
        key = self.request.headers.get(HEADER, "")
        if not key:
            return ""
        return "api:" + hashlib.sha256(f"{key}\n{body}".encode()).hexdigest()


class ConversationRead(ConversationView):
    """Members: how far they read a conversation."""

    scopes: ClassVar = {"POST": "messages"}

    @extend_schema(request=ReadInput, responses=ConversationShape)
    def post(self, request: Request, who: str) -> Response:
        """Members: note that one read up to a message; what came after it stays unread."""
        up_to = self.valid(ReadInput)["up_to"]
        side = self.change(who)
        actions.mark_conversation_read(side.conversation, actor=request.user, up_to=up_to)
        return self.one(self.told(side))


class ConversationUnread(ConversationView):
    """Members: from where on a conversation is unread."""

    scopes: ClassVar = {"POST": "messages"}

    @extend_schema(request=UnreadInput, responses=ConversationShape)
    def post(self, request: Request, who: str) -> Response:
        """Members: let a conversation be unread from a message on."""
        first = self.valid(UnreadInput)["from_id"]
        side = self.change(who)
        message = conversations.message_for(request.user, first)
        if message is None or message.conversation_id != side.conversation_id:
            raise Http404
        actions.mark_conversation_unread(message, actor=request.user)
        return self.one(self.told(side))


class MessageDetail(ApiView):
    """The two of a conversation: one message of it."""

    scopes: ClassVar = {"GET": "messages", "DELETE": "messages"}
    shape = MessageShape

    @extend_schema(responses=MessageShape)
    def get(self, request: Request, pk: int) -> Response:
        """The two of a conversation: one message of it, while it is shown there."""
        message, side = self._find(pk)
        return self.one(message_shape(message, side, request.user, self.addresses))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The sender: delete a message for both; a sign stays in its place."""
        limits.count_message_change(request.user)
        message, side = self._find(pk)
        self.require_version(message_shape(message, side, request.user, self.addresses))
        actions.delete_message(message, actor=request.user)
        return self.nothing()

    def _find(self, pk: int) -> tuple[Message, ConversationSide]:
        found = conversations.message_on_side(self.request.user, pk)
        if found is None:
            raise Http404
        return found
