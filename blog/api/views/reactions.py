"""Likes and bookmarks by programs (AP-41)."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.shapes import PersonShortShape, person_short
from blog import actions, limits, selectors
from blog.api.rows import post_rows
from blog.api.shapes.posts import PostShaper
from blog.api.shapes.reactions import (
    BookmarkShape,
    CommentReactionShape,
    PostReactionShape,
    bookmark_shape,
)
from blog.models import Bookmark, Comment, CommentLike, Post, PostLike
from blog.shortcuts import (
    get_comment_for_reading,
    get_comment_to_unlike,
    get_own_bookmark,
    get_post_for_talk,
    get_post_to_unlike,
)
from config.api import ApiView, InvalidInput

SHOWN = ("all", "unread", "read")


class PostReaction(ApiView):
    """Members: what one does with a post; asked for again, it is answered the same."""

    scopes: ClassVar = {"PUT": "reactions", "DELETE": "reactions"}

    def reacted(self, pk: int, act: Callable[..., bool]) -> Response:
        """Do it with a post that the caller sees, and return how that stands. Raises Http404."""
        user = self.request.user
        post = get_post_for_talk(pk, user)
        limits.count_reaction(user)
        try:
            act(post, actor=user)
        except Post.DoesNotExist as error:
            raise Http404 from error
        now = Post.objects.filter(pk=pk).with_viewer_state(user).only("pk", "like_count").first()
        if now is None:
            raise Http404
        return self.one(
            {
                "id": pk,
                "url": self.addresses.api(f"posts/{pk}/"),
                "like_count": now.like_count,
                "viewer": {"liked": now.is_liked, "bookmarked": now.is_bookmarked},
            }
        )


class LikedPost(PostReaction):
    """A like of a post."""

    @extend_schema(request=None, responses=PostReactionShape)
    def put(self, request: Request, pk: int) -> Response:
        """Members who may see it: like a post."""
        return self.reacted(pk, actions.like_post)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Members who may see it, or liked it while they might: take a like back."""
        post = get_post_to_unlike(pk, request.user)
        limits.count_reaction(request.user)
        actions.unlike_post(post, actor=request.user)
        return self.nothing()


class KeptPost(PostReaction):
    """A bookmark of a post."""

    @extend_schema(request=None, responses=PostReactionShape)
    def put(self, request: Request, pk: int) -> Response:
        """Members who may see it: keep a post for later."""
        return self.reacted(pk, actions.bookmark_post)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Members: keep a post no longer, also one that they do not see any more."""
        limits.count_reaction(request.user)
        actions.unbookmark_post(Post(pk=pk), actor=request.user)
        return self.nothing()


class LikedComment(ApiView):
    """Members: a like of a comment."""

    scopes: ClassVar = {"PUT": "reactions", "DELETE": "reactions"}

    @extend_schema(request=None, responses=CommentReactionShape)
    def put(self, request: Request, pk: int) -> Response:
        """Members who may read it: like a comment."""
        comment = get_comment_for_reading(pk, request.user)
        limits.count_reaction(request.user)
        try:
            actions.like_comment(comment, actor=request.user)
            comment.refresh_from_db(fields=["like_count"])
        except Comment.DoesNotExist as error:
            raise Http404 from error
        return self.one(
            {
                "id": pk,
                "url": self.addresses.api(f"comments/{pk}/"),
                "like_count": comment.like_count,
                "viewer": {"liked": True},
            }
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Members who may read it, or liked it while they might: take a like back."""
        comment = get_comment_to_unlike(pk, request.user)
        limits.count_reaction(request.user)
        actions.unlike_comment(comment, actor=request.user)
        return self.nothing()


class Likers(ApiView):
    """Who likes something."""

    scopes: ClassVar = {"GET": "read"}
    shape = PersonShortShape

    def told(self, likes: QuerySet) -> Response:
        """Return the page of the people of ``likes`` whom the caller may meet, latest first."""
        return self.page(
            selectors.likes_shown_to(self.request.user, likes),
            lambda rows: [person_short(row.person, self.addresses) for row in rows],
            field="created_at",
        )


class PostLikers(Likers):
    @extend_schema(responses=PersonShortShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Members who may see the post: who likes it, latest first."""
        post = get_post_for_talk(pk, request.user)
        return self.told(PostLike.objects.filter(post=post))


class CommentLikers(Likers):
    @extend_schema(responses=PersonShortShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Members who may read the comment: who likes it, latest first."""
        comment = get_comment_for_reading(pk, request.user)
        return self.told(CommentLike.objects.filter(comment=comment))


class BookmarkView(ApiView):
    """Members: what they keep for later."""

    shape = BookmarkShape

    def bookmarks_shaped(self, bookmarks: list[Bookmark]) -> list[dict[str, Any]]:
        """Return the objects of ``bookmarks`` with their posts, in one query."""
        user = self.request.user
        posts = Post.objects.visible_to(user).published()
        rows = post_rows(posts.filter(pk__in=[row.post_id for row in bookmarks]), user)
        shaper = PostShaper(self.addresses, user)
        held = {data["id"]: data for data in shaper.all(rows)} if bookmarks else {}
        page = reverse("blog:bookmarks")
        return [
            bookmark_shape(row, held.get(row.post_id), self.addresses, page) for row in bookmarks
        ]


class Bookmarks(BookmarkView):
    """Members: their bookmarks."""

    scopes: ClassVar = {"GET": "read"}

    @extend_schema(
        parameters=[OpenApiParameter("show", str, enum=list(SHOWN))],
        responses=BookmarkShape(many=True),
    )
    def get(self, request: Request) -> Response:
        """Members: what they keep for later, latest first; all, unread or read."""
        show = request.query_params.get("show") or "all"
        if show not in SHOWN:
            raise InvalidInput(
                _("Choose all, unread or read."), field="show", code="invalid_choice"
            )
        rows = Bookmark.objects.filter(person=request.user)
        if show != "all":
            rows = rows.filter(read_at__isnull=show == "unread")
        return self.page(rows, self.bookmarks_shaped, field="created_at")


class OneBookmark(BookmarkView):
    """Members: one of their bookmarks."""

    scopes: ClassVar = {"GET": "read"}

    @extend_schema(responses=BookmarkShape)
    def get(self, request: Request, pk: int) -> Response:
        """Its owner: a bookmark."""
        return self.one(self.bookmarks_shaped([get_own_bookmark(pk, request.user)])[0])


class ReadBookmark(BookmarkView):
    """Members: whether they are done with what they kept."""

    scopes: ClassVar = {"PUT": "reactions", "DELETE": "reactions"}

    @extend_schema(request=None, responses={204: None})
    def put(self, request: Request, pk: int) -> Response:
        """Its owner: be done with a bookmark."""
        bookmark = get_own_bookmark(pk, request.user)
        actions.mark_bookmark_read(bookmark, actor=request.user)
        return self.nothing()

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Its owner: put a bookmark back among those to read."""
        bookmark = get_own_bookmark(pk, request.user)
        actions.mark_bookmark_unread(bookmark, actor=request.user)
        return self.nothing()
