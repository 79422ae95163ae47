"""What people write, by noun."""

from blog.models.drafts import Draft, PreviewLink, Revision
from blog.models.figures import PostDay, TrendingPost
from blog.models.images import Image
from blog.models.imports import ImportedComment, ImportedItem, ImportRun
from blog.models.machine import MachineTranslation, TranslationSpending
from blog.models.places import Announcement, OldPath, Page, PostRedirect
from blog.models.posts import Post, PostTag, PostViewCount
from blog.models.talk import (
    Bookmark,
    Comment,
    CommentLike,
    CommentText,
    PostLike,
    SeriesFollow,
    TagFollow,
)
from blog.models.taxonomy import Series, Tag, TagAlias, Topic, TranslationSet

__all__ = [
    "Announcement",
    "Bookmark",
    "Comment",
    "CommentLike",
    "CommentText",
    "Draft",
    "Image",
    "ImportRun",
    "ImportedComment",
    "ImportedItem",
    "MachineTranslation",
    "OldPath",
    "Page",
    "Post",
    "PostDay",
    "PostLike",
    "PostRedirect",
    "PostTag",
    "PostViewCount",
    "PreviewLink",
    "Revision",
    "Series",
    "SeriesFollow",
    "Tag",
    "TagAlias",
    "TagFollow",
    "Topic",
    "TranslationSet",
    "TranslationSpending",
    "TrendingPost",
]
