"""People: coming in, being found, being read, changing one's own record (AP-24 to AP-29)."""

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import quote

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, limits
from accounts.adapter import sign_up_from
from accounts.api.confirming import send_confirmation
from accounts.api.inputs import LeavingInput, PersonChangeInput, SignUpForm, SignUpInput
from accounts.api.proofs import require_password
from accounts.api.shapes import OwnPersonShape, PersonShape, own_shape, people_shapes, person_shape
from accounts.api.shapes.access import LeavingShape
from accounts.exceptions import SignupClosed
from accounts.models import User
from accounts.querysets import email_identity
from config.api import ANYONE, ApiView, problem
from config.clock import iso
from config.exceptions import PermissionRefused
from config.selectors import site_settings
from config.text import identity_key
from search.engines import EngineDown
from search.selectors import search
from search.views.limits import count_search
from social.api.shapes import viewer_relations
from social.selectors import across_block
from social.shortcuts import called, get_person_for_profile, get_person_for_reading

FOUND_AT_MOST = 100
"""Of a search for people: the best, which are then listed like all others."""

REST_SECONDS = 30


class People(ApiView):
    """Everybody here, and the door."""

    scopes: ClassVar = {"GET": ANYONE, "POST": ANYONE}
    tolerates_lag = True
    buckets: ClassVar = {"POST": "sign-up"}
    shape = OwnPersonShape

    @extend_schema(
        parameters=[
            OpenApiParameter("handle", str, description="Who has exactly this handle."),
            OpenApiParameter("search", str, description="Up to 100 who fit best, by newest."),
        ],
        responses=PersonShape(many=True),
    )
    def get(self, request: Request) -> Response:
        """Anyone: people whom they may meet, newest first."""
        people = User.objects.present().exclude(across_block(self.viewer, "pk"))
        if handle := request.query_params.get("handle", "").strip():
            people = people.by_handle(handle.replace("\x00", "").removeprefix("@"))
        if query := request.query_params.get("search", "").strip():
            count_search(request)
            try:
                found = search(query, viewer=self.viewer, kind="person", page_size=FOUND_AT_MOST)
            except EngineDown:
                return self._resting()
            people = people.filter(pk__in=found.ids)
        return self.page(people, self._shapes, field="joined_at")

    def _shapes(self, rows: Iterable[User]) -> list[dict[str, Any]]:
        return people_shapes(rows, self.addresses, self.viewer)

    @staticmethod
    def _resting() -> Response:
        detail = _("Search is resting for a moment. Please try again shortly.")
        response = problem(503, code="search_down", detail=detail)
        response.headers["Retry-After"] = str(REST_SECONDS)
        return response

    @extend_schema(request=SignUpInput, responses={201: OwnPersonShape})
    def post(self, request: Request) -> Response:
        """Anyone, while sign-up is open: a new account; the address has to be confirmed."""
        if not site_settings().is_signup_open:
            raise SignupClosed(_("Nobody can sign up here at the moment."))
        form = SignUpForm(self.valid(SignUpInput, partial=True))
        form.require_valid()
        with transaction.atomic():
            user = sign_up_from(request._request, form)
            actions.change_profile(
                user,
                display_name=form.cleaned_data["display_name"],
                bio=form.cleaned_data["bio"],
            )
        send_confirmation(request, EmailAddress.objects.get(user=user), is_new=True)
        return self.created(own_shape(user, self.addresses))


class OwnRecord(ApiView):
    """What is the same by whatever name somebody reaches their own record."""

    shape = OwnPersonShape

    def own_record(self) -> dict[str, Any]:
        """Return the caller's record as it is."""
        user = self.request.user
        return own_shape(user, self.addresses, viewer_relations(self.viewer, [user]).get(user.pk))

    def change(self) -> Response:
        """Change the caller's record by what was sent: all of it, or nothing."""
        request, user = self.request, self.request.user
        data = self.valid(PersonChangeInput)
        if "If-Match" in request.headers:
            self.require_version(self.own_record())
        email = email_identity(data.get("email", user.email))
        wanted = None
        if email != user.email:
            require_password(request, data)
            limits.count_address_change(user)
        with transaction.atomic():
            if "handle" in data:
                actions.rename_handle(user, data["handle"])
            actions.change_profile(
                user,
                display_name=data.get("display_name"),
                bio=data.get("bio"),
                links=data.get("websites"),
            )
            if email != user.email:
                wanted = actions.request_address_change(user, email)
        if wanted is not None:
            send_confirmation(request, wanted)
        return self.one(self.own_record())


class Person(OwnRecord):
    """One person, by key or by ``@handle``."""

    scopes: ClassVar = {"GET": ANYONE, "PATCH": "account"}
    tolerates_lag = True

    @extend_schema(responses={200: OwnPersonShape, 301: None})
    def get(self, request: Request, who: str) -> Response:
        """Anyone who may see the person: the record; one's own has the address too."""
        name = called(who)
        person, _is_blocking = get_person_for_profile(name, self.viewer)
        if isinstance(name, str) and identity_key(name) != person.handle_key:
            return self._moved(person)
        relation = viewer_relations(self.viewer, [person]).get(person.pk)
        is_own = person.pk == self.viewer.pk
        return self.one((own_shape if is_own else person_shape)(person, self.addresses, relation))

    def _moved(self, person: User) -> Response:
        """Return 301 from a handle of before to that of now (AP-26)."""
        query = self.request.META.get("QUERY_STRING", "")
        path = f"users/@{quote(person.handle)}/" + (f"?{query}" if query else "")
        return Response(status=301, headers={"Location": self.addresses.api(path)})

    @extend_schema(request=PersonChangeInput, responses=OwnPersonShape)
    def patch(self, request: Request, who: str) -> Response:
        """The person alone: change the record; a new address needs `password`."""
        person = get_person_for_reading(called(who), request.user)
        if person.pk != request.user.pk:
            raise PermissionRefused(_("Only they can change this."))
        return self.change()


class Me(OwnRecord):
    """One's own record."""

    is_one = True
    scopes: ClassVar = {"GET": "read", "PATCH": "account", "DELETE": "account"}

    @extend_schema(responses=OwnPersonShape)
    def get(self, request: Request) -> Response:
        """Members: one's own record."""
        return self.one(self.own_record())

    @extend_schema(request=PersonChangeInput, responses=OwnPersonShape)
    def patch(self, request: Request) -> Response:
        """Members: change the record; a new address needs `password`."""
        return self.change()

    @extend_schema(request=LeavingInput, responses={202: LeavingShape})
    def delete(self, request: Request) -> Response:
        """Members: leave. The account is hidden at once and erased in two weeks."""
        user = request.user
        limits.count_leaving(user)
        require_password(request, self.valid(LeavingInput))
        self.require_version(self.own_record())
        person = actions.ask_to_leave(user, handle=user.handle)
        return Response({"state": person.state, "erase_at": iso(person.erase_at)}, status=202)
