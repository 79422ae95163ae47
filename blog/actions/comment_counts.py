"""The number under a post, moved with what is said there; equal to counting anew at any time.

Whoever changes what counts holds the post: lock the post first, then the comment, then people.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import transaction
from django.db.models import F

from accounts.querysets import HIDDEN_STATES
from blog.models import Comment, CommentLike, Post, PostLike
from config.care import recounting

log = structlog.get_logger(__name__)


def is_counted(comment: Comment) -> bool:
    """Return whether ``comment``, loaded with its author, is one of those the number means."""
    return (
        comment.pk is not None
        and comment.is_published
        and not comment.is_hidden
        and (comment.author is None or comment.author.state not in HIDDEN_STATES)
    )


@contextmanager
def counted_comment(comment: Comment) -> Iterator[None]:
    """Compare ``comment`` before and after the block and move the number of its locked post."""
    before = is_counted(comment)
    yield
    move_count(comment.post_id, is_counted(comment) - before)


def move_count(post_id: int, by: int) -> None:
    """Move the stored number of a locked post."""
    if by:
        Post.objects.filter(pk=post_id).update(comment_count=F("comment_count") + by)


def recount_comments_of(person_pk: int) -> int:
    """Count anew under every post where a person spoke: the account was hidden, or is back.

    Return how many numbers changed. Idempotent; holds one post at a time.
    """
    changed = 0
    posts = Comment.objects.filter(author=person_pk).order_by("post_id").values_list("post_id")
    for (pk,) in posts.distinct():
        changed += recount_post(pk)
    return changed


def repair_counts() -> int:
    """Count every stored number of the site anew, set right what is off, and return how many were.

    The work of the night; ``manage.py recount`` does the same and says which.
    """
    repaired = sum(1 for _off in recounting.recount())
    if repaired:
        log.warning("counts_repaired", number=repaired)
    return repaired


@transaction.atomic
def recount_post(pk: int) -> bool:
    """Set the numbers of comments and likes of one post to what is there; return if they moved."""
    post = Post.objects.select_for_update(no_key=True).filter(pk=pk).only("pk").first()
    if post is None:
        return False
    comments = Comment.objects.filter(post=post).counted().count()
    likes = PostLike.objects.filter(post=post).count()
    wrong = Post.objects.filter(pk=pk).exclude(comment_count=comments, like_count=likes)
    return bool(wrong.update(comment_count=comments, like_count=likes))


@transaction.atomic
def recount_comment(pk: int) -> bool:
    """Set the number of likes of one comment to what is there; return whether it moved."""
    comment = Comment.objects.select_for_update(no_key=True).filter(pk=pk).only("pk").first()
    if comment is None:
        return False
    likes = CommentLike.objects.filter(comment=comment).count()
    return bool(Comment.objects.filter(pk=pk).exclude(like_count=likes).update(like_count=likes))
