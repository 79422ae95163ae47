"""Hiding what somebody wrote for reasons of moderation, and showing it again exactly as it was.

Called by moderation alone, in the transaction of a decision, which also says why and keeps the log.
"""

from django.db.models import Q

from blog.actions.comment_counts import counted_comment
from blog.actions.comments import locked_comment
from blog.actions.counts import counted
from blog.models import Comment, Post
from social.actions.withholding import give_back, withhold


def hold_post(pk: int) -> str:
    """Hide a published post from all but its author and staff; return how it was.

    What people were told of it, and of what is said under it, is withheld until it is shown.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=pk)
    former = post.status
    if former == Post.Status.PUBLISHED:
        with counted(post):
            post.status = Post.Status.HELD
            post.save(update_fields=["status"])
        withhold(_told_of_post(pk), key=f"post-{pk}")
    return former


def show_post(pk: int, former: str) -> None:
    """Show a held post again, unless its author deleted it meanwhile."""
    post = Post.objects.select_for_update(of=("self",)).select_related("author").get(pk=pk)
    if post.status == Post.Status.HELD:
        with counted(post):
            post.status = former
            post.save(update_fields=["status"])
        give_back(f"post-{pk}")


def hold_comment(pk: int) -> str:
    """Hide a comment from all but its author and staff; return how it was."""
    comment = locked_comment(Comment.objects.get(pk=pk))
    former = comment.status
    if former in {Comment.Status.PUBLISHED, Comment.Status.WAITING}:
        with counted_comment(comment):
            comment.status = Comment.Status.HELD
            comment.save(update_fields=["status"])
        withhold(_told_of_comment(pk), key=f"comment-{pk}")
    return former


def show_comment(pk: int, former: str) -> None:
    """Show a held comment again, unless its author deleted it meanwhile."""
    comment = locked_comment(Comment.objects.get(pk=pk))
    if comment.status == Comment.Status.HELD:
        with counted_comment(comment):
            comment.status = former
            comment.save(update_fields=["status"])
        give_back(f"comment-{pk}")


def _told_of_post(pk: int) -> Q:
    said = Comment.objects.filter(post=pk).values("pk")
    return Q(notification__target_type="post", notification__target_id=pk) | Q(
        notification__target_type="comment", notification__target_id__in=said
    )


def _told_of_comment(pk: int) -> Q:
    return Q(object_type="comment", object_id=pk) | Q(
        notification__target_type="comment", notification__target_id=pk
    )
