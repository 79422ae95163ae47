"""What posts look like in answers (AP-37); made from the rows of ``blog.api.rows``."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from rest_framework import serializers

from accounts.api.shapes import PersonShortShape, person_short
from accounts.models import User
from blog.models import Image
from blog.published_source import published_source
from blog.querysets.posts import LISTED_VISIBILITIES
from config.api import Addresses, Shape
from config.clock import iso


class TopicShortShape(Shape):
    """The topic of a post."""

    slug = serializers.CharField()
    name = serializers.CharField()
    html_url = serializers.URLField()


class SeriesShortShape(Shape):
    """The series of a post."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    slug = serializers.CharField()
    url = serializers.URLField()
    html_url = serializers.URLField()


class ImageVariantShape(Shape):
    """One size of an image."""

    width = serializers.IntegerField()
    url = serializers.URLField()


class CoverShape(Shape):
    """The image above a post."""

    id = serializers.IntegerField()
    alt = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    url = serializers.URLField()
    variants = ImageVariantShape(many=True)


class PostLinksShape(Shape):
    """Where what belongs to a post is; null: nothing, or not for whoever asks."""

    author = serializers.URLField()
    comments = serializers.URLField()
    likes = serializers.URLField()
    translations = serializers.URLField()
    series = serializers.URLField(allow_null=True)
    draft = serializers.URLField(allow_null=True)
    revisions = serializers.URLField(allow_null=True)


class PostViewerShape(Shape):
    """What whoever asks did with a post, and may do."""

    liked = serializers.BooleanField()
    bookmarked = serializers.BooleanField()
    can_edit = serializers.BooleanField()


class DraftStateShape(Shape):
    """How the draft of one's own post stands to what readers see."""

    version = serializers.IntegerField()
    is_changed = serializers.BooleanField(help_text="Publishing would change what readers see.")


