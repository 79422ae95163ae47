"""What a person is told, by programs (AP-48)."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from config.api import ApiView, required
from social import actions, limits
from social.api.inputs import NotificationSettingsInput, NotificationsReadInput
from social.api.shapes.notifications import (
    NotificationSettingsShape,
    NotificationShape,
    PollShape,
    UnreadShape,
    mail_choices,
    notification_shape,
    unread_shape,
)
from social.models import Notification
from social.news import inbox_of, news_since
from social.notice_cards import cards_for

SECOND = timedelta(seconds=1)
"""Times in answers are whole seconds: what happened within the last one counts as told."""


class Notifications(ApiView):
    """Members: what they were told."""

    scopes: ClassVar = {"GET": "notifications"}
    shape = NotificationShape

    @extend_schema(responses=NotificationShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: what one was told, newest first; what one may not see any more is left out."""

        def shapes(rows: list[Notification]) -> list[dict[str, Any]]:
            return [
                notification_shape(one, self.addresses) for one in cards_for(request.user, rows)
            ]

        rows = Notification.objects.filter(person=request.user, cause_count__gt=0)
        return self.page(rows, shapes, field="latest_at")


class NotificationDetail(ApiView):
    """Members: one thing that they were told."""

    scopes: ClassVar = {"GET": "notifications"}
    shape = NotificationShape

    @extend_schema(responses=NotificationShape)
    def get(self, request: Request, pk: int) -> Response:
        """Members: one of one's own notifications, while one may see what it is about."""
        told = Notification.objects.filter(person=request.user, cause_count__gt=0, pk=pk)
        card = next(iter(cards_for(request.user, told)), None)
        if card is None:
            raise Http404
        return self.one(notification_shape(card, self.addresses))


class NotificationsPoll(ApiView):
    """Members: news since they last asked (SO-28, SO-29)."""

    scopes: ClassVar = {"GET": "notifications"}
    shape = PollShape

    @extend_schema(
        parameters=[OpenApiParameter("since", str, description="The cursor of the last answer.")],
        responses=PollShape,
    )
    def get(self, request: Request) -> Response:
        """Members: what came after a cursor; 304 while that is what one has."""
        news = news_since(request.user, request.query_params.get("since", ""))
        return self.one({"events": news.events, "cursor": news.cursor, "reset": news.reset})


class NotificationsRead(ApiView):
    """Members: what they have seen of it."""

    scopes: ClassVar = {"POST": "notifications"}

    @extend_schema(request=NotificationsReadInput, responses=UnreadShape)
    def post(self, request: Request) -> Response:
        """Members: mark notifications as read: some, those up to a moment, or all."""
        data = self.valid(NotificationsReadInput)
        rows = self._meant(request.user, data)
        limits.count_mark(request.user)
        actions.mark_read(request.user, rows)
        return self.one(unread_shape(inbox_of(request.user)))

    @staticmethod
    def _meant(user: User, data: dict[str, Any]) -> QuerySet:
        own = Notification.objects.filter(person=user)
        if "ids" in data:
            return own.filter(pk__in=data["ids"])
        if "up_to" in data:
            return own.filter(latest_at__lt=data["up_to"].replace(microsecond=0) + SECOND)
        if data.get("all"):
            return own.filter(latest_at__lte=timezone.now())
        raise required("ids")


class MyUnread(ApiView):
    """Members: the numbers of their badges."""

    scopes: ClassVar = {"GET": "notifications"}

    @extend_schema(responses=UnreadShape)
    def get(self, request: Request) -> Response:
        """Members: how many notifications and messages one has not read."""
        return self.one(unread_shape(inbox_of(request.user)))


class MyNotificationSettings(ApiView):
    """Members: which notifications come by mail, too (SO-32)."""

    scopes: ClassVar = {"GET": "notifications", "PATCH": "account"}
    shape = NotificationSettingsShape
    also_fails: ClassVar = (412,)

    @extend_schema(responses=NotificationSettingsShape)
    def get(self, request: Request) -> Response:
        """Members: when a mail tells of what."""
        return self.one(self._told(request.user))

    @extend_schema(request=NotificationSettingsInput, responses=NotificationSettingsShape)
    def patch(self, request: Request) -> Response:
        """Members: choose when a mail tells of what; kinds that are left out stay."""
        data = self.valid(NotificationSettingsInput)
        self.require_version(self._told(request.user))
        offered = mail_choices(request.user)
        chosen = {name: choice for name, choice in data.get("mails", {}).items() if name in offered}
        return self.one(self._told(actions.choose_mails(request.user, chosen)))

    def _told(self, user: User) -> dict[str, Any]:
        return {
            "mails": mail_choices(user),
            "is_mail_on": settings.MAIL_ENABLED,
            "html_url": self.addresses.page(reverse("social:settings_notifications")),
        }


class MailsAgain(ApiView):
    """Mails after an address could not be reached (SO-33)."""

    scopes: ClassVar = {"POST": "account"}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Members: let the next mail go to one's address again."""
        limits.count_mail_try(request.user)
        actions.try_mail_again(request.user)
        return self.nothing()
