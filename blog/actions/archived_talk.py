"""Bringing in comments, likes and followed tags of an archive, with the counts that they move."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Model
from django.utils.translation import gettext as _

from accounts.models import ArchivedRow, User
from blog.actions.archives import drop_unused_tag
from blog.actions.comment_counts import counted_comment
from blog.actions.comments import DEEPEST, clear_comment, locked_comment
from blog.actions.tags import find_or_create_tags
from blog.exceptions import EmptyComment, TextTooLong
from blog.markdown import RENDERER_VERSION, render_comment
from blog.models import Comment, CommentLike, CommentText, Post, PostLike, Tag, TagFollow
from blog.models.talk import COMMENT_MAX_LENGTH
from blog.rendering import mention_resolver
from config.text import clean, count_graphemes, identity_key, is_blank

if TYPE_CHECKING:
    from accounts.archive.sections import Arrival, Section


def bring_comment(
    arrival: "Arrival",
    section: "Section",
    post: Post,
    *,
    guid: str,
    parent: Comment | None,
    source: str,
    former_texts: Iterable[tuple[datetime, str]],
    **fields: Any,
) -> None:
    """Store what the author of ``post`` said under it, as it was. Raises EmptyComment, TextTooLong."""
    Post.objects.select_for_update(no_key=True).only("pk").get(pk=post.pk)
    source = clean(source).strip()
    if is_blank(source):
        raise EmptyComment(_("Write something first."), field="source")
    if count_graphemes(source) > COMMENT_MAX_LENGTH:
        raise TextTooLong(
            _("This text is longer than %(limit)s characters.") % {"limit": COMMENT_MAX_LENGTH},
            field="source",
        )
    comment = Comment(
        post=post,
        author=arrival.owner,
        guid=guid,
        parent=parent,
        root=(parent.root or parent) if parent else None,
        depth=min(parent.depth + 1, DEEPEST) if parent else 0,
        source=source,
        renderer_version=RENDERER_VERSION,
        **fields,
    )
    comment.html = render_comment(source, resolve_mention=mention_resolver(arrival.owner)).html
    with counted_comment(comment):
        comment.save(force_insert=True)
    texts = [
        CommentText(comment=comment, created_at=at, source=clean(former))
        for at, former in former_texts
    ]
    CommentText.objects.bulk_create(texts)
    arrival.made(section, comment, before=_work_on(comment))


def _work_on(comment: Comment) -> dict[str, Any]:
    """Return what moves when its author changes ``comment``."""
    return {"edited_at": comment.edited_at and comment.edited_at.isoformat()}


@transaction.atomic
def take_comment_back(owner: User, row: ArchivedRow) -> bool:
    """Delete a comment that an archive brought, unless it was changed or answered since."""
    try:
        comment = locked_comment(Comment.objects.get(pk=row.object_id, author=owner))
    except Comment.DoesNotExist:
        return True
    is_as_it_came = row.before is None or row.before == _work_on(comment)
    if not is_as_it_came or Comment.objects.filter(parent=comment).exists():
        return False
    clear_comment(comment)
    return True


LIKED: dict[type[Model], type[Model]] = {Post: PostLike, Comment: CommentLike}


def bring_like(
    arrival: "Arrival", section: "Section", thing: Post | Comment, *, created_at: datetime
) -> None:
    """Store that the person liked a post or comment, and count it."""
    model = type(thing)
    model.objects.select_for_update(no_key=True).only("pk").get(pk=thing.pk)
    of_thing = {model._meta.model_name: thing}
    like, is_new = LIKED[model].objects.get_or_create(
        person=arrival.owner, **of_thing, defaults={"created_at": created_at}
    )
    if is_new:
        model.objects.filter(pk=thing.pk).update(like_count=F("like_count") + 1)
        arrival.made(section, like)


@transaction.atomic
def take_like_back(owner: User, row: ArchivedRow) -> bool:
    """Take back a like that an archive brought, and its count."""
    for model, likes in LIKED.items():
        if row.model != likes._meta.label_lower:
            continue
        like = likes.objects.filter(pk=row.object_id, person=owner).first()
        if like is None:
            return True
        thing = getattr(like, f"{model._meta.model_name}_id")
        model.objects.select_for_update(no_key=True).only("pk").get(pk=thing)
        if likes.objects.filter(pk=like.pk).delete()[0]:
            model.objects.filter(pk=thing).update(like_count=F("like_count") - 1)
    return True


def bring_tag_follow(
    arrival: "Arrival", section: "Section", name: str, *, created_at: datetime
) -> None:
    """Let the person follow a tag, which is made if nobody used it here. Raises TagRefused."""
    is_known = Tag.objects.filter(key=identity_key(name)).exists()
    tag = find_or_create_tags([name])[0]
    follow, is_new = TagFollow.objects.get_or_create(
        person=arrival.owner, tag=tag, defaults={"created_at": created_at}
    )
    if not is_known:
        arrival.made(section, tag)
    if is_new:
        arrival.made(section, follow)


@transaction.atomic
def take_tag_follow_back(owner: User, row: ArchivedRow) -> bool:
    """Take back what following a tag made: the follow, and the tag if nothing has it."""
    if row.model == Tag._meta.label_lower:
        drop_unused_tag(int(row.object_id))
    else:
        TagFollow.objects.filter(pk=row.object_id, person=owner).delete()
    return True
