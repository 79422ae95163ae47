"""What a person is told."""

from typing import Any

from rest_framework import serializers

from accounts.api.shapes import PersonShortShape, person_short
from accounts.models import User
from config import clock
from config.api import Addresses, Shape
from social import notices
from social.models import Inbox
from social.notice_cards import Card
from social.notices import MAIL_CHOICES

API_PATHS = {
    "post": "posts/%d/",
    "comment": "comments/%d/",
    "person": "users/%d/",
    "job": "jobs/%d/",
    "webhook": "webhooks/%d/",
}
"""Type of a target → its address here; the others have a page alone."""


class NotificationTargetShape(Shape):
    """What a notification is about."""

    kind = serializers.CharField(help_text="post, comment, person, conversation, job, …")
    id = serializers.IntegerField()
    url = serializers.URLField(allow_null=True, help_text="null: it has a page alone.")
    html_url = serializers.URLField(help_text="Where the notification leads.")


class NotificationShape(Shape):
    """One notification, by one or by many."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="follow, mention, comment, reply, like, message, …")
    actors = PersonShortShape(many=True, help_text="The latest, three at most.")
    actor_count = serializers.IntegerField(help_text="How many people in all, guests too.")
    target = NotificationTargetShape()
    text = serializers.CharField(help_text="The whole sentence, in your language.")
    excerpt = serializers.CharField(allow_blank=True, help_text="The words that it is about.")
    created_at = serializers.DateTimeField()
    latest_at = serializers.DateTimeField(help_text="Of the last cause; lists go by this.")
    is_read = serializers.BooleanField()
    url = serializers.URLField()
    html_url = serializers.URLField()


class UnreadShape(Shape):
    """The numbers of the badges."""

    notifications = serializers.IntegerField()
    messages = serializers.IntegerField()


class EventShape(Shape):
    """News for open pages and programs; unknown names may be passed over."""

    name = serializers.CharField()
    data = serializers.DictField()
    at = serializers.DateTimeField()


class PollShape(Shape):
    """What came after a cursor."""

    events = EventShape(many=True)
    cursor = serializers.CharField()
    reset = serializers.BooleanField(help_text="Begin anew: the cursor was of no use.")


class NotificationSettingsShape(Shape):
    """Kind of notification → when a mail tells of it, too."""

    mails = serializers.DictField(child=serializers.ChoiceField(choices=MAIL_CHOICES))
    is_mail_on = serializers.BooleanField(help_text="Whether this site sends mail at all.")
    html_url = serializers.URLField()


def notification_shape(card: Card, addresses: Addresses) -> dict[str, Any]:
    """Return ``card`` in the language that is active."""
    kind, pk = card.target
    path = API_PATHS[kind] % pk if kind in API_PATHS else ""
    if kind == "conversation" and card.people:
        path = f"conversations/{card.people[0].pk}/"
    return {
        "id": card.id,
        "kind": card.kind,
        "actors": [person_short(one, addresses) for one in card.people],
        "actor_count": card.people_count,
        "target": {
            "kind": kind,
            "id": pk,
            "url": addresses.api(path) if path else None,
            "html_url": addresses.page(card.url),
        },
        "text": card.sentence,
        "excerpt": card.text,
        "created_at": clock.iso(card.created_at),
        "latest_at": clock.iso(card.at),
        "is_read": not card.is_unread,
        "url": addresses.api(f"notifications/{card.id}/"),
        "html_url": addresses.page(card.url),
    }


def unread_shape(inbox: Inbox) -> dict[str, Any]:
    """Return the numbers of ``inbox``."""
    return {"notifications": inbox.unread_notifications, "messages": inbox.unread_messages}


def mail_choices(person: User) -> dict[str, str]:
    """Return what ``person`` chose of every kind that can be mailed."""
    return {
        kind.name: notices.mail_choice(person, kind) for kind in notices.all_kinds() if kind.mail
    }
