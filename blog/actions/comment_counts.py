"""The number under a post, moved with what is said there; equal to counting anew at any time.

Whoever changes what counts holds the post: lock the post first, then the comment, then people.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.querysets import HIDDEN_STATES
from blog.models import Comment, CommentLike, Post, PostLike

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
    """Find numbers of comments and likes that are not what is there, set them right, and say so.

    Return how many were wrong. Reads in two statements, holds one row at a time.
    """
    said = _number_of(Comment.objects.counted(), "post")
    posts = Post.objects.annotate(said=said, liked=_number_of(PostLike.objects, "post"))
    wrong_posts = posts.exclude(said=F("comment_count"), liked=F("like_count"))
    comments = Comment.objects.annotate(liked=_number_of(CommentLike.objects, "comment"))
    wrong_comments = comments.exclude(liked=F("like_count"))
    repaired = sum(recount_post(pk) for pk in list(wrong_posts.values_list("pk", flat=True)))
    repaired += sum(recount_comment(pk) for pk in list(wrong_comments.values_list("pk", flat=True)))
    if repaired:
        log.warning("counts_repaired", number=repaired)
    return repaired


def _number_of(rows, name: str) -> Coalesce:
    """Return how many of ``rows`` lead by ``name`` to the row that is looked at."""
    grouped = rows.filter(**{name: OuterRef("pk")}).order_by().values(name)
    return Coalesce(Subquery(grouped.annotate(number=Count("pk")).values("number")), 0)


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
