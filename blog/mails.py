"""What each mail about writing says, and to whom."""

from typing import Any

from django.urls import reverse

from accounts.mails import COMPOSERS, Letter
from blog.models import Post
from config.mails import site_link


def _schedule_failed(data: dict[str, Any]) -> Letter | None:
    post = Post.objects.select_related("author").filter(pk=data["post_id"]).first()
    if post is None or not post.schedule_problem or not post.author.is_active:
        return None
    author = post.author
    return Letter(
        author.email,
        author.language,
        author.time_zone,
        {
            "person": author,
            "post": post,
            "link": site_link(reverse("blog:edit", args=[post.pk])),
        },
    )


def register_mails() -> None:
    """Let accounts compose the mails of this app."""
    COMPOSERS["schedule_failed"] = _schedule_failed
