"""What the author of a post decides about what is said under it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from blog.actions.comment_counts import counted_comment
from blog.actions.comment_news import tell_of_comment, withdraw_comment
from blog.actions.comments import clear_comment, locked_comment
from blog.actions.webhook_news import tell_webhooks_of_comment
from blog.exceptions import CommentNotPinnable, CommentNotWaiting, NotTheAuthor
from blog.models import Comment, Draft, Post
from blog.policies import can_approve_comments, can_host_comments
from blog.rendering import names_called_in

OPENNESS = "is_open_to_comments"


@transaction.atomic
def hide_comment(comment: Comment, *, actor: User) -> Comment:
    """Hide a comment from all but its author, the author of the post, and staff. Idempotent.

    What it told people is taken back. Raises NotTheAuthor, Comment.DoesNotExist.
    """
    comment = _hosted(comment, actor)
    if not comment.is_hidden:
        with counted_comment(comment):
            comment.is_hidden, comment.pinned_at = True, None
            comment.save(update_fields=["is_hidden", "pinned_at"])
        withdraw_comment(comment.pk, keeps_own=True)
        tell_webhooks_of_comment(comment, "comment.updated")
    return comment


@transaction.atomic
def show_comment(comment: Comment, *, actor: User) -> Comment:
    """Show again what ``hide_comment`` hid. Idempotent. Raises as hide_comment."""
    comment = _hosted(comment, actor)
    if comment.is_hidden:
        with counted_comment(comment):
            comment.is_hidden = False
            comment.save(update_fields=["is_hidden"])
        tell_of_comment(comment, names_called_in(comment.html), is_known=True)
    return comment


@transaction.atomic
def pin_comment(comment: Comment, *, actor: User) -> Comment:
    """Put a comment above the others, in the place of the one that stood there. Idempotent.

    Raises NotTheAuthor, CommentNotPinnable, Comment.DoesNotExist.
    """
    comment = _hosted(comment, actor)
    if comment.root_id is not None or not comment.is_published or comment.is_hidden:
        raise CommentNotPinnable(_("Only what answers the post itself can be pinned."))
    if comment.pinned_at is None:
        others = Comment.objects.filter(post_id=comment.post_id).threads()
        others.exclude(pinned_at=None).update(pinned_at=None)
        comment.pinned_at = timezone.now()
        comment.save(update_fields=["pinned_at"])
    return comment


@transaction.atomic
def unpin_comment(comment: Comment, *, actor: User) -> Comment:
    """Let a comment stand in its own place again. Idempotent. Raises as hide_comment."""
    comment = _hosted(comment, actor)
    if comment.pinned_at is not None:
        comment.pinned_at = None
        comment.save(update_fields=["pinned_at"])
    return comment


@transaction.atomic
def approve_comment(comment: Comment, *, actor: User) -> Comment:
    """Show what a guest said, and tell whom it answers and names. Idempotent.

    Raises NotTheAuthor, CommentNotWaiting, Comment.DoesNotExist.
    """
    comment = _judged(comment, actor)
    if comment.is_published:
        return comment
    if comment.status != Comment.Status.WAITING:
        raise CommentNotWaiting(_("This comment does not wait for approval."))
    with counted_comment(comment):
        comment.status = Comment.Status.PUBLISHED
        comment.save(update_fields=["status"])
    tell_of_comment(comment, names_called_in(comment.html), is_known=True)
    return comment


@transaction.atomic
def refuse_comment(comment: Comment, *, actor: User) -> None:
    """Delete what a guest said and nobody saw yet.

    Raises NotTheAuthor, CommentNotWaiting, Comment.DoesNotExist.
    """
    comment = _judged(comment, actor)
    if comment.status != Comment.Status.WAITING:
        raise CommentNotWaiting(_("This comment does not wait for approval."))
    clear_comment(comment)


@transaction.atomic
def open_comments(post: Post, *, actor: User) -> Post:
    """Take comments under a post of ``actor``. Idempotent. Raises NotTheAuthor."""
    return _set_openness(post, actor, is_open=True)


@transaction.atomic
def close_comments(post: Post, *, actor: User) -> Post:
    """Take no more comments; those that stand stay. Idempotent. Raises NotTheAuthor."""
    return _set_openness(post, actor, is_open=False)


def _set_openness(post: Post, actor: User, *, is_open: bool) -> Post:
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    if not can_host_comments(actor, post):
        raise NotTheAuthor(_("Only its author can change this."))
    if post.is_open_to_comments != is_open:
        post.is_open_to_comments, post.updated_at = is_open, timezone.now()
        post.save(update_fields=[OPENNESS, "updated_at"])
        draft = Draft.objects.select_for_update().filter(post=post).first()
        # Publishing what is being written must not undo this.
        if draft is not None and OPENNESS in draft.details:
            draft.details[OPENNESS] = is_open
            draft.save(update_fields=["details"])
    return post


def _hosted(comment: Comment, actor: User) -> Comment:
    comment = locked_comment(comment)
    if not can_host_comments(actor, comment.post):
        raise NotTheAuthor(_("Only the author of the post can do this."))
    if comment.status == Comment.Status.HELD:
        raise NotTheAuthor(_("The moderators decide about this comment."))
    return comment


def _judged(comment: Comment, actor: User) -> Comment:
    comment = locked_comment(comment)
    if not can_approve_comments(actor, comment.post):
        raise NotTheAuthor(_("Only the author of the post can do this."))
    return comment
