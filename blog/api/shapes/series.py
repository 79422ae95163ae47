"""What series look like in answers (AP-44)."""

from typing import Any
from urllib.parse import quote

from django.contrib.auth.models import AnonymousUser
from rest_framework import serializers

from accounts.api.shapes import PersonShortShape, person_short
from accounts.models import User
from blog.api.shapes.tags import FeedsShape, feeds_at
from blog.models import Post, Series
from blog.policies import can_edit_series
from blog.series_desk import title_of
from config.api import Addresses, Shape
from config.clock import iso


class SeriesLinksShape(Shape):
    """Where what belongs to a series is."""

    self = serializers.URLField()
    author = serializers.URLField()
    posts = serializers.URLField(help_text="What is in it, in the author's order.")
    download = serializers.URLField(help_text="A book of it (EPUB).")
    feeds = FeedsShape()


class SeriesViewerShape(Shape):
    """How whoever asks stands to a series."""

    following = serializers.BooleanField()
    can_edit = serializers.BooleanField()


class SeriesShape(Shape):
    """Articles of one author that belong together."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    title = serializers.CharField()
    slug = serializers.CharField()
    description = serializers.CharField()
    author = PersonShortShape()
    post_count = serializers.IntegerField(help_text="Of published articles that you may see.")
    is_held = serializers.BooleanField(
        help_text="Moderators hide it from all but its author and staff; its articles stay."
    )
    created_at = serializers.DateTimeField()
    links = SeriesLinksShape()
    viewer = SeriesViewerShape(required=False)


class SeriesPartShape(Shape):
    """An article as a part of its series."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    title = serializers.CharField()
    status = serializers.CharField(help_text="`published`; to the author also what is not yet.")


class SeriesOrderShape(Shape):
    """All that is in a series, in its order."""

    posts = serializers.ListField(child=serializers.IntegerField())


def series_shape(
    series: Series, addresses: Addresses, viewer: User | AnonymousUser
) -> dict[str, Any]:
    """Return ``series`` (loaded ``for_shelf``) as ``viewer`` meets it, without a query."""
    author = person_short(series.author, addresses)
    url = addresses.api(f"series/{series.pk}/")
    page = f"{author['html_url']}series/{quote(series.slug)}/"
    data = {
        "id": series.pk,
        "url": url,
        "html_url": page,
        "title": series.title,
        "slug": series.slug,
        "description": series.description,
        "author": author,
        "post_count": series.visible_count,
        "is_held": series.is_held,
        "created_at": iso(series.created_at),
        "links": {
            "self": url,
            "author": author["url"],
            "posts": f"{url}posts/",
            "download": f"{url}download/",
            "feeds": feeds_at(page),
        },
    }
    if viewer.is_authenticated:
        data["viewer"] = {
            "following": series.is_followed,
            "can_edit": can_edit_series(viewer, series),
        }
    return data


def part_shapes(posts: list[Post], author: User, addresses: Addresses) -> list[dict[str, Any]]:
    """Return ``posts`` of ``author`` as parts of a series, without a query."""
    for post in posts:
        post.author = author
    return [
        {
            "id": post.pk,
            "url": addresses.api(f"posts/{post.pk}/"),
            "html_url": addresses.page(post.get_absolute_url()),
            "title": title_of(post) if not post.is_published else post.title,
            "status": post.status,
        }
        for post in posts
    ]
