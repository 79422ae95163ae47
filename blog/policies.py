"""Who may do what with writing."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.policies import can_take_part
from blog.models import Post


def can_edit_post(user: User | AnonymousUser, post: Post) -> bool:
    """Authors edit their own posts, unless they were deleted."""
    return user.is_authenticated and post.author_id == user.pk and post.status != "deleted"


def can_publish_post(user: User | AnonymousUser, post: Post) -> bool:
    """Authors who may take part publish their own posts that no moderator holds."""
    return (
        can_take_part(user) and post.author_id == user.pk and post.status not in {"deleted", "held"}
    )


def can_delete_post(user: User | AnonymousUser, post: Post) -> bool:
    """Authors delete their own posts."""
    return user.is_authenticated and post.author_id == user.pk
