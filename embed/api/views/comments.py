"""One comment: to read, to mend, to take back, to like; and what the site's owner decides."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from blog import actions
from blog import limits as blog_limits
from blog.exceptions import NotTheAuthor
from blog.models import Comment
from blog.policies import can_delete_comment, can_edit_comment
from config.api import ANYONE
from embed import limits
from embed.api.inputs import EditKeyInput, EmbedCommentChangeInput
from embed.api.shapes import EmbedCommentShape, comment_shape
from embed.api.views.base import EmbedView
from embed.edit_keys import require_edit_key
from embed.policies import can_moderate_comment
from embed.selectors import comment_in, guest_comment_in

DECISIONS = {
    "approve": actions.approve_comment,
    "refuse": actions.refuse_comment,
    "hide": actions.hide_comment,
    "show": actions.show_comment,
    "pin": actions.pin_comment,
    "unpin": actions.unpin_comment,
}


class CommentView(EmbedView):
    """Something about one comment."""

    def found(self, pk: int) -> Comment:
        """Return the comment as the viewer reads it. Raises Http404."""
        comment = comment_in(self.site, pk, self.viewer)
        if comment is None:
            raise Http404
        return comment

    def of_guest(self, pk: int, edit_key: str) -> Comment:
        """Return the comment of the guest that holds ``edit_key``.

        Raises Http404, EditKeyRefused.
        """
        comment = guest_comment_in(self.site, pk)
        if comment is None:
            raise Http404
        require_edit_key(comment, edit_key)
        return comment


class CommentDetail(CommentView):
    """One comment."""

    scopes: ClassVar = {"GET": ANYONE, "PATCH": ANYONE, "DELETE": ANYONE}
    shape = EmbedCommentShape

    @extend_schema(responses=EmbedCommentShape)
    def get(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Anyone: a comment."""
        return self.one(comment_shape(self.found(pk), self.talk))

    @extend_schema(request=EmbedCommentChangeInput, responses=EmbedCommentShape)
    def patch(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Who wrote it, guests for ten minutes: change a comment."""
        person = self.member("comments")
        data = self.valid(EmbedCommentChangeInput)
        limits.count_write(request)
        try:
            if person is None:
                return self._mended_by_guest(pk, data)
            found = self.found(pk)
            if not can_edit_comment(person, found):
                raise NotTheAuthor(_("Only who wrote it can change this."))
            self.require_version(comment_shape(found, self.talk))
            blog_limits.count_comment(person)
            actions.change_comment(found, actor=person, source=data["body"])
        except Comment.DoesNotExist as error:
            raise Http404 from error
        return self.one(comment_shape(self.found(pk), self.talk))

    def _mended_by_guest(self, pk: int, data: dict[str, Any]) -> Response:
        found = self.of_guest(pk, data["edit_key"])
        changed = actions.change_guest_comment(found, source=data["body"])
        changed.is_seen, changed.is_liked = True, False
        return self.one(comment_shape(changed, self.talk, is_guest_of_it=True))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Who wrote it, guests for ten minutes: take a comment back."""
        person = self.member("comments")
        data = self.valid(EditKeyInput)
        limits.count_write(request)
        try:
            if person is None:
                actions.delete_guest_comment(self.of_guest(pk, data["edit_key"]))
            else:
                self._take_back(pk, person)
        except Comment.DoesNotExist as error:
            raise Http404 from error
        return self.nothing()

    def _take_back(self, pk: int, person: User) -> None:
        found = self.found(pk)
        if not can_delete_comment(person, found):
            raise NotTheAuthor(_("Only who wrote it can delete this."))
        self.require_version(comment_shape(found, self.talk))
        actions.delete_comment(found, actor=person)


class CommentLike(CommentView):
    """What a member thinks of a comment."""

    scopes: ClassVar = {"PUT": "reactions", "DELETE": "reactions"}

    @extend_schema(request=None, responses=EmbedCommentShape)
    def put(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Members: like a comment. Idempotent."""
        self._count_reaction(request)
        try:
            actions.like_comment(self.found(pk), actor=request.user)
        except Comment.DoesNotExist as error:
            raise Http404 from error
        return self.one(comment_shape(self.found(pk), self.talk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, **kwargs: Any) -> Response:
        """Members: take a like back. Idempotent."""
        self._count_reaction(request)
        actions.unlike_comment(self.found(pk), actor=request.user)
        return self.nothing()

    @staticmethod
    def _count_reaction(request: Request) -> None:
        limits.count_write(request)
        blog_limits.count_reaction(request.user)


class CommentDecision(CommentView):
    """What the site's owner decides about a comment."""

    scopes: ClassVar = {"POST": "comments"}

    @extend_schema(request=None, responses={200: EmbedCommentShape, 204: None})
    def post(self, request: Request, pk: int, verb: str, **kwargs: Any) -> Response:
        """The site's owner: approve, refuse (204), hide, show, pin or unpin a comment."""
        found = self.found(pk)
        blog_limits.count_comment_decision(request.user)
        if not can_moderate_comment(request.user, found):
            raise NotTheAuthor(_("Only the author of the post can do this."))
        try:
            DECISIONS[verb](found, actor=request.user)
        except Comment.DoesNotExist as error:
            raise Http404 from error
        if verb == "refuse":
            return self.nothing()
        return self.one(comment_shape(self.found(pk), self.talk))
