"""What tags and topics look like in answers (AP-44)."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from rest_framework import serializers

from blog.models import Tag, Topic
from config.api import Addresses, Shape

FEED_FORMS = ("atom", "rss", "json")


class FeedsShape(Shape):
    """Where the public feeds are."""

    atom = serializers.URLField()
    rss = serializers.URLField()
    json = serializers.URLField()


class PlaceLinksShape(Shape):
    """Where what is in it is."""

    self = serializers.URLField()
    posts = serializers.URLField()
    feeds = FeedsShape()


class FollowedShape(Shape):
    """How whoever asks stands to it."""

    following = serializers.BooleanField()


class TagShape(Shape):
    """A word that gathers posts."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    name = serializers.CharField(help_text="As it was first written.")
    post_count = serializers.IntegerField(help_text="Of public posts.")
    links = PlaceLinksShape()
    viewer = FollowedShape(required=False)


class TopicShape(Shape):
    """A section of the site."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    slug = serializers.CharField()
    name = serializers.CharField(help_text="In the language of the answer.")
    description = serializers.CharField()
    links = PlaceLinksShape()


def feeds_at(page: str) -> dict[str, str]:
    """Return the addresses of the feeds of what is at ``page``."""
    return {form: f"{page}feed.{form}" for form in FEED_FORMS}


def tag_shapes(tags: Iterable[Tag], addresses: Addresses) -> list[dict[str, Any]]:
    """Return ``tags``; how a member stands to them if they were loaded ``with_viewer_state``."""
    root = addresses.page(reverse("home"))
    return [_tag(tag, root, addresses) for tag in tags]


def _tag(tag: Tag, root: str, addresses: Addresses) -> dict[str, Any]:
    name = quote(tag.key)
    url, page = addresses.api(f"tags/{name}/"), f"{root}tags/{name}/"
    data = {
        "id": tag.pk,
        "url": url,
        "html_url": page,
        "name": tag.name,
        "post_count": tag.post_count,
        "links": {
            "self": url,
            "posts": addresses.api(f"posts/?tag={name}"),
            "feeds": feeds_at(page),
        },
    }
    if hasattr(tag, "is_followed"):
        data["viewer"] = {"following": tag.is_followed}
    return data


def topic_shapes(topics: Iterable[Topic], addresses: Addresses) -> list[dict[str, Any]]:
    """Return ``topics`` in the language of the answer."""
    root = addresses.page(reverse("home"))
    return [_topic(topic, root, addresses) for topic in topics]


def _topic(topic: Topic, root: str, addresses: Addresses) -> dict[str, Any]:
    slug = quote(topic.slug)
    url, page = addresses.api(f"topics/{slug}/"), f"{root}topics/{slug}/"
    return {
        "id": topic.pk,
        "url": url,
        "html_url": page,
        "slug": topic.slug,
        "name": topic.name,
        "description": topic.description or "",
        "links": {
            "self": url,
            "posts": addresses.api(f"posts/?topic={slug}"),
            "feeds": feeds_at(page),
        },
    }
