"""Tags by programs (AP-44): those there are, and which of them somebody follows."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from blog import actions
from blog.api.numbered import name_and_number, numbered_rows
from blog.api.shapes.tags import TagShape, tag_shapes
from blog.models import Tag
from blog.shortcuts import get_tag_for_reading
from config.api import ANYONE, ApiView
from config.text import identity_key
from social.limits import count_follow


class TagView(ApiView):
    """A resource that answers with tags."""

    shape = TagShape

    def shaped(self, tags: list[Tag]) -> list[dict[str, Any]]:
        """Return the objects of ``tags``."""
        return tag_shapes(tags, self.addresses)

    def told(self, tag: Tag, user: Any) -> dict[str, Any]:
        """Return ``tag`` as ``user`` stands to it."""
        return self.shaped([Tag.objects.with_viewer_state(user).get(pk=tag.pk)])[0]


class Tags(TagView):
    """Tags that public posts have."""

    scopes: ClassVar = {"GET": ANYONE}
    tolerates_lag = True

    @extend_schema(responses=TagShape(many=True))
    def get(self, request: Request) -> Response:
        """Anyone: the tags in use, those of most posts first."""
        tags: QuerySet = Tag.objects.used().with_viewer_state(self.viewer)
        return self.page_by(
            numbered_rows(tags, "post_count", "key", descending=True),
            self.shaped,
            value_of=name_and_number("post_count", "key"),
            kind=str,
        )


class OneTag(TagView):
    """One tag."""

    scopes: ClassVar = {"GET": ANYONE}
    tolerates_lag = True

    @extend_schema(responses=TagShape)
    def get(self, request: Request, name: str) -> Response:
        """Anyone: a tag in any spelling; a name that was merged into another one answers 301."""
        tag = get_tag_for_reading(name)
        data = self.told(tag, self.viewer)
        if tag.key != identity_key(name):
            return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": data["url"]})
        return self.one(data)


class FollowedTag(TagView):
    """Whether a member follows a tag."""

    scopes: ClassVar = {"PUT": "follows", "DELETE": "follows"}
    shape = None

    @extend_schema(request=None, responses=TagShape)
    def put(self, request: Request, name: str) -> Response:
        """Members: follow a tag, so that its public posts come to one's timeline."""
        tag = get_tag_for_reading(name)
        count_follow(request.user)
        actions.follow_tag(tag, actor=request.user)
        return self.one(self.told(tag, request.user))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Members: no longer follow a tag."""
        actions.unfollow_tag(get_tag_for_reading(name), actor=request.user)
        return self.nothing()


class FollowedTags(TagView):
    """The tags that a member follows."""

    scopes: ClassVar = {"GET": "read"}

    @extend_schema(responses=TagShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: the tags that one follows, by name."""
        tags = Tag.objects.filter(followers__person=request.user, is_banned=False)
        rows = tags.with_viewer_state(request.user)
        return self.page(rows, self.shaped, field="key", kind=str, descending=False)
