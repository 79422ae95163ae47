"""Letting what goes out be looked at, in its transaction; it may be held there and then."""

from blog.models import Comment, Post
from config.screening import arrival, arriving, screen


def screen_post(post: Post, *, is_import: bool = False) -> None:
    """Let a post that goes out or changed be looked at; its status is what came of it."""
    if post.is_published:
        _screen("post", post, is_import)


def screen_comment(comment: Comment, *, is_import: bool = False) -> None:
    """Let a comment that was said or changed be looked at; its status is what came of it."""
    if comment.status in {Comment.Status.PUBLISHED, Comment.Status.WAITING}:
        _screen("comment", comment, is_import)


def _screen(kind: str, thing: Post | Comment, is_import: bool) -> None:
    # Hundreds that come in at once from an old blog are no flood.
    how = arrival()._replace(door="import") if is_import else arrival()
    with arriving(how):
        screen(kind, thing.pk)
    thing.refresh_from_db(fields=["status"])
