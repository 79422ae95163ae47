"""What of writing is in an export of the whole site, beside the archives of its members."""

from collections.abc import Iterator
from typing import Any

from accounts import site_export
from accounts.site_export import rows_of
from blog.models import Announcement, Comment, Page, Post, Tag, TagAlias, Topic

DERIVED = ("id", "html")


def register() -> None:
    """Make the parts of this app known."""
    site_export.register("pages", lambda: rows_of(Page.objects.all(), columns_of(Page)))
    site_export.register("topics", lambda: rows_of(Topic.objects.all(), columns_of(Topic)))
    site_export.register(
        "announcements", lambda: rows_of(Announcement.objects.all(), columns_of(Announcement))
    )
    site_export.register(
        "tags", lambda: rows_of(Tag.objects.all(), ("name", "key", "is_banned", "created_at"))
    )
    site_export.register(
        "tag_aliases", lambda: rows_of(TagAlias.objects.all(), ("key", "tag__key"))
    )
    site_export.register("posts", posts)
    site_export.register("comments", comments)


def columns_of(model) -> list[str]:
    """Return every column but keys and what is made of others."""
    return [
        field.attname for field in model._meta.concrete_fields if not field.name.startswith(DERIVED)
    ]


def posts() -> Iterator[dict[str, Any]]:
    """Yield one line for each post; its text is in the archive of its author."""
    columns = (
        "guid",
        "author__handle",
        "kind",
        "status",
        "visibility",
        "title",
        "slug",
        "language",
        "topic__slug",
        "license",
        "published_at",
    )
    for row in rows_of(Post.objects.filter(is_erased=False).written(), columns):
        author = row.pop("author__handle")
        yield {**row, "author": author, "archive": f"members/{author}.zip"}


def comments() -> Iterator[dict[str, Any]]:
    """Yield every comment with its text: those of guests are in nobody's archive."""
    columns = (
        "guid",
        "post__guid",
        "parent__guid",
        "author__handle",
        "guest_name",
        "status",
        "is_hidden",
        "source",
        "language",
        "created_at",
        "edited_at",
    )
    yield from rows_of(Comment.objects.exclude(status=Comment.Status.DELETED), columns)
