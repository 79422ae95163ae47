"""What comments look like in answers (AP-42)."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework import serializers

from accounts.api.shapes import PersonShortShape, person_short
from accounts.models import User
from blog.models import Comment
from blog.published_source import published_source
from config.api import Addresses, Shape
from config.clock import iso


class CommentLinksShape(Shape):
    """Where what belongs to a comment is."""

    post = serializers.URLField()
    parent = serializers.URLField(allow_null=True)
    replies = serializers.URLField()
    likes = serializers.URLField()


class CommentViewerShape(Shape):
    """What whoever asks did with a comment, and may do."""

    liked = serializers.BooleanField()
    can_edit = serializers.BooleanField()
    can_delete = serializers.BooleanField()
    can_host = serializers.BooleanField(help_text="Hide, show, pin.")


class CommentShape(Shape):
    """An answer to a post or to another comment; or the empty place of one that was answered."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    post = serializers.IntegerField()
    parent = serializers.IntegerField(allow_null=True, help_text="Null: it answers the post.")
    depth = serializers.IntegerField()
    author = PersonShortShape(
        allow_null=True, help_text="Null of empty places, guests, and who left."
    )
    guest_name = serializers.CharField(help_text="What a guest is called; empty for members.")
    body = serializers.CharField(allow_null=True, help_text="Markdown; null of empty places.")
    html = serializers.CharField(allow_null=True, help_text="Safe to show; null of empty places.")
    language = serializers.CharField()
    status = serializers.CharField(
        help_text="`published`; to some also `waiting` or `held`; `deleted` of empty places."
    )
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    like_count = serializers.IntegerField()
    is_deleted = serializers.BooleanField(
        help_text="An empty place: deleted, or not for whoever asks."
    )
    is_hidden = serializers.BooleanField(help_text="By the author of the post, from others.")
    is_pinned = serializers.BooleanField()
    links = CommentLinksShape()
    viewer = CommentViewerShape(required=False)


class CommentShaper:
    """Makes objects of comments that ``blog.api.rows.comment_rows`` loaded."""

    def __init__(self, addresses: Addresses, viewer: User | AnonymousUser):
        self.addresses = addresses
        self.viewer_id = viewer.pk
        self._people: dict[int, dict[str, Any]] = {}

    def all(self, comments: list[Comment]) -> list[dict[str, Any]]:
        """Return the objects of ``comments``, in their order."""
        return [self.one(comment) for comment in comments]

    def one(self, comment: Comment) -> dict[str, Any]:
        """Return the object of ``comment``; of an empty place where it stands and no more."""
        api = self.addresses.api
        url = api(f"comments/{comment.pk}/")
        parent = comment.parent_id
        data = {
            "id": comment.pk,
            "url": url,
            "html_url": self.addresses.page(comment.get_absolute_url()),
            "post": comment.post_id,
            "parent": parent,
            "depth": comment.depth,
            **(self._said(comment) if comment.is_seen else EMPTY_PLACE),
            "created_at": iso(comment.created_at),
            "is_deleted": not comment.is_seen,
            "links": {
                "post": api(f"posts/{comment.post_id}/"),
                "parent": api(f"comments/{parent}/") if parent else None,
                "replies": f"{url}replies/",
                "likes": f"{url}likes/",
            },
        }
        if self.viewer_id is not None:
            is_seen = comment.is_seen
            is_own = is_seen and comment.author_id == self.viewer_id
            data["viewer"] = {
                "liked": is_seen and comment.is_liked,
                "can_edit": is_own and comment.is_published,
                "can_delete": is_own,
                "can_host": is_seen and comment.host_id == self.viewer_id,
            }
        return data

    def _said(self, comment: Comment) -> dict[str, Any]:
        is_own = comment.author_id is not None and comment.author_id == self.viewer_id
        return {
            "author": self._author(comment.author) if comment.author else None,
            "guest_name": comment.guest_name,
            "body": comment.source if is_own else published_source(comment.source),
            "html": comment.html,
            "language": comment.language,
            "status": comment.status,
            "edited_at": iso(comment.edited_at) if comment.edited_at else None,
            "like_count": comment.like_count,
            "is_hidden": comment.is_hidden,
            "is_pinned": comment.pinned_at is not None,
        }

    def _author(self, author: User) -> dict[str, Any]:
        if author.pk not in self._people:
            self._people[author.pk] = person_short(author, self.addresses)
        return self._people[author.pk]


EMPTY_PLACE = {
    "author": None,
    "guest_name": "",
    "body": None,
    "html": None,
    "language": "",
    "status": "deleted",
    "edited_at": None,
    "like_count": 0,
    "is_hidden": False,
    "is_pinned": False,
}
