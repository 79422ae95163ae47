"""Comments that come from another program, as those of guests: with their names and times."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from blog.actions.comment_counts import counted_comment
from blog.actions.comments import DEEPEST, store_text
from blog.models import Comment, Post
from blog.models.talk import COMMENT_MAX_LENGTH, GUEST_NAME_MAX_LENGTH
from config.text import clean, clean_line, graphemes


@transaction.atomic
def bring_guest_comment(
    post: Post,
    *,
    origin_key: str,
    name: str,
    source: str,
    created_at: datetime | None,
    parent: Comment | None,
    is_approved: bool,
) -> Comment:
    """Store what somebody said elsewhere; nobody is told. Idempotent by ``origin_key``.

    What is longer than a comment may be ends with an ellipsis. Raises EmptyComment,
    Post.DoesNotExist.
    """
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    held = Comment.objects.filter(post=post, author=None, origin_key=origin_key).first()
    if held is not None:
        return held
    comment = Comment(
        post=post,
        parent=parent,
        root_id=(parent.root_id or parent.pk) if parent else None,
        depth=min(parent.depth + 1, DEEPEST) if parent else 0,
        guest_name="".join(graphemes(clean_line(name))[:GUEST_NAME_MAX_LENGTH]),
        origin_key=origin_key,
        status=Comment.Status.PUBLISHED if is_approved else Comment.Status.WAITING,
        created_at=min(created_at or timezone.now(), timezone.now()),
    )
    store_text(comment, _shortened(source))
    with counted_comment(comment):
        comment.save(force_insert=True)
    return comment


def _shortened(source: str) -> str:
    letters = graphemes(clean(source).strip())
    if len(letters) <= COMMENT_MAX_LENGTH:
        return source
    return "".join(letters[: COMMENT_MAX_LENGTH - 1]) + "…"
