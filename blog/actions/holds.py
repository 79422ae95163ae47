"""Hiding what somebody wrote for reasons of moderation, and showing it again exactly as it was.

Called by moderation alone, in the transaction of a decision, which also says why and keeps the log.
Whatever its author did meanwhile stays done: what is a draft, deleted or gone is not shown, and
what was changed is shown as it is now.
"""

from django.db.models import Q

from blog.actions.comment_counts import counted_comment
from blog.actions.comment_news import queue_names
from blog.actions.comments import locked_comment
from blog.actions.counts import counted
from blog.actions.telling import take_back_from_unseeing
from blog.actions.webhook_news import (
    tell_webhooks_of_comment,
    tell_webhooks_of_held_comment,
    tell_webhooks_of_held_post,
)
from blog.models import Comment, Image, Post, Series
from social.actions.withholding import give_back, withhold

HOLDABLE = (Comment.Status.PUBLISHED, Comment.Status.WAITING)
HELD, SHOWN = "held", "shown"
"""How a series or an image was, whose hold is a mark and no state."""


def hold_post(pk: int) -> str:
    """Hide a published post from all but its author and staff; return how it was.

    What others were told of it, and of what is said under it, is withheld until it is shown. Of a
    post that is not out nothing changes.
    """
    post = _locked_post(pk)
    if post is None:
        return ""
    former = post.status
    if post.is_published:
        with counted(post, is_news=False):
            post.status = Post.Status.HELD
            post.save(update_fields=["status"])
        tell_webhooks_of_held_post(post)
        withhold(_told_of_post(post), key=f"post-{pk}")
    return former


def show_post(pk: int, former: str) -> None:
    """Show a held post again, unless its author took it back or deleted it meanwhile.

    Only what was out is ever held, so ``former`` says nothing more. Whom it names hears of it now
    if it was hidden before they could.
    """
    post = _locked_post(pk)
    if post is not None and post.is_held:
        with counted(post):
            post.status = Post.Status.PUBLISHED
            post.save(update_fields=["status"])
        queue_names(post)
        # Its author may have made the circle smaller meanwhile, or somebody left it.
        take_back_from_unseeing(post)
    give_back(f"post-{pk}")


def hold_comment(pk: int) -> str:
    """Hide a comment from all but its author and staff; return how it was."""
    comment = _locked_comment(pk)
    if comment is None:
        return ""
    former = comment.status
    if former in HOLDABLE:
        tell_webhooks_of_held_comment(comment)
        with counted_comment(comment):
            comment.status = Comment.Status.HELD
            comment.save(update_fields=["status"])
        withhold(_told_of_comment(comment), key=f"comment-{pk}")
    return former


def show_comment(pk: int, former: str) -> None:
    """Show a held comment again as it was, unless its author deleted it meanwhile."""
    comment = _locked_comment(pk)
    if comment is not None and comment.status == Comment.Status.HELD:
        with counted_comment(comment):
            comment.status = former if former in HOLDABLE else Comment.Status.WAITING
            comment.save(update_fields=["status"])
        tell_webhooks_of_comment(comment, "comment.created")
    give_back(f"comment-{pk}")


def hold_series(pk: int) -> str:
    """Hide a series from all but its author and staff; its posts stay. Return how it was."""
    return _mark(Series, pk, is_held=True)


def show_series(pk: int, former: str) -> None:
    """Show a held series again."""
    if former != HELD:
        _mark(Series, pk, is_held=False)


def hold_image(pk: int) -> str:
    """Hide a picture from all but its owner and staff, also where a post shows it.

    Return how it was. A public copy in somebody's browser may live for an hour.
    """
    return _mark(Image, pk, is_held=True)


def show_image(pk: int, former: str) -> None:
    """Show a held picture again."""
    if former != HELD:
        _mark(Image, pk, is_held=False)


def _mark(model: type[Series] | type[Image], pk: int, *, is_held: bool) -> str:
    thing = model.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if thing is None:
        return ""
    former = HELD if thing.is_held else SHOWN
    if thing.is_held != is_held:
        thing.is_held = is_held
        thing.save(update_fields=["is_held"])
    return former


def _locked_post(pk: int) -> Post | None:
    posts = Post.objects.select_for_update(of=("self",)).select_related("author")
    return posts.filter(pk=pk).first()


def _locked_comment(pk: int) -> Comment | None:
    found = Comment.objects.filter(pk=pk).first()
    try:
        return locked_comment(found) if found else None
    except Comment.DoesNotExist:
        return None  # it went while its post was waited for


def _told_of_post(post: Post) -> Q:
    said = Comment.objects.filter(post=post).values("pk")
    told = Q(notification__target_type="post", notification__target_id=post.pk) | Q(
        notification__target_type="comment", notification__target_id__in=said
    )
    return told & _told_others_than(post.author_id)


def _told_of_comment(comment: Comment) -> Q:
    told = Q(notification__target_type="comment", notification__target_id=comment.pk)
    told &= _told_others_than(comment.author_id)
    return Q(object_type="comment", object_id=comment.pk) | told


def _told_others_than(author_id: int | None) -> Q:
    """Return the condition that leaves its author what they were told: they go on seeing it."""
    return ~Q(notification__person=author_id) if author_id else Q()


def lock_post(pk: int) -> None:
    """Hold a post before anything is decided about it."""
    Post.objects.select_for_update(of=("self",)).filter(pk=pk).first()


def lock_comment(pk: int) -> None:
    """Hold a comment, and its post before it."""
    post = Comment.objects.filter(pk=pk).values_list("post", flat=True).first()
    Post.objects.select_for_update(of=("self",), no_key=True).filter(pk=post).first()
    Comment.objects.select_for_update(of=("self",)).filter(pk=pk).first()
