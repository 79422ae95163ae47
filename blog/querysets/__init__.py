"""Reading what people write, by noun. ``visible_to`` is the only definition of who sees what."""

from blog.querysets.comments import CommentQuerySet
from blog.querysets.images import ImageQuerySet
from blog.querysets.posts import DESK_START, PostQuerySet
from blog.querysets.taxonomy import SeriesQuerySet, TagQuerySet

__all__ = [
    "DESK_START",
    "CommentQuerySet",
    "ImageQuerySet",
    "PostQuerySet",
    "SeriesQuerySet",
    "TagQuerySet",
]
