"""What of writing can be reported."""

from django.utils.translation import gettext_lazy

from accounts.models import User
from blog.models import Comment, Post
from social.reportables import Reportable, register_kind


def register() -> None:
    """Make the kinds of this app known."""
    register_kind("post", heading=gettext_lazy("Report this post"), find=find_post)
    register_kind("comment", heading=gettext_lazy("Report this comment"), find=find_comment)


def find_post(viewer: User, pk: int) -> Reportable | None:
    """Return a post that ``viewer`` may open."""
    post = Post.objects.visible_to(viewer).select_related("author").filter(pk=pk).first()
    if post is None:
        return None
    # As readers saw it, with its links; comments in the Markdown were never published.
    text = "\n\n".join(filter(None, (post.title, post.html)))
    return Reportable("post", pk, post.author, text, post.get_absolute_url())


def find_comment(viewer: User, pk: int) -> Reportable | None:
    """Return a comment that ``viewer`` may read."""
    comments = Comment.objects.visible_to(viewer).select_related("author")
    comment = comments.select_related("post__author").filter(pk=pk).first()
    if comment is None:
        return None
    page = comment.post.get_absolute_url()
    return Reportable("comment", pk, comment.author, comment.html, f"{page}#comment-{pk}")
