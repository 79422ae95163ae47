"""Answering: what readers say under a post, how they change it and take it back."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import require_can_take_part
from blog.actions.comment_counts import counted_comment, move_count
from blog.actions.comment_news import tell_of_comment, withdraw_comment
from blog.actions.machine import drop_stale_translations, drop_translations
from blog.actions.screening import screen_comment
from blog.actions.webhook_news import tell_webhooks_of_lost_comment
from blog.exceptions import (
    CommentGone,
    CommentsClosed,
    EmptyComment,
    NotTheAuthor,
    TextTooLong,
)
from blog.language import detect_language
from blog.markdown import RENDERER_VERSION, render_comment
from blog.models import Comment, CommentText, Post
from blog.models.talk import COMMENT_MAX_LENGTH
from blog.newcomers import require_few_links, require_room_for_comment
from blog.policies import can_delete_comment, can_edit_comment
from blog.rendering import mention_resolver, names_called_in
from config.text import clean, count_graphemes, is_blank

DEEPEST = 32_000
"""What the column of the depth takes; below it answers stand beside each other."""


def write_comment(
    post: Post,
    *,
    actor: User,
    source: str,
    parent: Comment | None = None,
    origin_key: str = "",
    created_at: datetime | None = None,
) -> Comment:
    """Answer ``post``, or ``parent`` under it. A second call with the same ``origin_key`` returns
    the first comment: a double click says it once.

    Tells the author of the post or of ``parent``, and who is named. ``created_at`` is for imports.
    Raises Post.DoesNotExist, CommentsClosed, CommentGone, EmptyComment, TextTooLong,
    PermissionRefused (see accounts.policies).
    """
    if origin_key and (held := _said_before(actor, origin_key)):
        return held
    try:
        return _write(post, actor, source, parent, origin_key, created_at)
    except IntegrityError:
        if origin_key and (held := _said_before(actor, origin_key)):
            return held
        raise


@transaction.atomic
def _write(
    post: Post,
    actor: User,
    source: str,
    parent: Comment | None,
    origin_key: str,
    created_at: datetime | None,
) -> Comment:
    post = open_post(post, actor)
    # Held, so that an account that is hidden at this moment is counted anew after this comment.
    actor = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    require_can_take_part(actor)
    if origin_key and (held := _said_before(actor, origin_key)):
        return held
    comment = new_comment(post, parent, actor)
    comment.author, comment.origin_key = actor, origin_key
    comment.created_at = created_at or timezone.now()
    names = store_text(comment, source)
    if created_at is None:
        require_room_for_comment(actor)
        require_few_links(actor, comment.html)
    comment.save()
    move_count(post.pk, +1)
    tell_of_comment(comment, names)
    screen_comment(comment, is_import=created_at is not None)
    return comment


@transaction.atomic
def change_comment(comment: Comment, *, actor: User, source: str) -> Comment:
    """Replace the text of a comment of ``actor``, keep the former one, tell who is newly named.

    The same text changes nothing. Raises NotTheAuthor, EmptyComment, TextTooLong,
    Comment.DoesNotExist, PermissionRefused (see accounts.policies).
    """
    comment = locked_comment(comment)
    if not can_edit_comment(actor, comment):
        raise NotTheAuthor(_("Only who wrote it can change this."))
    require_can_take_part(actor)
    former, named_before = comment.source, set(names_called_in(comment.html))
    if clean(source).strip() == former:
        return comment
    former_html = comment.html
    names = store_text(comment, source)
    require_few_links(actor, comment.html, former_html)
    CommentText.objects.create(comment=comment, source=former)
    drop_translations(comment)
    comment.edited_at = timezone.now()
    comment.save(update_fields=["source", "html", "language", "renderer_version", "edited_at"])
    drop_stale_translations(comment)
    tell_of_comment(comment, [one for one in names if one not in named_before], is_edit=True)
    screen_comment(comment)
    return comment


@transaction.atomic
def delete_comment(comment: Comment, *, actor: User) -> None:
    """Take back a comment of ``actor``: an empty place where it was answered, else nothing.

    Takes back what it told people. Idempotent. Raises NotTheAuthor, Comment.DoesNotExist.
    """
    comment = locked_comment(comment)
    if comment.author_id == actor.pk and comment.status == Comment.Status.DELETED:
        return
    if not can_delete_comment(actor, comment):
        raise NotTheAuthor(_("Only who wrote it can delete this."))
    clear_comment(comment)


def clear_comment(comment: Comment) -> None:
    """Empty a locked comment that was answered, or delete it; its author decided, or the site.

    The empty places above it that held nothing but this go with it.
    """
    key, parent_id = comment.pk, comment.parent_id
    tell_webhooks_of_lost_comment(comment)
    with counted_comment(comment):
        if Comment.objects.filter(parent=comment).exists():
            _empty(comment)
        else:
            comment.delete()
            _clear_empty_places(parent_id)
    withdraw_comment(key)


def locked_comment(comment: Comment) -> Comment:
    """Return ``comment`` as it is now, it and its post held. Raises Comment.DoesNotExist."""
    post = (
        Post.objects.select_for_update(of=("self",), no_key=True)
        .select_related("author")
        .filter(pk=comment.post_id)
        .first()
    )
    if post is None:
        raise Comment.DoesNotExist
    held = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("author", "parent", "parent__author")
        .get(pk=comment.pk)
    )
    held.post = post
    return held


def _said_before(actor: User, origin_key: str) -> Comment | None:
    return Comment.objects.filter(author=actor, origin_key=origin_key).first()


def open_post(post: Post, reader: User | AnonymousUser) -> Post:
    """Return ``post``, held, if ``reader`` sees it and it takes comments.

    Raises Post.DoesNotExist, CommentsClosed.
    """
    held = (
        Post.objects.visible_to(reader)
        .select_for_update(of=("self",), no_key=True)
        .select_related("author")
        .get(pk=post.pk)
    )
    if not (held.is_published and held.is_open_to_comments):
        raise CommentsClosed(_("This post takes no comments."))
    return held


def new_comment(post: Post, parent: Comment | None, reader: User | AnonymousUser) -> Comment:
    """Return an empty answer to a locked ``post``, or to ``parent``. Raises CommentGone."""
    if parent is None:
        return Comment(post=post)
    # Read again under the lock of the post: it may have been deleted since the page was made.
    answered = (
        Comment.objects.visible_to(reader)
        .filter(pk=parent.pk, post=post, status=Comment.Status.PUBLISHED, is_hidden=False)
        .select_related("author")
        .first()
    )
    if answered is None:
        raise CommentGone(_("The comment you answer is not there any more."))
    return Comment(
        post=post,
        parent=answered,
        root_id=answered.root_id or answered.pk,
        depth=min(answered.depth + 1, DEEPEST),
    )


def store_text(comment: Comment, source: str) -> list[str]:
    """Set the text of ``comment`` and what follows from it; return who is named."""
    comment.source = clean(source).strip()
    if is_blank(comment.source):
        raise EmptyComment(_("Write something first."), field="source")
    if count_graphemes(comment.source) > COMMENT_MAX_LENGTH:
        raise TextTooLong(
            _("A comment can have up to %(limit)s characters.") % {"limit": COMMENT_MAX_LENGTH},
            field="source",
        )
    writer = comment.author or AnonymousUser()
    rendered = render_comment(comment.source, resolve_mention=mention_resolver(writer))
    if is_blank(rendered.html):
        raise EmptyComment(_("Nothing of this can be shown. Write a few words."), field="source")
    comment.html = rendered.html
    comment.language = detect_language(rendered.plain_text)
    comment.renderer_version = RENDERER_VERSION
    return list(rendered.mentions)


def _empty(comment: Comment) -> None:
    comment.status = Comment.Status.DELETED
    comment.deleted_at = timezone.now()
    comment.source = comment.html = comment.guest_name = comment.language = ""
    comment.pinned_at, comment.like_count = None, 0
    comment.save()
    comment.likes.all().delete()
    comment.former_texts.all().delete()
    drop_translations(comment)


def _clear_empty_places(pk: int | None) -> None:
    while pk is not None:
        empty = Comment.objects.filter(pk=pk, status=Comment.Status.DELETED, replies=None)
        place = empty.first()
        if place is None:
            return
        pk = place.parent_id
        place.delete()
