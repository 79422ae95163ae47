"""Who hears of a comment: whose text it answers, and who is named in it (SO-26, SO-34).

Called last in a transaction: the inboxes of all who hear of it are held until the commit, in the
order of their keys.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from blog.actions.webhook_news import tell_webhooks_of_comment
from blog.models import Comment, Post
from blog.rendering import names_called_in
from social.actions import notify
from social.actions.notifications import Reference, hold_inboxes, withdraw_causes
from social.models import NotificationCause

Telling = tuple[User, str, Reference]


def tell_of_comment(
    comment: Comment, names: Iterable[str], *, is_edit: bool = False, is_known: bool = False
) -> None:
    """Tell whom ``comment`` (loaded with post, parent and their authors) answers, and ``names``.

    Each person once: an answer counts before a comment on one's post, and that before a mention.
    After an edit only ``names`` hear. A guest's comment that waits is told to who may approve it.
    Webhooks of the author of the post hear of it, too; ``is_known`` if they did before.
    """
    is_new = not (is_edit or is_known or comment.is_edited)
    tell_webhooks_of_comment(comment, "comment.created" if is_new else "comment.updated")
    post = comment.post
    told: dict[int, Telling] = {}
    parent = comment.parent
    is_shown = comment.is_published and not comment.is_hidden
    if parent is not None and parent.author is not None and is_shown:
        told[parent.author_id] = (parent.author, "reply", ("comment", parent.pk))
    told.setdefault(post.author_id, (post.author, "comment", ("post", post.pk)))
    answered = set(told)
    if is_shown:
        for person in _people_called(names):
            told.setdefault(person.pk, (person, "mention", ("comment", comment.pk)))
    if is_edit:
        told = {pk: one for pk, one in told.items() if pk not in answered}
    told.pop(comment.author_id, None)
    cause = ("comment", comment.pk)
    _tell(told, comment.author, post, cause, comment.source, guest_name=comment.guest_name)


def queue_names(post: Post) -> None:
    """After commit, let those hear whom ``post`` calls by name; most posts call nobody."""
    from blog import tasks

    if post.is_published and names_called_in(post.html):
        tasks.tell_of_post.delay_on_commit(post.pk)


@transaction.atomic
def tell_of_post(pk: int) -> None:
    """Tell whom a published post calls by name. Idempotent: who was told stays told (SO-34)."""
    post = Post.objects.published().filter(pk=pk).select_related("author").first()
    if post is None:
        return
    people = {
        person.pk: (person, "mention", ("post", post.pk))
        for person in _people_called(names_called_in(post.html))
        if person.pk != post.author_id
    }
    tags = [tag.name for tag in post.tags.all()]
    text = "\n".join([post.title, post.excerpt, post.source, *tags])
    _tell(people, post.author, post, ("post", post.pk), text, tags=tags)


def withdraw_comment(pk: int, *, keeps_own: bool = False) -> None:
    """Take back what a comment told, and unless ``keeps_own`` what was told its author of it."""
    causes = Q(object_type="comment", object_id=pk)
    if not keeps_own:
        causes |= Q(notification__target_type="comment", notification__target_id=pk)
    withdraw_causes(NotificationCause.objects.filter(causes))


def queue_withdrawal(post: Post) -> None:
    """After commit, take back what people were told of ``post``, which is out no longer."""
    from blog import tasks

    tasks.withdraw_post.delay_on_commit(post.pk)


def withdraw_post(pk: int) -> None:
    """Take back everything told about a post that is gone, and about what is said under it.

    Does nothing when it is out again meanwhile.
    """
    if Post.objects.filter(pk=pk, status=Post.Status.PUBLISHED).exists():
        return
    said = Comment.objects.filter(post=pk).values("pk")
    withdraw_causes(
        NotificationCause.objects.filter(
            Q(notification__target_type="post", notification__target_id=pk)
            | Q(notification__target_type="comment", notification__target_id__in=said)
        ).exclude(notification__kind="schedule")
    )


def _people_called(names: Iterable[str]) -> list[User]:
    keys = list(names)
    return list(User.objects.present().filter(handle_key__in=keys)) if keys else []


def _tell(
    told: dict[int, Telling],
    actor: User | None,
    post: Post,
    cause: Reference,
    text: str,
    *,
    guest_name: str = "",
    tags: Iterable[str] = (),
) -> None:
    readers = [one for one in told.values() if _may_read(one[0], post)]
    if not readers:
        return
    hold_inboxes(person for person, _kind, _target in readers)
    for person, kind, target in readers:
        notify(
            person,
            kind,
            actor=actor,
            target=target,
            cause=cause,
            text=text,
            tags=tags,
            data={"name": guest_name} if guest_name else None,
        )


def _may_read(person: User, post: Post) -> bool:
    if person.pk == post.author_id:
        return True
    return Post.objects.visible_to(person).filter(pk=post.pk).exists()
