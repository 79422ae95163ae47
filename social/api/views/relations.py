"""Who follows, blocks and mutes whom, by programs (AP-31 to AP-33)."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.shapes import PersonShape, people_shapes
from accounts.models import User
from config.api import ANYONE, ApiView
from social import actions, limits, selectors
from social.api.inputs import MuteInput
from social.api.shapes.people import (
    BlockedPersonShape,
    MutedPersonShape,
    PersonRelationShape,
    blocked_person,
    muted_person,
)
from social.api.shapes.viewer import viewer_relations
from social.shortcuts import (
    called,
    get_blocked_person,
    get_muted_person,
    get_person_for_profile,
    get_person_for_reading,
)


class RelationView(ApiView):
    """Members with the scope of following: one tie of theirs to somebody."""

    scopes: ClassVar = {"PUT": "follows", "DELETE": "follows"}

    def related(self, person: User) -> Response:
        """Return how the caller stands to ``person`` now."""
        return self.one({"viewer": viewer_relations(self.request.user, [person])[person.pk]})


class Follow(RelationView):
    """Members: a follow of theirs."""

    @extend_schema(request=None, responses=PersonRelationShape)
    def put(self, request: Request, who: str) -> Response:
        """Members: follow a person who may be seen."""
        person = get_person_for_reading(called(who), request.user)
        limits.count_follow(request.user)
        try:
            actions.follow_person(person, actor=request.user)
        except User.DoesNotExist as error:
            raise Http404 from error
        return self.related(person)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, who: str) -> Response:
        """Members: no longer follow a person."""
        person = get_person_for_reading(called(who), request.user)
        actions.unfollow_person(person, actor=request.user)
        return self.nothing()


class Follower(ApiView):
    """Members: somebody who follows them."""

    scopes: ClassVar = {"DELETE": "follows"}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, who: str) -> Response:
        """Members: let a person no longer follow oneself; they are not told (SO-06)."""
        person = get_person_for_reading(called(who), request.user)
        actions.remove_follower(person, actor=request.user)
        return self.nothing()


class Block(RelationView):
    """Members: a block of theirs."""

    @extend_schema(request=None, responses=PersonRelationShape)
    def put(self, request: Request, who: str) -> Response:
        """Members: block a person who may be seen; ends follows both ways."""
        person, _is_blocking = get_person_for_profile(called(who), request.user)
        limits.count_block(request.user)
        actions.block_person(person, actor=request.user)
        return self.related(person)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, who: str) -> Response:
        """Members: no longer block a person; follows do not come back."""
        person = get_blocked_person(called(who), request.user)
        actions.unblock_person(person, actor=request.user)
        return self.nothing()


class Mute(RelationView):
    """Members: a mute of theirs."""

    @extend_schema(request=MuteInput, responses=PersonRelationShape)
    def put(self, request: Request, who: str) -> Response:
        """Members: leave a person who may be seen out of one's lists, for days or for good."""
        person = get_person_for_reading(called(who), request.user)
        days = self.valid(MuteInput)["days"]
        limits.count_mute(request.user)
        actions.mute_person(person, actor=request.user, days=days)
        return self.related(person)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, who: str) -> Response:
        """Members: meet a person in one's lists again."""
        person = get_muted_person(called(who), request.user)
        actions.unmute_person(person, actor=request.user)
        return self.nothing()


class PeopleView(ApiView):
    """Anyone who may see a person: a list of people around them, newest first."""

    scopes: ClassVar = {"GET": ANYONE}
    tolerates_lag = True
    shape = PersonShape

    def people(self, rows: Any, side: str) -> Response:
        """Return a page of the people on that side of ``rows``."""

        def shapes(page: list[Any]) -> list[dict[str, Any]]:
            people = [getattr(row, side) for row in page]
            return people_shapes(people, self.addresses, self.viewer)

        return self.page(rows, shapes, field="created_at")


class Followers(PeopleView):
    """Anyone who may see the person."""

    @extend_schema(responses=PersonShape(many=True))
    def get(self, request: Request, who: str) -> Response:
        """Anyone: who follows a person, newest first."""
        person = get_person_for_reading(called(who), self.viewer)
        return self.people(selectors.follower_rows(person, self.viewer), "follower")


class Following(PeopleView):
    """Anyone who may see the person."""

    @extend_schema(responses=PersonShape(many=True))
    def get(self, request: Request, who: str) -> Response:
        """Anyone: whom a person follows, newest first."""
        person = get_person_for_reading(called(who), self.viewer)
        return self.people(selectors.following_rows(person, self.viewer), "followed")


class MyBlocks(ApiView):
    """Members: whom they block."""

    scopes: ClassVar = {"GET": "follows"}
    shape = BlockedPersonShape

    @extend_schema(responses=BlockedPersonShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: whom one blocks, latest first."""
        return self.page(
            selectors.blocks_of(request.user),
            lambda rows: [blocked_person(row, self.addresses) for row in rows],
            field="created_at",
        )


class MyMutes(ApiView):
    """Members: whom they mute."""

    scopes: ClassVar = {"GET": "follows"}
    shape = MutedPersonShape

    @extend_schema(responses=MutedPersonShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: whom one mutes now, latest first."""
        return self.page(
            selectors.mutes_of(request.user),
            lambda rows: [muted_person(row, self.addresses) for row in rows],
            field="created_at",
        )
