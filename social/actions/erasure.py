"""Taking away what somebody who left was to others, with every count that it moved."""

from django.db import transaction
from django.db.models import F, Q

from accounts.models import User
from social.actions.inbox import locked_inboxes, settle_inbox
from social.actions.relations import locked_people
from social.models import (
    Block,
    Conversation,
    ConversationSide,
    Event,
    Follow,
    Inbox,
    Message,
    Mute,
    MutedTerm,
    Notification,
    NotificationCause,
)

AT_A_TIME = 200


def erase_relations(person: User) -> dict[str, int]:
    """Take away follows both ways, blocks, mutes and muted words."""
    counts = {"follows": 0, "followers": 0}
    while _erase_some_follows(person, counts):
        pass
    with transaction.atomic():
        counts["blocks"] = _delete(Block.objects.filter(Q(blocker=person) | Q(blocked=person)))
        counts["mutes"] = _delete(Mute.objects.filter(Q(muter=person) | Q(muted=person)))
        counts["mutes"] += _delete(MutedTerm.objects.filter(person=person))
    return counts


def _delete(rows) -> int:
    return rows.delete()[0]


@transaction.atomic
def _erase_some_follows(person: User, counts: dict[str, int]) -> bool:
    """Take away a few follows, so that nobody waits long; return whether there were any."""
    rows = list(Follow.objects.filter(Q(follower=person) | Q(followed=person))[:AT_A_TIME])
    locked_people(
        {person.pk, *(row.follower_id for row in rows), *(row.followed_id for row in rows)}
    )
    for row in rows:
        if not Follow.objects.filter(pk=row.pk).delete()[0]:
            continue
        counts["follows" if row.follower_id == person.pk else "followers"] += 1
        User.objects.filter(pk=row.follower_id).update(following_count=F("following_count") - 1)
        User.objects.filter(pk=row.followed_id).update(follower_count=F("follower_count") - 1)
    return bool(rows)


def erase_messages(person: User) -> dict[str, int]:
    """Let what was said stay with the other side, as of somebody who left; keep no side of one's own.

    A conversation that the other does not have either (any more) goes whole.
    """
    sent = 0
    sides = ConversationSide.objects.filter(person=person).values_list("conversation_id", flat=True)
    for pk in list(sides):
        sent += _erase_side(person, pk)
    return {"messages": sent}


@transaction.atomic
def _erase_side(person: User, pk: int) -> int:
    # Both sides in the order of their keys, as everybody takes them.
    sides = list(
        ConversationSide.objects.select_for_update().filter(conversation=pk).order_by("pk")
    )
    for side in sides:
        if side.person_id == person.pk:
            side.delete()
    others = [side for side in sides if side.person_id != person.pk]
    messages = Message.objects.filter(conversation=pk)
    if not any(messages.filter(pk__gt=side.cleared_up_to).exists() for side in others):
        Conversation.objects.filter(pk=pk).delete()
        return 0
    messages.filter(sender=person, deleted_at__isnull=False).update(text="")
    return messages.filter(sender=person).update(sender=None, origin_key="")


def erase_notifications(person: User) -> dict[str, int]:
    """Take away what the person was told, and what others were told of the person."""
    with transaction.atomic():
        told = _delete(Notification.objects.filter(person=person))
        Event.objects.filter(person=person).delete()
        Inbox.objects.filter(pk=person.pk).delete()
    while _erase_some_causes(person):
        pass
    return {"notifications": told}


@transaction.atomic
def _erase_some_causes(person: User) -> bool:
    causes = list(
        NotificationCause.objects.filter(actor=person).select_related("notification")[:AT_A_TIME]
    )
    inboxes = locked_inboxes({cause.notification.person_id for cause in causes})
    touched = {cause.notification_id for cause in causes}
    NotificationCause.objects.filter(pk__in=[cause.pk for cause in causes]).delete()
    for told in Notification.objects.filter(pk__in=touched):
        standing = told.causes.filter(withdrawn_at=None)
        told.cause_count = standing.count()
        if told.cause_count:
            told.save(update_fields=["cause_count"])
        else:
            told.delete()
    for inbox in inboxes.values():
        settle_inbox(inbox)
    return bool(causes)


def forget_target(target: tuple[str, int]) -> None:
    """Delete everything that anybody was told about a thing that is erased."""
    while _forget_some(target):
        pass


@transaction.atomic
def _forget_some(target: tuple[str, int]) -> bool:
    """Delete what a few people were told of ``target``; return whether there were any."""
    told = Notification.objects.filter(target_type=target[0], target_id=target[1])
    people = told.order_by("person").values_list("person", flat=True).distinct()[:AT_A_TIME]
    inboxes = locked_inboxes(people)
    told.filter(person__in=inboxes).delete()
    for inbox in inboxes.values():
        settle_inbox(inbox)
    return bool(inboxes)
