"""What people are told in these tests, by the same call as everywhere."""

from accounts.models import User
from blog.models import Comment, Post
from blog.tests.factories import make_article, make_note
from social import actions
from social.models import Notification


def like_of(post: Post, actor: User) -> None:
    """Tell the author of ``post`` that ``actor`` likes it."""
    actions.notify(
        post.author, "like", actor=actor, target=("post", post.pk), cause=("person", actor.pk)
    )


def comment_by(actor: User, post: Post, source: str = "잘 읽었어요.") -> Comment:
    """Return a comment of ``actor`` of which the author of ``post`` is told."""
    comment = Comment.objects.create(
        post=post, author=actor, source=source, html=f"<p>{source}</p>"
    )
    actions.notify(
        post.author,
        "comment",
        actor=actor,
        target=("post", post.pk),
        cause=("comment", comment.pk),
        text=source,
    )
    return comment


def comment_on(person: User, actor: User, title: str = "도커로 배포하기") -> Notification:
    """Return what ``person`` is told of a comment by ``actor`` on a new article."""
    comment_by(actor, make_article(person, title))
    return Notification.objects.filter(person=person, kind="comment").latest("pk")


def mention_in_note(person: User, actor: User) -> Notification:
    """Return what ``person`` is told of being named in a note of ``actor``."""
    note = make_note(actor, "산책하다 만났다.")
    actions.notify(
        person, "mention", actor=actor, target=("post", note.pk), cause=("post", note.pk)
    )
    return Notification.objects.filter(person=person, kind="mention").latest("pk")
