"""Likes and bookmarks: one for each person and thing, however often it is pressed.

The thing that is liked is held first, so that its number moves once for each row that comes or
goes, and nobody waits for anybody in a circle.
"""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.actions.webhook_news import tell_webhooks_of_like
from blog.models import Bookmark, Comment, CommentLike, Post, PostLike
from social.actions import notify, withdraw


@transaction.atomic
def like_post(post: Post, *, actor: User) -> bool:
    """Like a post; return whether that is new. Idempotent; tells its author.

    Raises Post.DoesNotExist if ``actor`` may not see it, PermissionRefused (accounts.policies).
    """
    require_can_take_part(actor)
    post = (
        Post.objects.visible_to(actor)
        .select_for_update(of=("self",), no_key=True)
        .select_related("author")
        .get(pk=post.pk, status=Post.Status.PUBLISHED)
    )
    _like, is_new = PostLike.objects.get_or_create(post=post, person=actor)
    if is_new:
        Post.objects.filter(pk=post.pk).update(like_count=F("like_count") + 1)
        is_told = notify(
            post.author,
            "like",
            actor=actor,
            target=("post", post.pk),
            cause=("person", actor.pk),
        )
        if is_told:
            tell_webhooks_of_like(post, actor=actor)
    return is_new


@transaction.atomic
def unlike_post(post: Post, *, actor: User) -> bool:
    """Take a like back; return whether there was one. Idempotent."""
    if not Post.objects.select_for_update(no_key=True).filter(pk=post.pk).only("pk").first():
        return False
    gone, _rows = PostLike.objects.filter(post=post, person=actor).delete()
    if gone:
        Post.objects.filter(pk=post.pk).update(like_count=F("like_count") - 1)
        withdraw("like", target=("post", post.pk), cause=("person", actor.pk))
    return bool(gone)


@transaction.atomic
def like_comment(comment: Comment, *, actor: User) -> bool:
    """Like a comment; return whether that is new. Idempotent; tells its author.

    Raises Comment.DoesNotExist if ``actor`` may not see it, PermissionRefused (accounts.policies).
    """
    require_can_take_part(actor)
    comment = (
        Comment.objects.visible_to(actor)
        .select_for_update(of=("self",), no_key=True)
        .select_related("author")
        .get(pk=comment.pk, status=Comment.Status.PUBLISHED)
    )
    _like, is_new = CommentLike.objects.get_or_create(comment=comment, person=actor)
    if is_new:
        Comment.objects.filter(pk=comment.pk).update(like_count=F("like_count") + 1)
        if comment.author is not None:
            is_told = notify(
                comment.author,
                "like",
                actor=actor,
                target=("comment", comment.pk),
                cause=("person", actor.pk),
            )
            if is_told:
                tell_webhooks_of_like(comment, actor=actor)
    return is_new


@transaction.atomic
def unlike_comment(comment: Comment, *, actor: User) -> bool:
    """Take a like back; return whether there was one. Idempotent."""
    held = Comment.objects.select_for_update(no_key=True).filter(pk=comment.pk)
    if not held.only("pk").first():
        return False
    gone, _rows = CommentLike.objects.filter(comment=comment, person=actor).delete()
    if gone:
        Comment.objects.filter(pk=comment.pk).update(like_count=F("like_count") - 1)
        withdraw("like", target=("comment", comment.pk), cause=("person", actor.pk))
    return bool(gone)


@transaction.atomic
def bookmark_post(post: Post, *, actor: User) -> bool:
    """Keep a post for later; return whether that is new. Idempotent, seen by nobody else.

    Raises Post.DoesNotExist if ``actor`` may not see it, or if there is nothing to read (a thread).
    """
    posts = Post.objects.visible_to(actor).written()
    post = posts.get(pk=post.pk, status=Post.Status.PUBLISHED)
    _row, is_new = Bookmark.objects.get_or_create(person=actor, post=post)
    return is_new


@transaction.atomic
def unbookmark_post(post: Post, *, actor: User) -> bool:
    """Keep a post no longer, also one that became hidden; return whether it was kept."""
    gone, _rows = Bookmark.objects.filter(person=actor, post_id=post.pk).delete()
    return bool(gone)


def mark_bookmark_read(bookmark: Bookmark, *, actor: User) -> bool:
    """Note that ``actor`` is done with what was kept; return whether that is new. Idempotent."""
    mine = Bookmark.objects.filter(pk=bookmark.pk, person=actor, read_at=None)
    return bool(mine.update(read_at=timezone.now()))


def mark_bookmark_unread(bookmark: Bookmark, *, actor: User) -> bool:
    """Put a bookmark back among those to read; return whether it was done. Idempotent."""
    mine = Bookmark.objects.filter(pk=bookmark.pk, person=actor).exclude(read_at=None)
    return bool(mine.update(read_at=None))
