"""What social stores as numbers, and how each is counted anew (OP-30)."""

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from config.care import recounting
from config.care.recounting import number_of
from social import actions
from social.models import (
    ConversationSide,
    Follow,
    Inbox,
    Message,
    Notification,
    NotificationCause,
)


def register() -> None:
    """Have the numbers of relations, talk and notifications counted anew; inboxes come last."""
    recounting.register(
        "accounts.user.follower_count", rows=_people_followed, repair=actions.recount_follows
    )
    recounting.register(
        "accounts.user.following_count", rows=_people_following, repair=actions.recount_follows
    )
    recounting.register(
        "social.conversationside.unread_count",
        rows=_sides_with_unread,
        repair=actions.recount_conversation_side,
    )
    recounting.register(
        "social.notification.cause_count",
        rows=_notifications_with_causes,
        repair=actions.recount_notification,
    )
    recounting.register(
        "social.inbox.unread_notifications", rows=_inboxes_with_notices, repair=_settle
    )
    recounting.register("social.inbox.unread_messages", rows=_inboxes_with_messages, repair=_settle)


def _settle(pk: int) -> None:
    actions.settle_inboxes([pk])


def _people_followed() -> QuerySet:
    return User.objects.annotate(counted=number_of(Follow.objects.all(), "followed"))


def _people_following() -> QuerySet:
    return User.objects.annotate(counted=number_of(Follow.objects.all(), "follower"))


def _sides_with_unread() -> QuerySet:
    unread = (
        Message.objects.filter(
            conversation=OuterRef("conversation"),
            pk__gt=OuterRef("read_up_to"),
            deleted_at=None,
            is_held=False,
        )
        .filter(pk__gt=OuterRef("cleared_up_to"))
        .exclude(sender__isnull=False, sender=OuterRef("person"))
    )
    number = unread.order_by().values("conversation").annotate(n=Count("pk")).values("n")
    return ConversationSide.objects.annotate(
        counted=Coalesce(Subquery(number, output_field=IntegerField()), 0)
    )


def _notifications_with_causes() -> QuerySet:
    standing = NotificationCause.objects.filter(withdrawn_at=None)
    return Notification.objects.annotate(counted=number_of(standing, "notification"))


def _inboxes_with_notices() -> QuerySet:
    unread = Notification.objects.filter(
        person=OuterRef("pk"), read_at=None, cause_count__gt=0
    ).order_by()
    number = unread.values("person").annotate(n=Count("pk")).values("n")
    return Inbox.objects.annotate(
        counted=Coalesce(Subquery(number, output_field=IntegerField()), 0)
    )


def _inboxes_with_messages() -> QuerySet:
    sides = ConversationSide.objects.filter(person=OuterRef("pk"), unread_count__gt=0).order_by()
    number = sides.values("person").annotate(n=Sum(F("unread_count"))).values("n")
    return Inbox.objects.annotate(
        counted=Coalesce(Subquery(number, output_field=IntegerField()), 0)
    )
