"""What stands around a thing, so that nobody decides about words torn out of their place."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from blog.models import Comment, Post
from moderation.desk.texts import excerpt, plain_lines
from moderation.targets import Subject

MOST_PARENTS = 3
MOST_ANSWERS = 3
MOST_OF_A_PERSON = 5
READ = 2000  # characters of a post that are looked at for its first words


class Passage(NamedTuple):
    """One piece of what is around. ``kind`` and ``id`` name what can be decided about too."""

    label: Any
    kind: str
    id: int
    byline: str
    text: str
    url: str
    at: datetime
    is_hidden: bool = False
    is_subject: bool = False


def around(subject: Subject) -> list[Passage]:
    """Return what is around a thing, as it is read: first what it answers, then it, then answers."""
    reader = READERS.get(subject.kind)
    return reader(subject) if reader else []


def around_comment(subject: Subject) -> list[Passage]:
    """Return the post, what a comment answers, the comment, and what answers it."""
    rows = Comment.objects.select_related("author", "post__author")
    comment = rows.get(pk=subject.id)
    parents: list[Comment] = []
    above = comment.parent_id
    while above is not None and len(parents) < MOST_PARENTS:
        parents.insert(0, rows.get(pk=above))
        above = parents[0].parent_id
    answers = rows.filter(parent=comment).exclude(status="deleted").order_by("created_at", "pk")
    return [
        _of_post(comment.post),
        *(_of_comment(one, _("what it answers")) for one in parents),
        _of_comment(comment, _("this"), is_subject=True),
        *(_of_comment(one, _("an answer to it")) for one in answers[:MOST_ANSWERS]),
    ]


def around_post(subject: Subject) -> list[Passage]:
    """Return the latest comments below a post."""
    rows = Comment.objects.filter(post=subject.id).exclude(status="deleted")
    latest = rows.select_related("author").order_by("-created_at", "-pk")[:MOST_ANSWERS]
    return [_of_comment(one, pgettext_lazy("one", "Comment")) for one in reversed(latest)]


def around_person(subject: Subject) -> list[Passage]:
    """Return what somebody published last."""
    posts = Post.objects.filter(author=subject.id, status__in=("published", "held"))
    posts = posts.exclude(visibility="private").select_related("author")
    comments = Comment.objects.filter(author=subject.id).exclude(status="deleted")
    comments = comments.exclude(post__visibility="private").select_related("author")
    passages = [
        *(_of_post(one) for one in posts.order_by("-published_at", "-pk")[:MOST_OF_A_PERSON]),
        *(
            _of_comment(one, pgettext_lazy("one", "Comment"))
            for one in comments.order_by("-created_at", "-pk")[:MOST_OF_A_PERSON]
        ),
    ]
    return sorted(passages, key=lambda one: one.at, reverse=True)


def _of_post(post: Post) -> Passage:
    return Passage(
        _("the post") if post.kind != Post.Kind.THREAD else _("the page"),
        "post",
        post.pk,
        post.author.name,
        excerpt(" — ".join(filter(None, (post.title, plain_lines(post.html[:READ]))))),
        post.get_absolute_url(),
        post.published_at or post.created_at,
        is_hidden=post.status == Post.Status.HELD,
    )


def _of_comment(comment: Comment, label: Any, *, is_subject: bool = False) -> Passage:
    return Passage(
        label,
        "comment",
        comment.pk,
        name_of(comment.author, comment.guest_name),
        excerpt(comment.source),
        comment.get_absolute_url(),
        comment.created_at,
        is_hidden=comment.status == Comment.Status.HELD,
        is_subject=is_subject,
    )


def name_of(person: User | None, guest_name: str = "") -> str:
    """Return what somebody is called who may be a guest, or gone."""
    if person is not None:
        return f"{person.name} @{person.handle}"
    return guest_name or str(_("Somebody who left"))


READERS: dict[str, Callable[[Subject], list[Passage]]] = {
    "comment": around_comment,
    "post": around_post,
    "person": around_person,
}
