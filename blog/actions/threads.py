"""Threads: what is said under a page of another site hangs on a post without a text."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from blog.actions.erasure import erase_post
from blog.markdown import RENDERER_VERSION
from blog.models import Post
from blog.models.taxonomy import TITLE_COLUMN_LENGTH
from config.text import clean_line


def open_thread(*, owner: User, title: str) -> Post:
    """Make the post on which the comments under one page of ``owner``'s site hang."""
    return Post.objects.create(
        author=owner,
        kind=Post.Kind.THREAD,
        status=Post.Status.PUBLISHED,
        visibility=Post.Visibility.UNLISTED,
        title=_title(title),
        renderer_version=RENDERER_VERSION,
        published_at=timezone.now(),
    )


@transaction.atomic
def rename_thread(post: Post, *, title: str) -> Post:
    """Call a thread as its page is called now. Raises Post.DoesNotExist."""
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk, kind=Post.Kind.THREAD)
    title = _title(title)
    if title and title != post.title:
        post.title, post.updated_at = title, timezone.now()
        post.save(update_fields=["title", "updated_at"])
    return post


def delete_thread(post: Post) -> None:
    """Take a thread away. Idempotent.

    Where somebody spoke an empty row stays: their words are out of sight, and in their archives.
    """
    if Post.objects.filter(pk=post.pk, kind=Post.Kind.THREAD).exists():
        erase_post(post.pk)


def _title(text: str) -> str:
    return clean_line(text)[:TITLE_COLUMN_LENGTH]
