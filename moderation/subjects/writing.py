"""What people write, as staff look at it."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from blog.actions import holds
from blog.models import Comment, Post
from moderation.targets import CONTENT_ACTS, Subject, Target, register_target

TITLE_LENGTH = 80


def register() -> None:
    """Make posts and comments known."""
    register_target(
        Target(
            "post",
            gettext_lazy("Post"),
            load_post,
            CONTENT_ACTS,
            hide=holds.hold_post,
            show=holds.show_post,
        )
    )
    register_target(
        Target(
            "comment",
            pgettext_lazy("one", "Comment"),
            load_comment,
            CONTENT_ACTS,
            hide=holds.hold_comment,
            show=holds.show_comment,
        )
    )


def load_post(pk: int) -> Subject | None:
    """Return a post that went out once and is not deleted."""
    post = Post.objects.select_related("author").filter(pk=pk).first()
    if post is None or post.status not in {"published", "held"}:
        return None
    return Subject(
        kind="post",
        id=pk,
        owner=post.author,
        title=post.title or first_words(post.source),
        html=post.html,
        source=post.source,
        url=post.get_absolute_url(),
        admin_url=reverse("admin:blog_post_change", args=[pk]),
        created_at=post.published_at or post.created_at,
        is_hidden=post.status == Post.Status.HELD,
        byline=post.author.name,
        language=post.language,
    )


def load_comment(pk: int) -> Subject | None:
    """Return a comment that still says something."""
    rows = Comment.objects.select_related("author", "post__author").exclude(status="deleted")
    comment = rows.filter(pk=pk).first()
    if comment is None:
        return None
    return Subject(
        kind="comment",
        id=pk,
        owner=comment.author,
        title=first_words(comment.source),
        html=comment.html,
        source=comment.source,
        url=comment.get_absolute_url(),
        admin_url=reverse("admin:blog_comment_change", args=[pk]),
        created_at=comment.created_at,
        is_hidden=comment.status == Comment.Status.HELD,
        byline=comment.author.name if comment.author else comment.guest_name or _("a guest"),
        language=comment.language,
    )


def first_words(text: str) -> str:
    """Return the beginning of a text on one line, to call it by."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"
