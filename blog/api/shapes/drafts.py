"""What authors alone see: what they write, what it was before, who else may look."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from rest_framework import serializers

from accounts.api.shapes import person_short
from accounts.models import User
from blog.api.rows import drafts_over
from blog.api.shapes.posts import (
    UNPUBLISHED,
    CoverShape,
    PostShaper,
    SeriesShortShape,
    TopicShortShape,
)
from blog.models import Draft, Image, Post, PreviewLink, Revision, Series, Topic
from blog.rendering import SUMMARY_LENGTH
from blog.working_copy import Details, WorkingCopy
from config.api import Addresses, Shape
from config.clock import iso
from config.text import excerpt

START_LENGTH = 120  # graphemes


class WrittenShape(Shape):
    """An article as its author writes it."""

    title = serializers.CharField()
    body = serializers.CharField(help_text="Markdown, as it was typed.")
    excerpt = serializers.CharField()
    slug = serializers.CharField(help_text="Empty: it is made from the title.")
    language = serializers.CharField(help_text="Empty: it is detected.")
    visibility = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    topic = TopicShortShape(allow_null=True)
    series = SeriesShortShape(allow_null=True)
    new_series = serializers.CharField(help_text="A series that publishing begins.")
    cover = CoverShape(allow_null=True)
    canonical_url = serializers.CharField()
    license = serializers.CharField()
    comments_open = serializers.BooleanField()


class DraftShape(WrittenShape):
    """What the editor of an article holds."""

    url = serializers.URLField()
    html_url = serializers.URLField()
    post = serializers.URLField()
    version = serializers.IntegerField(help_text="What the next save names as `base_version`.")
    is_changed = serializers.BooleanField(help_text="Publishing would change what readers see.")
    saved_at = serializers.DateTimeField(allow_null=True)


class DraftLineShape(Shape):
    """A text that its readers do not see yet, or not as it is written now."""

    id = serializers.IntegerField(help_text="Of the post.")
    url = serializers.URLField()
    html_url = serializers.URLField()
    kind = serializers.CharField()
    status = serializers.CharField()
    title = serializers.CharField()
    start = serializers.CharField(help_text="How the text begins.")
    saved_at = serializers.DateTimeField()
    publish_at = serializers.DateTimeField(allow_null=True)
    schedule_problem = serializers.CharField(help_text="Why it did not go out; empty: nothing.")
    post = serializers.URLField()


class RevisionLineShape(Shape):
    """What a text was at some time."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    post = serializers.URLField()
    kind = serializers.CharField(help_text="`automatic`, `named` or `published`.")
    name = serializers.CharField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()


class RevisionShape(RevisionLineShape):
    """What a text was at some time, in full."""

    body = serializers.CharField()
    details = WrittenShape(
        allow_null=True, help_text="With what went with the text; null for notes."
    )


class PreviewLinkShape(Shape):
    """A secret address at which whoever has it reads the draft."""

    url = serializers.URLField()
    html_url = serializers.URLField(help_text="The secret address.")
    expires_at = serializers.DateTimeField()


class Places:
    """Topics, series and covers that details name by keys, read for all of them at once."""

    def __init__(self, details: Iterable[Details], author: User, shaper: PostShaper):
        details = list(details)
        self._author = person_short(author, shaper.addresses)
        self._shaper = shaper
        topics, series, covers = (
            {one[name] for one in details if one.get(name)} for name in ("topic", "series", "cover")
        )
        self._topics = Topic.objects.in_bulk(topics) if topics else {}
        self._series = Series.objects.by(author).in_bulk(series) if series else {}
        images = Image.objects.filter(owner=author, key__in=covers) if covers else ()
        self._covers = {image.key: image for image in images}

    def named_in(self, details: Details) -> dict[str, Any]:
        """Return the places that ``details`` name; null for what is no more."""
        shaper = self._shaper
        topic = self._topics.get(details.get("topic"))
        series = self._series.get(details.get("series"))
        cover = self._covers.get(details.get("cover"))
        return {
            "topic": shaper.topic(topic.slug, topic.name) if topic else None,
            "series": shaper.series(series.pk, series.title, series.slug, self._author)
            if series
            else None,
            "cover": shaper.cover(cover) if cover else None,
        }


