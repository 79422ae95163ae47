"""The demo's conversations: there once however often they are loaded, and one waits to be read."""

import pytest

from accounts.tests.factories import make_person
from blog.demo.conversations import load_conversations
from social.conversations import side_of
from social.models import Conversation, Message


@pytest.mark.django_db
def test_the_conversations_are_loaded_once_with_something_unread():
    people = {handle: make_person(handle) for handle in ("minah", "junho", "madang")}
    number = load_conversations(people)
    assert number == Message.objects.count() > 5
    assert load_conversations(people) == 0
    assert Conversation.objects.count() == 2
    assert side_of(people["minah"], people["junho"]).unread_count == 2
    assert side_of(people["junho"], people["minah"]).unread_count == 0
    moments = [message.created_at for message in Message.objects.order_by("pk")[:8]]
    assert moments == sorted(moments)
