"""Sites, threads and comments as scripts on other sites read them."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from rest_framework import serializers

from accounts.models import User
from blog.models import Comment, Post
from blog.policies import can_delete_comment, can_edit_comment
from config import clock
from config.api import Addresses, Shape
from embed.finding import Found
from embed.models import EmbedSite
from embed.policies import can_moderate_comment

AVATAR_SIZE = 64  # pixels
OWN_LINK = re.compile(r'(<a\b[^>]*?\bhref=")/(?!/)')
EMPTY_PLACE = "deleted"

Viewer = User | AnonymousUser


class EmbedSiteShape(Shape):
    key = serializers.CharField()
    name = serializers.CharField()
    guests = serializers.BooleanField()
    approval = serializers.BooleanField()
    reactions = serializers.BooleanField()
    search = serializers.BooleanField()
    sign_in_url = serializers.URLField()
    challenge_bits = serializers.IntegerField()


class EmbedViewerShape(Shape):
    is_member = serializers.BooleanField()
    handle = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    is_host = serializers.BooleanField()
    has_reacted = serializers.BooleanField()


class EmbedThreadShape(Shape):
    key = serializers.CharField()
    html_url = serializers.URLField()
    comment_count = serializers.IntegerField()
    reaction_count = serializers.IntegerField()
    is_open = serializers.BooleanField()
    viewer = EmbedViewerShape(allow_null=True)


class EmbedAuthorShape(Shape):
    name = serializers.CharField(allow_blank=True)
    handle = serializers.CharField(allow_null=True)
    url = serializers.URLField(allow_null=True)
    avatar = serializers.URLField(allow_null=True)
    is_guest = serializers.BooleanField()
    is_host = serializers.BooleanField()


class EmbedRightsShape(Shape):
    can_edit = serializers.BooleanField()
    can_delete = serializers.BooleanField()
    can_moderate = serializers.BooleanField()
    has_liked = serializers.BooleanField()


class EmbedCommentShape(Shape):
    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    parent = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(choices=Comment.Status.values)
    author = EmbedAuthorShape(allow_null=True)
    html = serializers.CharField(allow_blank=True)
    body = serializers.CharField(required=False)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    like_count = serializers.IntegerField()
    is_deleted = serializers.BooleanField()
    is_hidden = serializers.BooleanField()
    is_pinned = serializers.BooleanField()
    viewer = EmbedRightsShape()


class NewEmbedCommentShape(EmbedCommentShape):
    edit_key = serializers.CharField(required=False)


class ReactionShape(Shape):
    reaction_count = serializers.IntegerField()
    has_reacted = serializers.BooleanField()


class PageCountsShape(Shape):
    comments = serializers.IntegerField()
    reactions = serializers.IntegerField()


class CountsShape(Shape):
    results = serializers.DictField(child=PageCountsShape())


class ChallengeShape(Shape):
    challenge = serializers.CharField()
    bits = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class EmbedSnippetShape(Shape):
    text = serializers.CharField(allow_blank=True)
    ranges = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class EmbedHitShape(Shape):
    title = serializers.CharField(allow_blank=True)
    url = serializers.URLField()
    snippet = EmbedSnippetShape()
    published_at = serializers.DateTimeField(allow_null=True)


class EmbedHitsShape(Shape):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EmbedHitShape(many=True)
    total = serializers.IntegerField()
    total_is_exact = serializers.BooleanField()


@dataclass(frozen=True)
class Talk:
    """What comments under one page are shaped for."""

    site: EmbedSite
    viewer: Viewer
    addresses: Addresses

    def comment_url(self, pk: int) -> str:
        return self.addresses.api(f"embed/{self.site.key}/comments/{pk}/")


def sign_in_url(site: EmbedSite, addresses: Addresses) -> str:
    """Return the window in which people sign in; the script adds ``&origin=``."""
    return addresses.page(f"{reverse('embed:sign_in')}?site={site.key}")


def comment_shape(row: Comment, talk: Talk, *, is_guest_of_it: bool = False) -> dict[str, Any]:
    """Return a comment loaded by ``embed.selectors``; of what is not seen only its place.

    ``is_guest_of_it``: who asks proved to be the guest that wrote it.
    """
    shape: dict[str, Any] = {
        "id": row.pk,
        "url": talk.comment_url(row.pk),
        "html_url": talk.addresses.page(row.get_absolute_url()),
        "parent": row.parent_id,
        "status": EMPTY_PLACE,
        "author": None,
        "html": "",
        "created_at": clock.iso(row.created_at),
        "edited_at": None,
        "like_count": 0,
        "is_deleted": True,
        "is_hidden": False,
        "is_pinned": False,
        "viewer": dict.fromkeys(("can_edit", "can_delete", "can_moderate", "has_liked"), False),
    }
    if not row.is_seen:
        return shape
    viewer = talk.viewer
    can_edit = is_guest_of_it or can_edit_comment(viewer, row)
    if can_edit:
        shape["body"] = row.source
    return shape | {
        "status": row.status,
        "author": _author(row, talk),
        "html": absolute_links(row.html, talk.addresses.host),
        "edited_at": clock.iso(row.edited_at) if row.edited_at else None,
        "like_count": row.like_count,
        "is_deleted": False,
        "is_hidden": row.is_hidden,
        "is_pinned": row.pinned_at is not None,
        "viewer": {
            "can_edit": can_edit,
            "can_delete": is_guest_of_it or can_delete_comment(viewer, row),
            "can_moderate": can_moderate_comment(viewer, row),
            "has_liked": row.is_liked,
        },
    }


def comment_shapes(rows: list[Comment], post: Post, talk: Talk) -> list[dict[str, Any]]:
    """Return the comments of one page of ``post``."""
    for row in rows:
        row.post = post
    return [comment_shape(row, talk) for row in rows]


def hit_shape(found: Found, addresses: Addresses) -> dict[str, Any]:
    """Return one page or post that was found."""
    snippet = found.snippet
    return {
        "title": found.title,
        "url": addresses.page(found.url),
        "snippet": {"text": snippet.text, "ranges": [list(span) for span in snippet.ranges]},
        "published_at": clock.iso(found.published_at) if found.published_at else None,
    }


def absolute_links(html: str, host: str) -> str:
    """Return ``html`` with links to this site that also lead here from another."""
    return OWN_LINK.sub(rf"\g<1>{host}/", html)


def _author(row: Comment, talk: Talk) -> dict[str, Any] | None:
    """Return who wrote it; nobody is left of who left."""
    author = row.author
    if author is None:
        if not row.guest_name:
            return None
        nothing = {"handle": None, "url": None, "avatar": None}
        return {"name": row.guest_name, **nothing, "is_guest": True, "is_host": False}
    return {
        "name": author.name,
        "handle": author.handle,
        "url": talk.addresses.person(author.handle),
        "avatar": talk.addresses.page(author.avatar_url(AVATAR_SIZE)),
        "is_guest": False,
        "is_host": author.pk == talk.site.owner_id,
    }
