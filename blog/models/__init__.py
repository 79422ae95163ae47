"""What people write, by noun."""

from blog.models.images import Image
from blog.models.places import Announcement, OldPath, Page, PostRedirect
from blog.models.posts import Post, PostTag, PostViewCount
from blog.models.taxonomy import Series, Tag, TagAlias, Topic

__all__ = [
    "Announcement",
    "Image",
    "OldPath",
    "Page",
    "Post",
    "PostRedirect",
    "PostTag",
    "PostViewCount",
    "Series",
    "Tag",
    "TagAlias",
    "Topic",
]
