"""What the editor holds: an article's text with the draft layer over it, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from blog.models import Draft, Image, Post, Series, Topic
from config.text import clean, clean_line, slugify_title

Details = dict[str, Any]
"""tags: list of names; topic, series: primary key or None; cover: Image.key or None; new_series,
excerpt, slug, language, visibility, canonical_url, license: str; is_open_to_comments: bool."""

LINES = {"new_series": 2000, "excerpt": 3000, "slug": 800, "canonical_url": 500}
"""Code points kept while typing; of a series and an excerpt more than may be saved at all."""

CHOICES = {
    "visibility": frozenset(Post.Visibility.values),
    "license": frozenset(["", *Post.License.values]),
}
TAG_COUNT_KEPT = 50  # while typing; publishing checks the real limit


@dataclass(frozen=True)
class WorkingCopy:
    """One version of an article as its author edits it."""

    title: str = ""
    source: str = ""
    details: Details = field(default_factory=dict)
    version: int = 0
    is_changed: bool = False
    saved_at: datetime | None = None

    @property
    def content(self) -> tuple[str, str, Details]:
        """What is compared to tell whether two versions say the same."""
        return self.title, self.source, self.details

    def as_json(self) -> dict[str, Any]:
        """Return the fields that the browser shows, as plain JSON."""
        return {"title": self.title, "source": self.source, **self.details}


def details_of(post: Post) -> Details:
    """Return the details of ``post`` as they are published (or stored with an older draft)."""
    return {
        "tags": [
            row.tag.name for row in post.posttag_set.select_related("tag").order_by("position")
        ]
        if post.pk
        else [],
        "topic": post.topic_id,
        "series": post.series_id,
        "new_series": "",
        "cover": post.cover.key if post.cover else None,
        "excerpt": post.excerpt,
        "slug": post.slug if post.published_at or _has_own_slug(post) else "",
        "language": post.language if post.pk else "",
        "visibility": post.visibility,
        "canonical_url": post.canonical_url,
        "license": post.license,
        "is_open_to_comments": post.is_open_to_comments,
    }


def _has_own_slug(post: Post) -> bool:
    """Until publication a slug follows the title, unless its author typed another."""
    return bool(post.slug) and not post.slug.startswith(slugify_title(post.title) or "\0")


def blank_details(author: User) -> Details:
    """Return the details of an article of ``author`` that does not exist yet."""
    post = Post(author=author, visibility=author.default_visibility)
    return details_of(post) | {"language": author.default_language}


def draft_of(post: Post) -> Draft | None:
    """Return the draft layer of ``post`` if it has one."""
    return Draft.objects.filter(post=post).first()


def working_copy(post: Post, draft: Draft | None = None) -> WorkingCopy:
    """Return what the editor of ``post`` shows: its draft layer if that differs, else the post."""
    draft = draft or draft_of(post)
    if draft and draft.is_changed:
        return WorkingCopy(
            draft.title,
            draft.source,
            {**details_of(post), **draft.details},
            draft.version,
            is_changed=True,
            saved_at=draft.updated_at,
        )
    return WorkingCopy(
        post.title,
        post.source,
        details_of(post),
        draft.version if draft else 0,
        is_changed=not post.has_gone_out and bool(post.title or post.source),
        saved_at=draft.updated_at if draft else post.updated_at,
    )


def clean_details(changes: Details, before: Details) -> Details:
    """Return ``before`` with what of ``changes`` has the right type, kept as it was typed.

    A half-typed address or an impossible tag is no reason to lose a save; publishing checks them.
    """
    details = dict(before)
    for name, limit in LINES.items():
        if isinstance(changes.get(name), str):
            details[name] = clean_line(changes[name])[:limit]
    for name, values in CHOICES.items():
        if isinstance(changes.get(name), str) and changes[name] in values:
            details[name] = changes[name]
    if isinstance(changes.get("language"), str):
        details["language"] = clean_line(changes["language"])[:10]
    if isinstance(changes.get("tags"), list):
        names = [clean_line(name)[:200] for name in changes["tags"] if isinstance(name, str)]
        details["tags"] = [name for name in names if name][:TAG_COUNT_KEPT]
    for name in ("topic", "series"):
        if name in changes and (changes[name] is None or type(changes[name]) is int):
            details[name] = changes[name]
    if "cover" in changes and (changes["cover"] is None or isinstance(changes["cover"], str)):
        details["cover"] = changes["cover"]
    if isinstance(changes.get("is_open_to_comments"), bool):
        details["is_open_to_comments"] = changes["is_open_to_comments"]
    return details


def clean_texts(changes: dict[str, Any], before: WorkingCopy) -> tuple[str, str]:
    """Return title and source with ``changes`` applied: NFC and LF, nothing else is touched."""
    title = changes.get("title")
    source = changes.get("source")
    return (
        clean_line(title) if isinstance(title, str) else before.title,
        clean(source) if isinstance(source, str) else before.source,
    )


def changes_for_post(copy: WorkingCopy, author: User) -> dict[str, Any]:
    """Return ``copy`` as the arguments of change_article; what no longer exists becomes None.

    ``new_series`` stays a title: the caller makes the series.
    """
    details = copy.details
    topic, series, cover = details.get("topic"), details.get("series"), details.get("cover")
    return {
        "title": copy.title,
        "source": copy.source,
        "tags": details.get("tags", []),
        "topic": Topic.objects.filter(pk=topic).first() if topic else None,
        "series": Series.objects.by(author).filter(pk=series).first() if series else None,
        "cover": Image.objects.filter(owner=author, key=cover).first() if cover else None,
        **{
            name: details[name]
            for name in (
                "excerpt slug language visibility canonical_url license is_open_to_comments"
            ).split()
            if name in details
        },
    }
