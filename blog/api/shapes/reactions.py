"""What likes and bookmarks look like in answers (AP-41)."""

from typing import Any

from rest_framework import serializers

from blog.api.shapes.posts import PostShape
from blog.models import Bookmark
from config.api import Addresses, Shape
from config.clock import iso


class PostMarksShape(Shape):
    """What somebody did with a post."""

    liked = serializers.BooleanField()
    bookmarked = serializers.BooleanField()


class PostReactionShape(Shape):
    """How a post stands after a like or a bookmark."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    like_count = serializers.IntegerField()
    viewer = PostMarksShape()


class CommentMarksShape(Shape):
    """What somebody did with a comment."""

    liked = serializers.BooleanField()


class CommentReactionShape(Shape):
    """How a comment stands after a like."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    like_count = serializers.IntegerField()
    viewer = CommentMarksShape()


class BookmarkShape(Shape):
    """A post that somebody keeps for later; nobody else sees it."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    post = PostShape(allow_null=True, help_text="Null: it cannot be read any more.")
    is_read = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


def bookmark_shape(
    bookmark: Bookmark, post: dict[str, Any] | None, addresses: Addresses, page: str
) -> dict[str, Any]:
    """Return ``bookmark`` of ``post``; ``page`` is the path of the page of bookmarks."""
    return {
        "id": bookmark.pk,
        "url": addresses.api(f"me/bookmarks/{bookmark.pk}/"),
        "html_url": post["html_url"] if post else addresses.page(page),
        "post": post,
        "is_read": bookmark.read_at is not None,
        "created_at": iso(bookmark.created_at),
        "read_at": iso(bookmark.read_at) if bookmark.read_at else None,
    }
