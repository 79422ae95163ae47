"""What people write, by noun."""

from blog.models.drafts import Draft, PreviewLink, Revision
from blog.models.images import Image
from blog.models.imports import ImportedComment, ImportedItem, ImportRun
from blog.models.places import Announcement, OldPath, Page, PostRedirect
from blog.models.posts import Post, PostTag, PostViewCount
from blog.models.taxonomy import Series, Tag, TagAlias, Topic, TranslationSet

__all__ = [
    "Announcement",
    "Draft",
    "Image",
    "ImportRun",
    "ImportedComment",
    "ImportedItem",
    "OldPath",
    "Page",
    "Post",
    "PostRedirect",
    "PostTag",
    "PostViewCount",
    "PreviewLink",
    "Revision",
    "Series",
    "Tag",
    "TagAlias",
    "Topic",
    "TranslationSet",
]
