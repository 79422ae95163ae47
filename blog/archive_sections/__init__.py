"""What of a person's archive this app knows: pictures, posts, series, talk, and what they follow."""

from accounts.archive import sections
from blog.archive_sections.follows import FollowedSeries, FollowedTags
from blog.archive_sections.images import Images
from blog.archive_sections.post_links import QuotedComments, Redirects, Translations
from blog.archive_sections.post_parts import PostTopics, Revisions
from blog.archive_sections.posts import Posts
from blog.archive_sections.series import SeriesSection
from blog.archive_sections.talk import Bookmarks, Comments, Likes


def register() -> None:
    """Let accounts write and read the sections of this app, each after what it refers to."""
    parts = (
        Images(),
        SeriesSection(),
        Posts(),
        Revisions(),
        PostTopics(),
        Translations(),
        Redirects(),
        QuotedComments(),
        Comments(),
        Likes(),
        Bookmarks(),
        FollowedTags(),
        FollowedSeries(),
    )
    for number, part in enumerate(parts):
        sections.register(part, order=300 + number)
