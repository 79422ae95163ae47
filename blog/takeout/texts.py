"""What exactly is taken out: the published text, or of a draft what its editor holds."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from blog.cards import absolute
from blog.licenses import License, license_of
from blog.models import Image, Post, Series, Topic
from blog.policies import can_meet_image, can_meet_series
from blog.rendering import image_key, preview_of
from blog.takeout.addresses import image_addresses
from blog.working_copy import working_copy
from config.text import slugify_title


@dataclass(frozen=True)
class TakenText:
    """One article by itself. Times are aware; ``published_at`` is None for a draft."""

    id: int
    guid: UUID
    author: User
    title: str
    source: str
    html: str
    language: str
    url: str
    slug: str
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    edited_at: datetime | None = None
    is_draft: bool = False
    visibility: str = "public"
    excerpt: str = ""
    summary: str = ""
    canonical_url: str = ""
    series_title: str = ""
    topic_name: str = ""
    is_open_to_comments: bool = True
    license: License | None = None
    cover: Image | None = None
    tags: list[str] = field(default_factory=list)
    shows_held: bool = False

    @property
    def file_stem(self) -> str:
        """What the file is called, without its ending: letters, digits and hyphens."""
        return self.slug or slugify_title(self.title) or f"post-{self.id}"

    @cached_property
    def images(self) -> dict[str, Image]:
        """Return {key: image} of the author's images that the text shows."""
        addresses = [
            match[0] for match in image_addresses().finditer(f"{self.html}\n{self.source}")
        ]
        keys = {key for address in addresses if (key := image_key(address))}
        own = Image.objects.by(self.author)
        shown = own if self.shows_held else own.filter(is_held=False)
        rows = shown.filter(key__in=keys) if keys else []
        found = {image.key: image for image in rows}
        if self.cover:
            found[self.cover.key] = self.cover
        return found


def taken_text(post: Post, *, reader: User | AnonymousUser) -> TakenText:
    """Return ``post`` (loaded by ``for_detail``) as ``reader`` takes it out.

    A published article as its readers see it; one that is not published as its author last left
    it in the editor.
    """
    if post.is_published:
        return _published(post, reader)
    copy = working_copy(post)
    shown = preview_of(post, copy)
    details = copy.details
    author = post.author
    topic_id, series = details.get("topic"), details.get("series")
    topic = Topic.objects.filter(pk=topic_id).first() if topic_id else None
    held_series = Series.objects.by(author).filter(pk=series).first() if series else None
    cover = details.get("cover")
    return TakenText(
        id=post.pk,
        guid=post.guid,
        author=author,
        title=copy.title,
        source=copy.source,
        html=shown.html,
        language=shown.language,
        url=absolute(post.get_absolute_url()),
        slug=details.get("slug") or post.slug,
        created_at=post.created_at,
        updated_at=copy.saved_at or post.updated_at,
        published_at=post.published_at,
        edited_at=post.edited_at,
        is_draft=True,
        visibility=details.get("visibility") or post.visibility,
        excerpt=details.get("excerpt", ""),
        summary=shown.summary,
        canonical_url=details.get("canonical_url", ""),
        series_title=held_series.title if held_series else details.get("new_series", ""),
        topic_name=topic.name if topic else "",
        is_open_to_comments=details.get("is_open_to_comments", True),
        license=license_of(Post(license=details.get("license", ""))),
        cover=Image.objects.filter(owner=author, key=cover).first() if cover else None,
        tags=list(details.get("tags", [])),
        shows_held=True,  # nobody but its author takes a draft along
    )


def _published(post: Post, reader: User | AnonymousUser) -> TakenText:
    series, cover = post.series, post.cover
    return TakenText(
        id=post.pk,
        guid=post.guid,
        author=post.author,
        title=post.title,
        source=post.source,
        html=post.html,
        language=post.language,
        url=absolute(post.get_absolute_url()),
        slug=post.slug,
        created_at=post.created_at,
        updated_at=post.updated_at,
        published_at=post.published_at,
        edited_at=post.edited_at,
        visibility=post.visibility,
        excerpt=post.excerpt,
        summary=post.summary,
        canonical_url=post.canonical_url,
        series_title=series.title if series and can_meet_series(reader, series) else "",
        topic_name=post.topic.name if post.topic else "",
        is_open_to_comments=post.is_open_to_comments,
        license=license_of(post),
        cover=cover if cover and can_meet_image(reader, cover) else None,
        tags=[row.tag.name for row in post.posttag_set.all()],
        shows_held=reader.is_authenticated and (reader.pk == post.author_id or reader.is_staff),
    )
