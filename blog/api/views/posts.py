"""Posts by programs (AP-34 to AP-37, AP-39): to find, read, write and publish them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django_filters.utils import translate_validation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from blog import actions, limits
from blog.api.inputs.posts import (
    PostChangeInput,
    PostInput,
    ScheduleInput,
    changes_of,
    status_of,
)
from blog.api.post_view import LONGEST_WRITING, PostView
from blog.api.ready import reader_of_posts
from blog.api.shapes.drafts import with_drafts
from blog.api.shapes.posts import PostShape, PostShaper
from blog.filters import PostListFilter
from blog.models import Post
from blog.shortcuts import find_tag, get_post_for_editing
from config.api import ANYONE, InvalidInput
from social.shortcuts import called, get_person_for_reading

FILTERS = [
    OpenApiParameter("author", str, description="A key, or a handle after an @."),
    OpenApiParameter("kind", str, enum=["", "note", "article"], description="Empty: both."),
    OpenApiParameter("tag", str, description="The name of a tag."),
    OpenApiParameter("topic", str, description="The slug of a topic."),
    OpenApiParameter("series", str, description="The key of a series."),
    OpenApiParameter("language", str, description="BCP 47."),
    OpenApiParameter("since", str, description="Published then or later; ISO 8601."),
    OpenApiParameter("until", str, description="Published before then; ISO 8601."),
]
OWN_STATES = ("draft", "scheduled", "held", "deleted")
STATUS = OpenApiParameter(
    "status",
    str,
    description="`published`; or one's own, latest first: `draft`, `scheduled`, `held`, `deleted`.",
)


class PostList(PostView):
    """Lists of posts with filters."""

    def filtered(self, posts: QuerySet) -> QuerySet:
        """Return of ``posts`` what the query asks for. Raises ValidationError."""
        if not self.named_filters:
            return posts
        params = self.request.query_params
        filters = PostListFilter(params, queryset=posts, request=self.request, viewer=self.viewer)
        if not filters.is_valid():
            raise translate_validation(filters.errors)
        return filters.qs

    @property
    def named_filters(self) -> set[str]:
        """The filters that the query names."""
        params = self.request.query_params
        return {name for name in PostListFilter.base_filters if params.get(name)}

    def ready(self, author: User | None = None) -> Response | None:
        """Return a page by prepared statements; None where they are not for it.

        They are for a page without filters, and for one of all posts with a tag.
        """
        filters, tag = self.named_filters, None
        if filters == {"tag"} and author is None:
            name = self.request.query_params["tag"].strip()
            # With a null in it it is refused where filters are checked.
            tag = find_tag(name) if "\0" not in name else None
        if filters and tag is None:
            return None
        read = reader_of_posts(self.viewer, author=author, tag=tag, with_text=self.wants_text)
        return self.page_by(read, self.shaped, value_of=lambda row: (row.published_at, row.pk))


class Posts(PostList):
    """Posts there are, and new ones."""

    scopes: ClassVar = {"GET": ANYONE, "POST": "posts"}
    tolerates_lag = True
    largest_body = LONGEST_WRITING

    @extend_schema(parameters=[*FILTERS, STATUS], responses=PostShape(many=True))
    def get(self, request: Request) -> Response:
        """Anyone: public posts, newest first; of an author or a series what they may see."""
        params = request.query_params
        status = params.get("status") or "published"
        if status != "published":
            return self._own(status)
        if response := self.ready():
            return response
        if params.get("author") or params.get("series"):
            posts = Post.objects.listed_to(self.viewer, with_muted=True)
        else:
            posts = Post.objects.public().listed_to(self.viewer)
        return self.listed(self.filtered(posts))

    def _own(self, status: str) -> Response:
        if status not in OWN_STATES:
            raise InvalidInput(
                _("There is no status “%(status)s”.") % {"status": status[:40]},
                field="status",
                code="invalid_choice",
            )
        if not self.viewer.is_authenticated:
            raise NotAuthenticated
        posts = self.filtered(Post.objects.by(self.viewer).written())
        if status == "deleted":
            posts, order = posts.restorable(), "deleted_at"
        else:
            posts, order = posts.filter(status=status).with_saved_at(), "saved_at"
        extra = () if status == "deleted" else (order,)
        return self.page(self.rows(posts, extra=extra), self._written, field=order)

    def _written(self, rows: list[Any]) -> list[dict[str, Any]]:
        shaper = PostShaper(self.addresses, self.viewer)
        return with_drafts(shaper.all(rows), self.viewer, shaper, is_listed=True)

    @extend_schema(request=PostInput, responses={201: PostShape})
    def post(self, request: Request) -> Response:
        """Members: write a note or an article; publish or schedule it in the same call."""
        data = self.valid(PostInput)
        status = status_of(data)
        if data["kind"] == Post.Kind.NOTE:
            limits.count_note(request.user)
            post = actions.compose_note(
                actor=request.user,
                source=data.get("body", ""),
                visibility=data.get("visibility", ""),
                language=data.get("language", ""),
                is_open_to_comments=data.get("comments_open", True),
            )
        else:
            changes = changes_of(data, request.user)
            limits.count_save(request.user)
            post = actions.compose_article(
                actor=request.user, changes=changes, status=status, at=data.get("publish_at")
            )
        return self.created(self.own(post.pk))


class PersonPosts(PostList):
    """Posts of one person."""

    scopes: ClassVar = {"GET": ANYONE}
    tolerates_lag = True

    @extend_schema(
        parameters=[one for one in FILTERS if one.name != "author"],
        responses=PostShape(many=True),
    )
    def get(self, request: Request, who: str) -> Response:
        """Anyone who may see the person: what they published, newest first."""
        person = get_person_for_reading(called(who), self.viewer)
        if response := self.ready(person):
            return response
        posts = Post.objects.listed_to(self.viewer, with_muted=True).by(person)
        return self.listed(self.filtered(posts))


class OnePost(PostView):
    """One post."""

    scopes: ClassVar = {"GET": ANYONE, "PATCH": "posts", "DELETE": "posts"}
    tolerates_lag = True
    largest_body = LONGEST_WRITING

    @extend_schema(responses=PostShape)
    def get(self, request: Request, pk: int) -> Response:
        """Anyone who may see it: a post."""
        return self.one(self.readable(pk))

    @extend_schema(request=PostChangeInput, responses=PostShape)
    def patch(self, request: Request, pk: int) -> Response:
        """The author: change a note, or the draft of an article; publishing shows the latter."""
        post = get_post_for_editing(pk, request.user)
        version = self.named_version(pk)
        data = self.valid(PostChangeInput)
        if post.is_note:
            limits.count_save(request.user)
            self._change_note(post, data)
        else:
            changes = changes_of(data, request.user)
            limits.count_save(request.user)
            actions.save_draft(
                post,
                actor=request.user,
                changes=changes,
                base_version=data.get("base_version", version),
            )
        return self.one(self.own(pk))

    def _change_note(self, post: Post, data: dict[str, Any]) -> None:
        user = self.request.user
        if "body" in data or "visibility" in data:
            actions.change_note(
                post,
                actor=user,
                source=data.get("body", post.source),
                visibility=data.get("visibility", ""),
            )
        if "comments_open" in data:
            act = actions.open_comments if data["comments_open"] else actions.close_comments
            act(post, actor=user)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The author: delete a post; it can be restored for 30 days."""
        post = get_post_for_editing(pk, request.user)
        self.named_version(pk)
        limits.count_save(request.user)
        actions.delete_post(post, actor=request.user)
        return self.nothing()


