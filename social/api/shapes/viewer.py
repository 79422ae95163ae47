"""How the reader of an answer stands to the people in it."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework import serializers

from accounts.models import User
from config.api.schema import Shape
from social import selectors
from social.selectors import Standing


class ViewerRelationShape(Shape):
    """What ``viewer`` says of a person; all false of oneself."""

    following = serializers.BooleanField()
    followed_by = serializers.BooleanField()
    blocked = serializers.BooleanField(help_text="You blocked them. Who blocked you is not told.")
    muted = serializers.BooleanField()


def viewer_relations(
    viewer: User | AnonymousUser, people: Iterable[User]
) -> dict[int, dict[str, Any]]:
    """Return {key: ``ViewerRelationShape``} for all of ``people``: one query for a whole page.

    Empty for a visitor, without a query: then answers have no ``viewer`` at all.
    """
    return {pk: viewer_relation(one) for pk, one in selectors.standings(viewer, people).items()}


def viewer_relation(standing: Standing) -> dict[str, Any]:
    """Return one of them."""
    return standing._asdict()
