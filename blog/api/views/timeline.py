"""Lists that the site puts together, by programs (AP-43): one's timeline, and what is talked about."""

from typing import Any, ClassVar

from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from blog import selectors
from blog.api.shapes.posts import PostShape
from blog.api.views.posts import FILTERS, PostList
from blog.models import Post
from blog.timeline import ids_ahead
from config.api import ANYONE, Place

OF_THE_PAGE = ("kind", "language", "topic")


class Timeline(PostList):
    """Members: their timeline."""

    scopes: ClassVar = {"GET": "read"}

    @extend_schema(responses=PostShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: posts of people, tags and series they follow, and their own, newest first."""

        def read(place: Place, limit: int) -> list[Any]:
            ids = ids_ahead(request.user, place.position, limit)
            posts = Post.objects.visible_to(request.user).filter(pk__in=ids)
            found = {row.pk: row for row in self.rows(posts)} if ids else {}
            return [found[pk] for pk in ids if pk in found]

        return self.page_by(read, self.shaped, value_of=lambda row: (row.published_at, row.pk))


class Trending(PostList):
    """Anyone: what is talked about now."""

    scopes: ClassVar = {"GET": ANYONE}
    tolerates_lag = True

    @extend_schema(
        parameters=[one for one in FILTERS if one.name in OF_THE_PAGE],
        responses=PostShape(many=True),
    )
    def get(self, request: Request) -> Response:
        """Anyone: public posts that are talked about now, the most first."""
        posts = self.filtered(selectors.trending_posts(self.viewer))
        posts = posts.annotate(score=F("trending__score"))
        return self.listed(posts, extra=("score",), field="score", kind=float)