class PostAct(PostView):
    """One thing that authors do with a post; asked for again, it is answered the same."""

    scopes: ClassVar = {"POST": "posts"}

    def act(self, post: Post) -> None:
        """Do it."""
        raise NotImplementedError

    def done(self, pk: int) -> Response:
        """Do it with a post of the caller, and return the post. Raises Http404, NotTheAuthor."""
        post = get_post_for_editing(pk, self.request.user)
        limits.count_save(self.request.user)
        self.act(post)
        return self.one(self.own(pk))


class PublishedPost(PostAct):
    @extend_schema(request=None, responses=PostShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author: bring what the draft holds to the readers."""
        return self.done(pk)

    def act(self, post: Post) -> None:
        actions.publish_post(post, actor=self.request.user)


class UnpublishedPost(PostAct):
    @extend_schema(request=None, responses=PostShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author: make a draft of a published or scheduled post again."""
        return self.done(pk)

    def act(self, post: Post) -> None:
        actions.unpublish_post(post, actor=self.request.user)


class ScheduledPost(PostAct):
    @extend_schema(request=ScheduleInput, responses=PostShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author: let an article go out at a time to come, or at another one."""
        return self.done(pk)

    def act(self, post: Post) -> None:
        at = self.valid(ScheduleInput)["publish_at"]
        actions.schedule_post(post, actor=self.request.user, at=at)


class RestoredPost(PostView):
    """A post that comes back."""

    scopes: ClassVar = {"POST": "posts"}

    @extend_schema(request=None, responses=PostShape)
    def post(self, request: Request, pk: int) -> Response:
        """The author: bring a deleted post back, as a draft."""
        post = Post.objects.by(request.user).written().filter(pk=pk).first()
        if post is None:
            raise Http404
        if post.status == Post.Status.DELETED:
            limits.count_save(request.user)
            actions.restore_post(post, actor=request.user)
        return self.one(self.own(pk))


class Pin(PostView):
    """Whether a post stands first on its author's profile."""

    scopes: ClassVar = {"PUT": "posts", "DELETE": "posts"}

    @extend_schema(request=None, responses=PostShape)
    def put(self, request: Request, pk: int) -> Response:
        """The author: put a published post first on the profile, with up to two others."""
        post = get_post_for_editing(pk, request.user)
        limits.count_pin(request.user)
        actions.pin_post(post, actor=request.user)
        return self.one(self.own(pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The author: let a post stand in its own place again."""
        post = get_post_for_editing(pk, request.user)
        limits.count_pin(request.user)
        actions.unpin_post(post, actor=request.user)
        return self.nothing()
