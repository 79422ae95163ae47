"""What people look like in answers."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework import serializers

from accounts import selectors
from accounts.models import User
from accounts.policies import is_email_confirmed
from config.api.addresses import Addresses
from config.api.schema import Shape
from config.clock import iso
from social.api.shapes import ViewerRelationShape, viewer_relations

AVATAR_PIXELS = 128
"""The one size of avatars in answers (AC-42, AP-27)."""


class PersonShortShape(Shape):
    """Who wrote or did something: enough to show and to find the person."""

    id = serializers.IntegerField()
    handle = serializers.CharField()
    display_name = serializers.CharField(help_text="Empty where the person goes by the handle.")
    avatar = serializers.URLField()
    url = serializers.URLField()
    html_url = serializers.URLField()


def person_short(user: User, addresses: Addresses) -> dict[str, Any]:
    """Return ``user`` in short, from the row alone; what ``for_byline()`` loads is enough."""
    return {
        "id": user.pk,
        "handle": user.handle,
        "display_name": user.display_name,
        "avatar": addresses.page(user.avatar_url(AVATAR_PIXELS)),
        "url": addresses.api(f"users/{user.pk}/"),
        "html_url": addresses.person(user.handle),
    }


class PersonFeedsShape(Shape):
    """The public feeds of a person."""

    atom = serializers.URLField()
    rss = serializers.URLField()
    json = serializers.URLField()


class PersonLinksShape(Shape):
    """Where what belongs to a person is."""

    self = serializers.URLField()
    html = serializers.URLField()
    avatar = serializers.URLField()
    posts = serializers.URLField()
    series = serializers.URLField()
    followers = serializers.URLField()
    following = serializers.URLField()
    feeds = PersonFeedsShape()


class PersonShape(PersonShortShape):
    """A person, as others see them."""

    bio = serializers.CharField()
    websites = serializers.ListField(child=serializers.URLField())
    joined_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True, help_text="Null where it is hidden.")
    post_count = serializers.IntegerField()
    follower_count = serializers.IntegerField()
    following_count = serializers.IntegerField()
    links = PersonLinksShape()
    viewer = ViewerRelationShape(required=False)


class OwnPersonShape(PersonShape):
    """A person in full; what is told to nobody else is there in one's own record alone."""

    email = serializers.CharField(required=False)
    email_confirmed = serializers.BooleanField(required=False)
    wanted_email = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="The address that counts as soon as the link sent there was followed.",
    )


def person_shape(
    user: User, addresses: Addresses, relation: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return ``user`` as others see them, from the row alone; ``relation`` is how the reader stands.

    Whoever blocked the person sees who it is and no more, as on the page (AC-41).
    """
    is_blocked = bool(relation and relation["blocked"])
    is_seen = user.shows_last_seen and user.last_seen_at is not None and not is_blocked
    short = person_short(user, addresses)
    own, page = short["url"], short["html_url"]
    data = {
        **short,
        "bio": "" if is_blocked else user.bio,
        "websites": [] if is_blocked else user.links,
        "joined_at": iso(user.joined_at),
        "last_seen_at": iso(user.last_seen_at) if is_seen else None,
        "post_count": user.post_count,
        "follower_count": user.follower_count,
        "following_count": user.following_count,
        "links": {
            "self": own,
            "html": page,
            "avatar": short["avatar"],
            "posts": f"{own}posts/",
            "series": addresses.api(f"series/?author={user.pk}"),
            "followers": f"{own}followers/",
            "following": f"{own}following/",
            "feeds": {form: f"{page}feed.{form}" for form in ("atom", "rss", "json")},
        },
    }
    if relation is not None:
        data["viewer"] = relation
    return data


def people_shapes(
    people: Iterable[User], addresses: Addresses, viewer: User | AnonymousUser
) -> list[dict[str, Any]]:
    """Return ``people`` for a list, with how ``viewer`` stands to them in one query."""
    people = list(people)
    relations = viewer_relations(viewer, people)
    return [person_shape(one, addresses, relations.get(one.pk)) for one in people]


def own_shape(
    user: User, addresses: Addresses, relation: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return one's own record: with the addresses, which nobody else is told (AP-28)."""
    wanted = selectors.wanted_address(user)
    return {
        **person_shape(user, addresses, relation),
        "email": user.email,
        "email_confirmed": is_email_confirmed(user),
        "wanted_email": wanted.email if wanted else None,
    }
