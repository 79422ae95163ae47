"""Who may do what with writing."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.policies import can_take_part
from blog.models import Post, Series


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


def can_edit_series(user: User | AnonymousUser, series: Series) -> bool:
    """Authors edit their own series."""
    return user.is_authenticated and series.author_id == user.pk


def can_pin_post(user: User | AnonymousUser, post: Post) -> bool:
    """Authors pin what they published."""
    return can_edit_post(user, post) and post.is_published


def can_take_out(user: User | AnonymousUser, post: Post) -> bool:
    """Who sees a published article may keep it as a page or a book; a draft is its author's."""
    return not post.is_note and (post.is_published or can_edit_post(user, post))


def can_take_source(user: User | AnonymousUser, post: Post) -> bool:
    """The Markdown is its author's: comments and crossed-out lines in it were never published."""
    return not post.is_note and can_edit_post(user, post)
