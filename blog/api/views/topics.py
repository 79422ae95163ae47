"""Topics of the site by programs (AP-44)."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from blog.api.numbered import name_and_number, numbered_rows
from blog.api.shapes.tags import TopicShape, topic_shapes
from blog.models import Topic
from config.api import ANYONE, ApiView


class TopicView(ApiView):
    """A resource that answers with topics."""

    scopes: ClassVar = {"GET": ANYONE}
    tolerates_lag = True
    shape = TopicShape

    def shaped(self, topics: list[Topic]) -> list[dict[str, Any]]:
        """Return the objects of ``topics``."""
        return topic_shapes(topics, self.addresses)


class Topics(TopicView):
    """The topics there are."""

    @extend_schema(responses=TopicShape(many=True))
    def get(self, request: Request) -> Response:
        """Anyone: the topics of the site, in its order."""
        return self.page_by(
            numbered_rows(Topic.objects.all(), "position", "slug", descending=False),
            self.shaped,
            value_of=name_and_number("position", "slug"),
            kind=str,
            descending=False,
        )


class OneTopic(TopicView):
    """One topic."""

    @extend_schema(responses=TopicShape)
    def get(self, request: Request, slug: str) -> Response:
        """Anyone: a topic."""
        return self.one(self.shaped([get_object_or_404(Topic, slug=slug)])[0])
