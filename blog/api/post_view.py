"""What resources of posts have in common: how posts are found, and told."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from rest_framework.response import Response

from blog.api.ready import own_post_row, post_row
from blog.api.rows import post_rows
from blog.api.shapes.drafts import with_drafts
from blog.api.shapes.posts import PostShape, PostShaper
from blog.shortcuts import get_post_by_permalink
from config.api import ApiView
from config.api.problems import problem_of
from config.exceptions import DomainError

TEXTS = frozenset({"body", "html"})
LONGEST_WRITING = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
"""Bytes of JSON with an article in it; as in a form."""
OUTER_NAMES = {
    "source": "body",
    "scheduled_at": "publish_at",
    "is_open_to_comments": "comments_open",
}
"""What actions call a field → what programs call it."""


class WritingView(ApiView):
    """A resource of texts; errors name the fields as they were sent."""

    def get_exception_handler(self) -> Callable:
        """Return what makes problem documents of errors."""
        return problem_in_outer_names


def problem_in_outer_names(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem document of ``error``, its field called as it was sent."""
    if isinstance(error, DomainError):
        error.field = OUTER_NAMES.get(error.field, error.field)
    return problem_of(error, context)


class PostView(WritingView):
    """A resource that answers with posts."""

    shape = PostShape

    def listed(self, posts: QuerySet, *, extra: tuple[str, ...] = (), **order: Any) -> Response:
        """Return the page of ``posts`` that was asked for, newest first unless ``order`` says else."""
        return self.page(self.rows(posts, extra=extra), self.shaped, **order)

    def rows(self, posts: QuerySet, *, extra: tuple[str, ...] = ()) -> QuerySet:
        """Return ``posts`` as rows for a list; their texts unless ``?fields=`` leaves them out."""
        return post_rows(posts, self.viewer, with_text=self.wants_text, extra=extra)

    @property
    def wants_text(self) -> bool:
        """Whether ``?fields=`` leaves body or HTML in."""
        return not self._fields or not TEXTS.isdisjoint(self._fields)

    def shaped(self, rows: list[Any]) -> list[dict[str, Any]]:
        """Return the objects of ``rows`` as the viewer may read them."""
        return PostShaper(self.addresses, self.viewer).all(rows)

    def readable(self, pk: int) -> dict[str, Any]:
        """Return a post as the viewer may read it. Raises Http404, Gone."""
        row = post_row(pk, self.viewer)
        if row is None:
            get_post_by_permalink(pk, self.viewer)  # says whether it was ever there
            raise Http404
        shaper = PostShaper(self.addresses, self.viewer)
        return with_drafts([shaper.one(row)], self.viewer, shaper)[0]

    def own(self, pk: int) -> dict[str, Any]:
        """Return a post of the caller, as its author reads it. Raises Http404."""
        author = self.request.user
        row = own_post_row(pk, author)
        if row is None:
            raise Http404
        shaper = PostShaper(self.addresses, author)
        return with_drafts([shaper.one(row)], author, shaper)[0]

    def named_version(self, pk: int) -> int | None:
        """Return the version of the draft that goes with If-Match, if that was sent. Raises Stale."""
        if "If-Match" not in self.request.headers:
            return None
        own = self.own(pk)
        # A token that may not read was shown what visitors are shown.
        self.require_version(own if self.viewer.is_authenticated else self.readable(pk))
        return own.get("draft", {}).get("version")
