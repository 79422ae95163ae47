"""What a text was before, by programs (AP-40); its author alone sees it."""

from typing import ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from blog import actions, limits
from blog.api.inputs.posts import RevisionInput
from blog.api.post_view import PostView
from blog.api.shapes.drafts import (
    RevisionLineShape,
    RevisionShape,
    revision_line,
    revision_shape,
)
from blog.api.shapes.posts import PostShape
from blog.models import Post, Revision
from blog.shortcuts import get_post_for_editing
from config.api import ApiView


def revision_of(post: Post, pk: int) -> Revision:
    """Return the revision of ``post`` with that key. Raises Http404."""
    revision = Revision.objects.filter(post=post, pk=pk).first()
    if revision is None:
        raise Http404
    return revision


class Revisions(ApiView):
    """The author: the revisions of a post."""

    scopes: ClassVar = {"GET": "posts", "POST": "posts"}
    shape = RevisionLineShape

    @extend_schema(responses=RevisionLineShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """The author: what the text was before, latest first."""
        post = get_post_for_editing(pk, request.user)
        return self.page(
            Revision.objects.filter(post=post).defer("source", "details"),
            lambda rows: [revision_line(row, self.addresses) for row in rows],
            field="created_at",
        )

    @extend_schema(request=RevisionInput, responses={201: RevisionLineShape})
    def post(self, request: Request, pk: int) -> Response:
        """The author: keep the present text under a name, for ever."""
        post = get_post_for_editing(pk, request.user)
        name = self.valid(RevisionInput)["name"]
        limits.count_save(request.user)
        kept = actions.name_revision(post, actor=request.user, name=name)
        return self.created(revision_line(kept, self.addresses))


class OneRevision(ApiView):
    """The author: one revision."""

    scopes: ClassVar = {"GET": "posts"}
    shape = RevisionShape

    @extend_schema(responses=RevisionShape)
    def get(self, request: Request, pk: int, revision_pk: int) -> Response:
        """The author: what the text was, in full."""
        post = get_post_for_editing(pk, request.user)
        return self.one(revision_shape(revision_of(post, revision_pk), post, self.addresses))


class RestoredRevision(PostView):
    """The author: an earlier text that comes back."""

    scopes: ClassVar = {"POST": "posts"}

    @extend_schema(request=None, responses=PostShape)
    def post(self, request: Request, pk: int, revision_pk: int) -> Response:
        """The author: bring an earlier text back into the draft, or into a note."""
        post = get_post_for_editing(pk, request.user)
        revision = revision_of(post, revision_pk)
        limits.count_save(request.user)
        if post.is_note:
            actions.change_note(post, actor=request.user, source=revision.source)
        else:
            actions.restore_revision(post, revision, actor=request.user)
        return self.one(self.own(pk))