def with_drafts(
    posts: list[dict[str, Any]],
    viewer: User | AnonymousUser,
    shaper: PostShaper,
    *,
    is_listed: bool = False,
) -> list[dict[str, Any]]:
    """Return ``posts`` with what their author writes put over those that are not published.

    ``is_listed``: very long texts are left out, as of all posts in lists.
    """
    wanted = [
        data["id"]
        for data in posts
        if data["status"] in UNPUBLISHED and data.get("draft", {}).get("is_changed")
    ]
    if not wanted:
        return posts
    drafts = drafts_over(wanted, is_listed=is_listed)
    places = Places((draft.details for draft in drafts.values()), viewer, shaper)
    return [_over(data, drafts.get(data["id"]), places) for data in posts]


def _over(data: dict[str, Any], draft: Draft | None, places: Places) -> dict[str, Any]:
    if draft is None:
        return data
    details = draft.details
    named = {name: value for name, value in places.named_in(details).items() if name in details}
    plain = {
        name: details[name]
        for name in ("language", "visibility", "tags", "canonical_url", "license")
        if name in details
    }
    return {
        **data,
        **plain,
        **named,
        "title": draft.title,
        "body": draft.body,
        "slug": details.get("slug") or data["slug"],
        "excerpt": details.get("excerpt") or excerpt(draft.start, SUMMARY_LENGTH),
        "comments_open": details.get("is_open_to_comments", data["comments_open"]),
    }


def _written(copy: WorkingCopy, places: Places) -> dict[str, Any]:
    details = copy.details
    return {
        "title": copy.title,
        "body": copy.source,
        "excerpt": details.get("excerpt", ""),
        "slug": details.get("slug", ""),
        "language": details.get("language", ""),
        "visibility": details.get("visibility", ""),
        "tags": details.get("tags", []),
        **places.named_in(details),
        "new_series": details.get("new_series", ""),
        "canonical_url": details.get("canonical_url", ""),
        "license": details.get("license", ""),
        "comments_open": details.get("is_open_to_comments", True),
    }


def draft_shape(post: Post, copy: WorkingCopy, addresses: Addresses) -> dict[str, Any]:
    """Return what the editor of ``post`` holds, to its author."""
    shaper = PostShaper(addresses, post.author)
    url = addresses.api(f"posts/{post.pk}/")
    return {
        "url": f"{url}draft/",
        "html_url": addresses.page(reverse("blog:edit", args=[post.pk])),
        "post": url,
        "version": copy.version,
        "is_changed": copy.is_changed,
        "saved_at": iso(copy.saved_at) if copy.saved_at else None,
        **_written(copy, Places([copy.details], post.author, shaper)),
    }


def draft_line(post: Post, addresses: Addresses) -> dict[str, Any]:
    """Return ``post``, loaded ``for_desk`` with ``saved_at``, as a line among its author's drafts."""
    url = addresses.api(f"posts/{post.pk}/")
    return {
        "id": post.pk,
        "url": url if post.is_note else f"{url}draft/",
        "html_url": addresses.page(reverse("blog:edit", args=[post.pk])),
        "kind": post.kind,
        "status": post.status,
        "title": post.desk_title,
        "start": excerpt(" ".join(post.desk_start.split()), START_LENGTH),
        "saved_at": iso(post.saved_at),
        "publish_at": iso(post.scheduled_at) if post.scheduled_at else None,
        "schedule_problem": post.schedule_problem,
        "post": url,
    }


def revision_line(revision: Revision, addresses: Addresses) -> dict[str, Any]:
    """Return ``revision`` without its text, for a list."""
    post = addresses.api(f"posts/{revision.post_id}/")
    return {
        "id": revision.pk,
        "url": f"{post}revisions/{revision.pk}/",
        "html_url": addresses.page(revision.get_absolute_url()),
        "post": post,
        "kind": revision.kind,
        "name": revision.name,
        "title": revision.title,
        "created_at": iso(revision.created_at),
    }


def revision_shape(revision: Revision, post: Post, addresses: Addresses) -> dict[str, Any]:
    """Return ``revision`` of ``post`` in full, to the author."""
    details = None
    if not post.is_note:
        shaper = PostShaper(addresses, post.author)
        copy = WorkingCopy(revision.title, revision.source, revision.details)
        details = _written(copy, Places([revision.details], post.author, shaper))
    return {
        **revision_line(revision, addresses),
        "body": revision.source,
        "details": details,
    }


def preview_link_shape(link: PreviewLink, addresses: Addresses) -> dict[str, Any]:
    """Return the secret address of a draft, to its author."""
    return {
        "url": addresses.api(f"posts/{link.post_id}/preview-link/"),
        "html_url": addresses.page(link.get_absolute_url()),
        "expires_at": iso(link.expires_at),
    }
