"""What authors write, by programs (AP-38): the draft of an article, and who else may look at it."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from blog import actions, limits
from blog.api.inputs.posts import DraftInput, changes_of
from blog.api.post_view import LONGEST_WRITING, WritingView
from blog.api.shapes.drafts import (
    DraftLineShape,
    DraftShape,
    PreviewLinkShape,
    draft_line,
    draft_shape,
    preview_link_shape,
)
from blog.exceptions import StaleVersion
from blog.models import Post
from blog.selectors import open_preview_link_of
from blog.shortcuts import get_article_for_editing, get_post_for_editing
from blog.working_copy import WorkingCopy, working_copy
from config.api import ApiView, problem


class Drafts(ApiView):
    """Members: what waits on their desk."""

    scopes: ClassVar = {"GET": "posts"}
    shape = DraftLineShape

    @extend_schema(responses=DraftLineShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: their drafts, scheduled texts and unpublished changes, latest first."""
        return self.page(
            Post.objects.by(request.user).on_desk().for_desk(),
            lambda rows: [draft_line(row, self.addresses) for row in rows],
            field="saved_at",
        )


class Draft(WritingView):
    """The author: what the editor of an article holds."""

    scopes: ClassVar = {"GET": "posts", "PUT": "posts", "DELETE": "posts"}
    shape = DraftShape
    largest_body = LONGEST_WRITING

    @extend_schema(responses=DraftShape)
    def get(self, request: Request, pk: int) -> Response:
        """The author: the text as it is written now."""
        post = get_article_for_editing(pk, request.user)
        return self.one(self._told(post, working_copy(post)))

    @extend_schema(request=DraftInput, responses=DraftShape)
    def put(self, request: Request, pk: int) -> Response:
        """The author: save the draft; 409 with both texts if it was saved from elsewhere meanwhile.

        What is left out stays as it is. Nothing is checked that only publishing needs.
        """
        post = get_article_for_editing(pk, request.user)
        data = self.valid(DraftInput)
        changes = changes_of(data, request.user)
        limits.count_autosave(request.user)
        try:
            copy = actions.save_draft(
                post, actor=request.user, changes=changes, base_version=data["base_version"]
            )
        except StaleVersion as error:
            return self._conflict(error, changes)
        return self.one(self._told(post, copy))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The author: go back to what readers see; the changes stay among the revisions.

        What was never published has nothing to go back to, and stays as it is.
        """
        post = get_article_for_editing(pk, request.user)
        self.require_version(self._told(post, working_copy(post)))
        limits.count_save(request.user)
        actions.discard_draft(post, actor=request.user)
        return self.nothing()

    def _told(self, post: Post, copy: WorkingCopy) -> dict[str, Any]:
        return draft_shape(post, copy, self.addresses)

    def _conflict(self, error: StaleVersion, changes: dict[str, Any]) -> Response:
        """Return the problem with what is stored and what was sent."""
        response = problem(error.status, code=error.code, detail=error.message)
        stored = error.stored
        response.data["stored"] = self._told(error.post, stored)
        response.data["sent"] = {
            "title": changes.get("title", stored.title),
            "body": changes.get("source", stored.source),
        }
        return response


class PreviewLink(ApiView):
    """The author: the secret address of a draft."""

    scopes: ClassVar = {"GET": "posts", "PUT": "posts", "DELETE": "posts"}
    shape = PreviewLinkShape

    @extend_schema(responses=PreviewLinkShape)
    def get(self, request: Request, pk: int) -> Response:
        """The author: the secret address, if one is open."""
        link = open_preview_link_of(get_post_for_editing(pk, request.user))
        if link is None:
            raise Http404
        return self.one(preview_link_shape(link, self.addresses))

    @extend_schema(request=None, responses=PreviewLinkShape)
    def put(self, request: Request, pk: int) -> Response:
        """The author: let whoever has the address read the draft for 30 days."""
        post = get_post_for_editing(pk, request.user)
        limits.count_save(request.user)
        link = actions.open_preview_link(post, actor=request.user)
        return self.one(preview_link_shape(link, self.addresses))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The author: close the secret address for ever."""
        post = get_post_for_editing(pk, request.user)
        limits.count_save(request.user)
        actions.revoke_preview_link(post, actor=request.user)
        return self.nothing()
