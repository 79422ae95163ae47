"""People whom somebody blocks or mutes, and muted words."""

from typing import Any

from rest_framework import serializers

from accounts.api.shapes import PersonShortShape, person_short
from config import clock
from config.api import Addresses, Shape
from social.api.shapes.viewer import ViewerRelationShape
from social.models import Block, Mute, MutedTerm


class PersonRelationShape(Shape):
    """What follows, blocks and mutes answer."""

    viewer = ViewerRelationShape()


class BlockedPersonShape(Shape):
    """Somebody whom one blocks."""

    person = PersonShortShape()
    created_at = serializers.DateTimeField()


class MutedPersonShape(Shape):
    """Somebody whom one mutes."""

    person = PersonShortShape()
    until = serializers.DateTimeField(allow_null=True, help_text="null: for good.")
    created_at = serializers.DateTimeField()


class MutedTermShape(Shape):
    """A word or a tag that stays out of one's lists."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=MutedTerm.Kind.choices)
    text = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True, help_text="null: for good.")
    created_at = serializers.DateTimeField()
    url = serializers.URLField()
    html_url = serializers.URLField()


def blocked_person(block: Block, addresses: Addresses) -> dict[str, Any]:
    """Return ``block``, loaded with its person."""
    return {
        "person": person_short(block.blocked, addresses),
        "created_at": clock.iso(block.created_at),
    }


def muted_person(mute: Mute, addresses: Addresses) -> dict[str, Any]:
    """Return ``mute``, loaded with its person."""
    return {
        "person": person_short(mute.muted, addresses),
        "until": clock.iso(mute.until) if mute.until else None,
        "created_at": clock.iso(mute.created_at),
    }


def muted_term(term: MutedTerm, addresses: Addresses, page: str) -> dict[str, Any]:
    """Return ``term``; ``page`` is the path of the page that lists them."""
    return {
        "id": term.pk,
        "kind": term.kind,
        "text": term.text,
        "until": clock.iso(term.until) if term.until else None,
        "created_at": clock.iso(term.created_at),
        "url": addresses.api(f"me/muted-terms/{term.pk}/"),
        "html_url": addresses.page(f"{page}#terms"),
    }