class PostShape(Shape):
    """A note or an article, as it is published; before that, to its author, as it is written."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    kind = serializers.CharField(help_text="`note` or `article`.")
    status = serializers.CharField(
        help_text="`published`; to its author also `draft`, `scheduled`, `held` or `deleted`."
    )
    visibility = serializers.CharField(help_text="`public`, `unlisted`, `followers` or `private`.")
    title = serializers.CharField(help_text="Empty for notes.")
    slug = serializers.CharField()
    body = serializers.CharField(
        allow_null=True,
        help_text="Plain text of a note, Markdown of an article; without what its author wrote in"
        " comments of HTML, except to the author. Null in lists where it is longer than 64 KiB.",
    )
    html = serializers.CharField(
        allow_null=True,
        help_text="Safe to show. Addresses on this site are relative to it. Null in lists where it"
        " is longer than 64 KiB; empty while nothing is published.",
    )
    excerpt = serializers.CharField(help_text="The author's, or the beginning of the text.")
    author = PersonShortShape()
    language = serializers.CharField(help_text="BCP 47; empty where it is not known.")
    tags = serializers.ListField(child=serializers.CharField())
    topic = TopicShortShape(allow_null=True)
    series = SeriesShortShape(allow_null=True)
    cover = CoverShape(allow_null=True)
    canonical_url = serializers.CharField(help_text="Where the text first appeared, if elsewhere.")
    license = serializers.CharField(help_text="SPDX; empty: all rights reserved.")
    comments_open = serializers.BooleanField()
    reading_minutes = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    edited_at = serializers.DateTimeField(allow_null=True)
    publish_at = serializers.DateTimeField(allow_null=True, help_text="When it goes out by itself.")
    is_pinned = serializers.BooleanField()
    like_count = serializers.IntegerField()
    comment_count = serializers.IntegerField()
    view_count = serializers.IntegerField()
    links = PostLinksShape()
    viewer = PostViewerShape(required=False)
    draft = DraftStateShape(required=False, help_text="Of one's own articles.")


class Byline(NamedTuple):
    """Who wrote a row; enough of a person for ``person_short``."""

    pk: int
    handle: str
    display_name: str
    avatar_key: str

    avatar_version = User.avatar_version
    avatar_url = User.avatar_url


MOST_PEOPLE = 2000
PEOPLE: dict[tuple[str, Byline], dict[str, Any]] = {}
"""Address of the API and byline → person in short, which nothing else decides."""

UNPUBLISHED = frozenset({"draft", "scheduled", "deleted"})


class PostShaper:
    """Makes objects of rows."""

    def __init__(self, addresses: Addresses, viewer: User | AnonymousUser):
        self.addresses = addresses
        self.viewer_id = viewer.pk
        self.is_staff = viewer.is_authenticated and viewer.is_staff
        self.root = reverse("home").rstrip("/")
        self._api = addresses.api()

    def all(self, rows: Iterable[Any]) -> list[dict[str, Any]]:
        """Return the objects of ``rows``, in their order."""
        return [self.one(row) for row in rows]

    def one(self, row: Any) -> dict[str, Any]:
        """Return the object of ``row``."""
        author = self._author(row)
        url = f"{self._api}posts/{row.pk}/"
        is_own = row.author_id == self.viewer_id
        is_note = row.kind == "note"
        # What is in no list does not tell of its series either (get_series_for_reading).
        is_listed = row.status == "published" and row.visibility in LISTED_VISIBILITIES
        shows_series = row.series_id is not None and (is_own or is_listed)
        # What moderators hold is there for its author and staff (can_meet_series, can_meet_image).
        sees_held = is_own or self.is_staff
        shows_series = shows_series and (sees_held or not row.series__is_held)
        shows_cover = row.cover_id is not None and (sees_held or not row.cover__is_held)
        data = {
            "id": row.pk,
            "url": url,
            "html_url": self._page(row, author),
            "kind": row.kind,
            "status": row.status,
            "visibility": row.visibility,
            "title": row.title,
            "slug": row.slug,
            **_texts(row, is_own=is_own),
            "excerpt": row.excerpt or row.summary,
            "author": author,
            "language": row.language,
            "tags": _names(row.tag_names),
            "topic": self.topic(row.topic__slug, row.topic__name) if row.topic__slug else None,
            "series": self._series(row, author) if shows_series else None,
            "cover": self._cover(row) if shows_cover else None,
            "canonical_url": row.canonical_url,
            "license": row.license,
            "comments_open": row.is_open_to_comments,
            "reading_minutes": row.reading_minutes,
            "created_at": iso(row.created_at),
            "published_at": iso(row.published_at) if row.published_at else None,
            "edited_at": iso(row.edited_at) if row.edited_at else None,
            "publish_at": iso(row.scheduled_at) if row.scheduled_at and is_own else None,
            "is_pinned": row.pinned_at is not None,
            "like_count": row.like_count,
            "comment_count": row.comment_count,
            "view_count": row.views__count or 0,
            "links": {
                "author": author["url"],
                "comments": f"{url}comments/",
                "likes": f"{url}likes/",
                "translations": f"{url}translations/",
                "series": f"{self._api}series/{row.series_id}/" if shows_series else None,
                "draft": f"{url}draft/" if is_own and not is_note else None,
                "revisions": f"{url}revisions/" if is_own else None,
            },
        }
        if self.viewer_id is not None:
            data["viewer"] = {
                "liked": row.is_liked,
                "bookmarked": row.is_bookmarked,
                "can_edit": is_own and row.status != "deleted",
            }
            if is_own and not is_note:
                data["draft"] = {
                    "version": row.draft__version or 0,
                    "is_changed": bool(row.draft__is_changed),
                }
        return data

    def topic(self, slug: str, name: str) -> dict[str, Any]:
        """Return a topic in short."""
        return {
            "slug": slug,
            "name": name,
            "html_url": f"{self.addresses.host}{self.root}/topics/{quote(slug)}/",
        }

    def series(self, pk: int, title: str, slug: str, author: dict[str, Any]) -> dict[str, Any]:
        """Return a series of ``author`` (as a person in short) in short."""
        return {
            "id": pk,
            "title": title,
            "slug": slug,
            "url": f"{self._api}series/{pk}/",
            "html_url": f"{author['html_url']}series/{quote(slug)}/",
        }

    def cover(self, image: Image) -> dict[str, Any]:
        """Return an image above a post."""
        page = self.addresses.page
        return {
            "id": image.pk,
            "alt": image.alt,
            "width": image.width,
            "height": image.height,
            "url": page(image.get_absolute_url()),
            "variants": [
                {"width": width, "url": page(image.url_for(width))} for width in image.widths
            ],
        }

    def _author(self, row: Any) -> dict[str, Any]:
        byline = Byline(
            row.author_id, row.author__handle, row.author__display_name, row.author__avatar_key
        )
        held = PEOPLE.get((self._api, byline))
        if held is None:
            if len(PEOPLE) >= MOST_PEOPLE:
                PEOPLE.clear()
            held = PEOPLE[self._api, byline] = person_short(byline, self.addresses)
        return held

    def _page(self, row: Any, author: dict[str, Any]) -> str:
        if row.kind == "note":
            return f"{author['html_url']}notes/{row.pk}/"
        if row.slug:
            return f"{author['html_url']}{quote(row.slug)}/"
        return f"{self.addresses.host}{self.root}/write/{row.pk}/"

    def _series(self, row: Any, author: dict[str, Any]) -> dict[str, Any]:
        return self.series(row.series_id, row.series__title, row.series__slug, author)

    def _cover(self, row: Any) -> dict[str, Any]:
        image = Image(
            pk=row.cover_id,
            key=row.cover__key,
            alt=row.cover__alt,
            width=row.cover__width,
            height=row.cover__height,
            widths=row.cover__widths,
        )
        return self.cover(image)


def _texts(row: Any, *, is_own: bool) -> dict[str, Any]:
    """Return the texts of ``row`` if they were read; which fields there are was asked for."""
    body = getattr(row, "body", None)
    if body and not is_own and row.kind != "note":
        body = published_source(body)
    return {"body": body, "html": getattr(row, "full_html", None)}


def _names(joined: str | None) -> list[str]:
    """Return the names in ``place:name place:name …``, in their places."""
    if not joined:
        return []
    marks = (mark.partition(":") for mark in joined.split(" "))
    return [name for _place, _colon, name in sorted(marks, key=lambda mark: int(mark[0]))]
