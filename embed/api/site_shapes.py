"""One's own sites and their threads, as the settings show them."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from config import clock
from config.api import Addresses, Shape
from embed.models import EmbedSite, EmbedThread


class OwnSiteLinksShape(Shape):
    """What belongs to a site."""

    threads = serializers.URLField()


class OwnSiteShape(Shape):
    """A site elsewhere, as its owner sees it."""

    id = serializers.CharField(help_text="The key of the site, as its pages and addresses say it.")
    url = serializers.URLField()
    html_url = serializers.URLField()
    name = serializers.CharField()
    origins = serializers.ListField(child=serializers.CharField())
    guests = serializers.BooleanField()
    approval = serializers.BooleanField()
    reactions = serializers.BooleanField()
    search = serializers.BooleanField()
    index_url = serializers.CharField()
    created_at = serializers.DateTimeField()
    links = OwnSiteLinksShape()


def own_site_shape(site: EmbedSite, addresses: Addresses) -> dict[str, Any]:
    """Return a site for its owner."""
    url = addresses.api(f"embed-sites/{site.key}/")
    return {
        "id": site.key,
        "url": url,
        "html_url": addresses.page(reverse("embed:settings_site", args=[site.key])),
        "name": site.name,
        "origins": site.origins,
        "guests": site.allows_guests,
        "approval": site.needs_approval,
        "reactions": site.has_reactions,
        "search": site.has_search,
        "index_url": site.index_url,
        "created_at": clock.iso(site.created_at),
        "links": {"threads": f"{url}threads/"},
    }


class OwnThreadShape(Shape):
    """What is said under one page, and by which names it is found."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    key = serializers.CharField()
    other_keys = serializers.ListField(child=serializers.CharField())
    page_url = serializers.CharField()
    page_title = serializers.CharField()
    comment_count = serializers.IntegerField()
    reaction_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()


def own_thread_shape(thread: EmbedThread, addresses: Addresses) -> dict[str, Any]:
    """Return a thread loaded with its post, site and aliases."""
    post = thread.post
    return {
        "id": thread.pk,
        "url": addresses.api(f"embed-sites/{thread.site.key}/threads/{thread.pk}/"),
        "html_url": addresses.page(post.get_absolute_url()),
        "key": thread.key,
        "other_keys": sorted(alias.key for alias in thread.aliases.all()),
        "page_url": thread.page_url,
        "page_title": thread.page_title,
        "comment_count": post.comment_count,
        "reaction_count": post.like_count + thread.guest_reaction_count,
        "created_at": clock.iso(thread.created_at),
    }
