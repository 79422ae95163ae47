"""Series by programs (AP-44): to find and follow them, and for their authors to make them."""

from functools import partial
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from blog import actions, limits
from blog.api.inputs.series import SeriesChangeInput, SeriesInput, SeriesOrderInput
from blog.api.shapes.series import (
    SeriesOrderShape,
    SeriesPartShape,
    SeriesShape,
    part_shapes,
    series_shape,
)
from blog.models import Series
from blog.policies import can_edit_series
from blog.querysets import SeriesQuerySet
from blog.selectors import series_posts
from blog.series_desk import own_articles
from blog.shortcuts import get_series_by_key, get_series_for_editing
from config.api import ANYONE, ApiView
from config.numbers import row_number
from config.text import identity_key
from social.limits import count_follow

AUTHOR = OpenApiParameter("author", str, description="A key, or a handle after an @.")


class SeriesView(ApiView):
    """A resource that answers with series."""

    shape = SeriesShape

    def listed(self, series: SeriesQuerySet, **order: Any) -> Response:
        """Return the page of ``series`` that was asked for, as the viewer meets them."""
        return self.page(series.for_shelf(self.viewer), self._shaped, **order)

    def _shaped(self, rows: list[Series]) -> list[dict[str, Any]]:
        return [series_shape(row, self.addresses, self.viewer) for row in rows]

    def told(self, pk: int, user: Any) -> dict[str, Any]:
        """Return a series as ``user`` meets it. Raises Http404."""
        return series_shape(get_series_by_key(pk, user), self.addresses, user)


class SeriesList(SeriesView):
    """Series there are, and new ones."""

    scopes: ClassVar = {"GET": ANYONE, "POST": "posts"}
    tolerates_lag = True

    @extend_schema(parameters=[AUTHOR], responses=SeriesShape(many=True))
    def get(self, request: Request) -> Response:
        """Anyone: series with something they may see, newest first; one's own also while empty."""
        series = Series.objects.visible_to(self.viewer)
        who = request.query_params.get("author", "")
        if who.startswith("@"):
            series = series.filter(author__handle_key=identity_key(who[1:]))
        elif who:
            series = series.filter(author=row_number(who))
        return self.listed(series, field="pk", kind=int)

    @extend_schema(request=SeriesInput, responses={201: SeriesShape})
    def post(self, request: Request) -> Response:
        """Members: start a series."""
        data = self.valid(SeriesInput)
        limits.count_new_series(request.user)
        made = actions.create_series(
            data["title"], actor=request.user, description=data.get("description", "")
        )
        return self.created(self.told(made.pk, request.user))


class OneSeries(SeriesView):
    """One series."""

    scopes: ClassVar = {"GET": ANYONE, "PATCH": "posts", "DELETE": "posts"}
    tolerates_lag = True

    @extend_schema(responses=SeriesShape)
    def get(self, request: Request, pk: int) -> Response:
        """Anyone who may see something in it: a series."""
        return self.one(self.told(pk, self.viewer))

    @extend_schema(request=SeriesChangeInput, responses=SeriesShape)
    def patch(self, request: Request, pk: int) -> Response:
        """The author: change what a series is called."""
        found = self._own(pk)
        data = self.valid(SeriesChangeInput)
        limits.count_series_change(request.user)
        actions.change_series(found, actor=request.user, **data)
        return self.one(self.told(pk, request.user))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The author: delete a series; its articles stay."""
        actions.delete_series(self._own(pk), actor=request.user)
        return self.nothing()

    def _own(self, pk: int) -> Series:
        """Return a series of the caller's. Raises Http404, NotTheAuthor, Stale."""
        found = get_series_for_editing(pk, self.request.user)
        if "If-Match" in self.request.headers:
            # A token that may not read was shown what visitors are shown.
            self.require_version(self.told(pk, self.viewer))
        return found


class SeriesPosts(ApiView):
    """What is in a series, in the order of its author."""

    scopes: ClassVar = {"GET": ANYONE, "PUT": "posts"}
    tolerates_lag = True

    @extend_schema(responses=SeriesPartShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Anyone: what they may see in a series, first part first; its author also drafts."""
        series = get_series_by_key(pk, self.viewer)
        if can_edit_series(self.viewer, series):
            parts = own_articles(series.author).filter(series=series)
        else:
            lean = ("kind", "slug", "title", "status", "series_position")
            parts = series_posts(series, self.viewer).only(*lean)
        shaped = partial(part_shapes, author=series.author, addresses=self.addresses)
        return self.page(parts, shaped, field="series_position", kind=int, descending=False)

    @extend_schema(request=SeriesOrderInput, responses=SeriesOrderShape)
    def put(self, request: Request, pk: int) -> Response:
        """The author: say which articles are in a series, in their order; others leave it."""
        found = get_series_for_editing(pk, request.user)
        posts = self.valid(SeriesOrderInput)["posts"]
        limits.count_series_change(request.user)
        return self.one({"posts": actions.set_series_posts(found, posts, actor=request.user)})


class FollowedSeries(SeriesView):
    """Whether a member follows a series."""

    scopes: ClassVar = {"PUT": "follows", "DELETE": "follows"}
    shape = None

    @extend_schema(request=None, responses=SeriesShape)
    def put(self, request: Request, pk: int) -> Response:
        """Members: follow a series of somebody else in which there is something for them."""
        series = get_series_by_key(pk, request.user)
        count_follow(request.user)
        actions.follow_series(series, actor=request.user)
        return self.one(self.told(pk, request.user))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Members: no longer follow a series."""
        actions.unfollow_series(get_series_by_key(pk, request.user), actor=request.user)
        return self.nothing()


class FollowedSeriesList(SeriesView):
    """The series that a member follows."""

    scopes: ClassVar = {"GET": "read"}

    @extend_schema(responses=SeriesShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: the series that one follows and still meets, by title."""
        series = Series.objects.visible_to(request.user).filter(followers__person=request.user)
        return self.listed(series, field="title", kind=str, descending=False)
