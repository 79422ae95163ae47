"""Counting anew what one row says in numbers; each holds its row and is safe twice."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from social.actions.inbox import locked_inboxes, settle_inbox, settle_inboxes
from social.actions.messages import store_side
from social.actions.notifications import recount_notifications
from social.models import ConversationSide, Follow, Notification


@transaction.atomic
def recount_follows(person_pk: int) -> bool:
    """Set a person's numbers of followers and followed to what is there; return if they moved."""
    person = User.objects.select_for_update(no_key=True).filter(pk=person_pk).only("pk").first()
    if person is None:
        return False
    numbers = {
        "follower_count": Follow.objects.filter(followed=person_pk).count(),
        "following_count": Follow.objects.filter(follower=person_pk).count(),
    }
    return bool(User.objects.filter(pk=person_pk).exclude(**numbers).update(**numbers))


@transaction.atomic
def recount_conversation_side(pk: int) -> None:
    """Set what is unread on one side of a conversation to what is there, and its inbox."""
    found = ConversationSide.objects.filter(pk=pk).first()
    if found is None:
        return
    # Both sides by key, as whoever writes to the conversation holds them.
    sides = ConversationSide.objects.select_for_update().filter(
        conversation_id=found.conversation_id
    )
    for side in sides.order_by("pk"):
        if side.pk == pk:
            store_side(side)
            settle_inboxes([side.person_id])


@transaction.atomic
def recount_notification(pk: int) -> None:
    """Set the causes of one notification to those that stand, and the inbox it counts in."""
    person = Notification.objects.filter(pk=pk).values_list("person_id", flat=True).first()
    if person is None:
        return
    inbox = locked_inboxes([person])[person]
    recount_notifications([pk], timezone.now())
    settle_inbox(inbox)
