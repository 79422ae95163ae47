"""What people are told of posts and announcements beside comments, and how it is taken back."""

from datetime import datetime

from django.db.models import Q

from accounts.models import User
from blog.models import Announcement, Comment, Post
from blog.querysets.posts import says_any
from config.folding import any_word_pattern
from social.actions import notify, withdraw_some, withdraw_unseen
from social.actions.notifications import withdraw_causes
from social.models import MutedTerm, Notification, NotificationCause
from social.selectors import muted_terms_of

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
        tasks.announce.delay_on_commit(pk)
    elif was_active and not is_active:
        tasks.withdraw_announcement.delay_on_commit(pk)


def take_back_from_unseeing(post: Post) -> None:
    """After commit, take back what people were told of a post whose circle became smaller."""
    from blog import tasks

    tasks.withdraw_unseen.delay_on_commit(post.pk)


def withdraw_unseen_post(pk: int) -> int:
    """Take a post and what is said under it back from who may not see it; return how many notices.

    Safe to run twice.
    """
    said = Comment.objects.filter(post=pk).values("pk")
    told = Notification.objects.filter(
        target_type="comment", target_id__in=said, cause_count__gt=0
    ).values_list("target_id", flat=True)
    targets = [("post", pk), *(("comment", key) for key in sorted(set(told)))]
    return sum(withdraw_unseen(target) for target in targets)


def withdraw_muted(person_pk: int) -> int:
    """Take back what a person was told of posts and comments that say what they mute (SO-09).

    Returns how many people it concerned, one or none. Safe to run twice.
    """
    person = User.objects.filter(pk=person_pk).first()
    if person is None:
        return 0
    terms = muted_terms_of(person)
    words = [term.key for term in terms if term.kind == MutedTerm.Kind.WORD]
    causes = NotificationCause.objects.filter(notification__person=person, withdrawn_at=None)
    posts = Post.objects.filter(
        says_any(terms), pk__in=causes.filter(object_type="post").values("object_id")
    )
    comments = Comment.objects.none()
    if words:
        comments = Comment.objects.filter(
            source__regex=any_word_pattern(words),
            pk__in=causes.filter(object_type="comment").values("object_id"),
        )
    return withdraw_causes(
        causes.filter(
            Q(object_type="post", object_id__in=list(posts.values_list("pk", flat=True)))
            | Q(object_type="comment", object_id__in=list(comments.values_list("pk", flat=True)))
        )
    )


def told_of_writing(person_pk: int) -> list[Q]:
    """Return which causes lead to what a person wrote, and to what is said under it."""
    posts = Post.objects.filter(author=person_pk).values("pk")
    own = Comment.objects.filter(author=person_pk).values("pk")
    under = Comment.objects.filter(post__author=person_pk).values("pk")
    return [
        Q(notification__target_type="post", notification__target_id__in=posts),
        Q(notification__target_type="comment", notification__target_id__in=own),
        Q(notification__target_type="comment", notification__target_id__in=under),
    ]
