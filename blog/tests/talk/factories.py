"""Comments and states of them, reached through actions."""

from django.core.cache import cache

from accounts.models import User
from blog import actions
from blog.models import Comment, Post
from config.actions import change_site_settings
from config.selectors import SETTINGS_CACHE_KEY


def say(author: User, post: Post, source: str = "잘 읽었어요.", **options) -> Comment:
    """A comment of ``author``."""
    return actions.write_comment(post, actor=author, source=source, **options)


def say_as_guest(post: Post, source: str = "지나가다 읽었어요.", **options) -> Comment:
    """A comment of somebody without an account, which waits."""
    allow_guests()
    return actions.write_guest_comment(
        post, **({"name": "지나가던 이", "source": source} | options)
    )


def allow_guests() -> None:
    """Let people without an account comment, at once."""
    change_site_settings(allows_guest_comments=True)
    cache.delete(SETTINGS_CACHE_KEY)


def counted(post: Post) -> int:
    """The number that is stored at ``post``."""
    return Post.objects.values_list("comment_count", flat=True).get(pk=post.pk)
