"""What people are told of posts that go out by themselves, and of announcements."""

from datetime import datetime

from accounts.models import User
from blog.models import Announcement, Post
from config.commits import after_commit
from social.actions import notify, withdraw_some
from social.tasks import withdraw_unseen

PEOPLE_AT_ONCE = 200


def tell_of_schedule(post: Post, *, at: datetime, has_failed: bool = False) -> None:
    """Tell the author that a scheduled post went out, or that it could not; last in a transaction.

    The time is the cause: each plan is told once, the next one anew.
    """
    notify(
        post.author,
        "schedule",
        actor=None,
        target=("post", post.pk),
        cause=("schedule", int(at.timestamp())),
        data={"state": "failed" if has_failed else "published"},
    )


def announce(pk: int, *, after: int = 0) -> int:
    """Tell the next PEOPLE_AT_ONCE people of an announcement; return the last one's key.

    0 when nobody is left, or when it is not shown any more. Safe to run twice.
    """
    if not Announcement.objects.filter(pk=pk, is_active=True).exists():
        return 0
    people = list(User.objects.present().filter(pk__gt=after).order_by("pk")[:PEOPLE_AT_ONCE])
    for person in people:
        notify(
            person,
            "announcement",
            actor=None,
            target=("announcement", pk),
            cause=("announcement", pk),
        )
    return people[-1].pk if people else 0


def withdraw_announcement(pk: int) -> bool:
    """Take an announcement back from the next who were told; return whether some may be left.

    Does nothing when it is shown again meanwhile.
    """
    if Announcement.objects.filter(pk=pk, is_active=True).exists():
        return False
    return withdraw_some(("announcement", pk), limit=PEOPLE_AT_ONCE) > 0


def tell_of_announcement(pk: int, *, was_active: bool, is_active: bool) -> None:
    """After commit, let everybody hear of an announcement that is shown now and was not before.

    One that is not shown any more is taken back.
    """
    from blog import tasks

    if is_active and not was_active:
        after_commit(tasks.announce.delay, pk)
    elif was_active and not is_active:
        after_commit(tasks.withdraw_announcement.delay, pk)


def take_back_from_unseeing(post: Post) -> None:
    """After commit, take back what people were told of a post whose circle became smaller."""
    after_commit(withdraw_unseen.delay, "post", post.pk)
