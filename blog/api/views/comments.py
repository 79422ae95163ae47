"""Comments by programs (AP-42): to read and write them, and what authors decide about them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from blog import actions, limits
from blog.api.inputs.comments import CommentInput, CommentTextInput
from blog.api.post_view import PostView, WritingView
from blog.api.rows import comment_rows
from blog.api.shapes.comments import CommentShape, CommentShaper
from blog.api.shapes.posts import PostShape
from blog.comment_pages import LARGEST, LIKED, NEW, OLD, ORDERS, beyond, turned
from blog.exceptions import CommentGone, NotTheAuthor
from blog.models import Comment, Post
from blog.policies import can_delete_comment, can_edit_comment
from blog.shortcuts import (
    get_comment_for_reading,
    get_comment_to_delete,
    get_post_for_hosting,
    get_post_for_talk,
)
from config.api import ANYONE, InvalidApiCursor, InvalidInput, Place

SORT = OpenApiParameter(
    "sort",
    str,
    enum=list(ORDERS),
    description="By time, oldest (`old`) or newest (`new`) first; `liked`: what answers the post"
    " itself, the most liked first.",
)


class CommentView(WritingView):
    """A resource that answers with comments."""

    shape = CommentShape

    def shaped(self, comments: list[Comment]) -> list[dict[str, Any]]:
        """Return the objects of ``comments`` as the viewer may read them."""
        return CommentShaper(self.addresses, self.viewer).all(comments)

    def readable(self, pk: int) -> dict[str, Any]:
        """Return a comment, or its empty place, under a post the viewer may open. Raises Http404."""
        posts = Post.objects.visible_to(self.viewer).order_by()
        rows = comment_rows(self.viewer, with_muted=True).filter(pk=pk, post__in=posts)
        comment = rows.first()
        if comment is None:
            raise Http404
        return CommentShaper(self.addresses, self.viewer).one(comment)

    def told(self, pk: int) -> dict[str, Any]:
        """Return a comment as the caller may read it, whatever else the token is for."""
        caller = self.request.user
        row = comment_rows(caller, with_muted=True).filter(pk=pk).first()
        if row is None:
            raise Http404
        return CommentShaper(self.addresses, caller).one(row)

    def listed(self, comments: QuerySet, sort: str = OLD) -> Response:
        """Return the page of ``comments`` in one of the orders of pages."""
        if sort == LIKED:
            return self.page_by(
                liked_first(comments.threads()),
                self.shaped,
                value_of=lambda row: (
                    f"{row.like_count} {row.created_at.isoformat()}",
                    row.pk,
                ),
                kind=str,
                descending=False,
            )
        return self.page(comments, self.shaped, field="created_at", descending=sort == NEW)

    def sort(self) -> str:
        """Return the order that was asked for. Raises InvalidInput."""
        name = self.request.query_params.get("sort") or OLD
        if name not in ORDERS:
            raise InvalidInput(
                _("There is no order “%(name)s”.") % {"name": name[:40]},
                field="sort",
                code="invalid_choice",
            )
        return name


def liked_first(comments: QuerySet) -> Callable[[Place, int], Sequence[Comment]]:
    """Return a reader of ``comments``, the most liked first and of equals the oldest."""

    def read(place: Place, limit: int) -> Sequence[Comment]:
        order = ORDERS[LIKED]
        wanted = tuple(map(turned, order)) if place.is_back else order
        rows = comments
        if not place.is_start:
            likes, written_at = _liked_place(place)
            rows = rows.filter(beyond(wanted, (likes, written_at, place.pk), is_inclusive=False))
        return list(rows.order_by(*wanted)[:limit])

    return read


def _liked_place(place: Place) -> tuple[int, datetime]:
    likes, _space, text = str(place.value).partition(" ")
    try:
        written_at = parse_datetime(text)
        if written_at is not None:
            # Some moments of other zones are in no year that there is.
            written_at = written_at.astimezone(UTC) if written_at.tzinfo else None
    except (ValueError, OverflowError):
        written_at = None
    is_number = likes.isascii() and likes.isdecimal() and len(likes) < len(str(LARGEST))
    if not is_number or written_at is None:
        raise InvalidApiCursor(_("This cursor does not belong to this list."), field="cursor")
    return int(likes), written_at


class PostComments(CommentView):
    """What is said under a post."""

    scopes: ClassVar = {"GET": ANYONE, "POST": "comments"}
    tolerates_lag = True

    @extend_schema(parameters=[SORT], responses=CommentShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Anyone who may see the post: all that is said under it, answers too."""
        post = get_post_for_talk(pk, self.viewer)
        return self.listed(comment_rows(self.viewer).filter(post=post), self.sort())

    @extend_schema(request=CommentInput, responses={201: CommentShape})
    def post(self, request: Request, pk: int) -> Response:
        """Members who may see the post: answer it, or a comment under it."""
        post = get_post_for_talk(pk, request.user)
        data = self.valid(CommentInput)
        parent = self._answered(data.get("parent"), post)
        limits.count_comment(request.user)
        try:
            comment = actions.write_comment(
                post, actor=request.user, source=data["body"], parent=parent
            )
        except Post.DoesNotExist as error:
            raise Http404 from error
        return self.created(self.told(comment.pk))

    def _answered(self, pk: int | None, post: Post) -> Comment | None:
        """Return the comment that is answered. Raises CommentGone."""
        if pk is None:
            return None
        found = Comment.objects.visible_to(self.request.user).filter(pk=pk, post=post).first()
        if found is None:
            raise CommentGone(_("The comment you answer is not there any more."), field="parent")
        return found


class OneComment(CommentView):
    """One comment."""

    scopes: ClassVar = {"GET": ANYONE, "PATCH": "comments", "DELETE": "comments"}
    tolerates_lag = True

    @extend_schema(responses=CommentShape)
    def get(self, request: Request, pk: int) -> Response:
        """Anyone who may see the post: a comment."""
        return self.one(self.readable(pk))

    @extend_schema(request=CommentTextInput, responses=CommentShape)
    def patch(self, request: Request, pk: int) -> Response:
        """Who wrote it: change a comment."""
        found = get_comment_for_reading(pk, request.user)
        if not can_edit_comment(request.user, found):
            raise NotTheAuthor(_("Only who wrote it can change this."))
        self._require_version(pk)
        data = self.valid(CommentTextInput)
        limits.count_comment(request.user)
        try:
            actions.change_comment(found, actor=request.user, source=data["body"])
        except Comment.DoesNotExist as error:
            raise Http404 from error
        return self.one(self.told(pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Who wrote it: take back a comment, also under a post that one does not see any more."""
        found = get_comment_to_delete(pk, request.user)
        if not can_delete_comment(request.user, found):
            raise NotTheAuthor(_("Only who wrote it can delete this."))
        self._require_version(pk)
        try:
            actions.delete_comment(found, actor=request.user)
        except Comment.DoesNotExist as error:
            raise Http404 from error
        return self.nothing()

    def _require_version(self, pk: int) -> None:
        if "If-Match" in self.request.headers:
            self.require_version(
                self.told(pk) if self.viewer.is_authenticated else self.readable(pk)
            )


class Replies(CommentView):
    """What answers a comment."""

    scopes: ClassVar = {"GET": ANYONE}
    tolerates_lag = True

    @extend_schema(responses=CommentShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Anyone who may see the post: what answers a comment directly, oldest first."""
        self.readable(pk)
        return self.listed(comment_rows(self.viewer).filter(parent=pk))


class CommentDecision(CommentView):
    """What the author of a post decides about a comment; asked for again, answered the same."""

    scopes: ClassVar = {"POST": "comments"}

    def decided(self, pk: int, act: Callable[..., Any]) -> Response:
        """Do it and return the comment. Raises Http404, NotTheAuthor."""
        self.decide(pk, act)
        return self.one(self.told(pk))

    def decide(self, pk: int, act: Callable[..., Any]) -> None:
        """Do it. Raises Http404, NotTheAuthor."""
        found = get_comment_for_reading(pk, self.request.user)
        limits.count_comment_decision(self.request.user)
        try:
            act(found, actor=self.request.user)
        except Comment.DoesNotExist as error:
            raise Http404 from error


class HiddenComment(CommentDecision):
    @extend_schema(request=None, responses=CommentShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author of the post: hide a comment from other readers."""
        return self.decided(pk, actions.hide_comment)


class ShownComment(CommentDecision):
    @extend_schema(request=None, responses=CommentShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author of the post: show a hidden comment again."""
        return self.decided(pk, actions.show_comment)


class PinnedComment(CommentDecision):
    @extend_schema(request=None, responses=CommentShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author of the post: put a comment above the others."""
        return self.decided(pk, actions.pin_comment)


class UnpinnedComment(CommentDecision):
    @extend_schema(request=None, responses=CommentShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author of the post: let a comment stand in its own place."""
        return self.decided(pk, actions.unpin_comment)


class ApprovedComment(CommentDecision):
    @extend_schema(request=None, responses=CommentShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author of the post, or staff: show what a guest said."""
        return self.decided(pk, actions.approve_comment)


class RefusedComment(CommentDecision):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """The author of the post, or staff: delete what a guest said and nobody saw yet."""
        self.decide(pk, actions.refuse_comment)
        return self.nothing()


class OpenedComments(PostView):
    """A post that takes comments."""

    scopes: ClassVar = {"POST": "comments"}

    @extend_schema(request=None, responses=PostShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author of the post: take comments."""
        post = get_post_for_hosting(pk, request.user)
        limits.count_comment_decision(request.user)
        actions.open_comments(post, actor=request.user)
        return self.one(self.own(pk))


class ClosedComments(PostView):
    """A post that takes no more comments."""

    scopes: ClassVar = {"POST": "comments"}

    @extend_schema(request=None, responses=PostShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author of the post: take no more comments; what was said stays."""
        post = get_post_for_hosting(pk, request.user)
        limits.count_comment_decision(request.user)
        actions.close_comments(post, actor=request.user)
        return self.one(self.own(pk))
