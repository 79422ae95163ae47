"""One's own account: preferences, password, picture, browsers, confirmation (AP-30)."""

from datetime import datetime
from typing import ClassVar

from allauth.account.internal.flows.password_change import finalize_password_change
from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, limits, selectors
from accounts.adapter import AccountAdapter
from accounts.api.confirming import RESEND_SECONDS, send_confirmation
from accounts.api.inputs import (
    AvatarInput,
    PasswordInput,
    PreferencesInput,
    require_good_password,
)
from accounts.api.proofs import require_password
from accounts.api.shapes import OwnPersonShape
from accounts.api.shapes.access import (
    PreferencesShape,
    SessionShape,
    preferences_shape,
    session_shape,
)
from accounts.api.uploads import require_small
from accounts.api.views.people import OwnRecord
from accounts.exceptions import NothingToConfirm
from accounts.policies import is_email_confirmed
from accounts.selectors import OpenSession
from config.api import ApiView, Place
from config.exceptions import TooManyRequests
from config.images import ImageRefused, ImageTooLarge
from social.actions import choose_mails


class Preferences(ApiView):
    """How the site behaves for somebody (AC-45)."""

    is_one = True
    scopes: ClassVar = {"GET": "read", "PATCH": "account"}
    shape = PreferencesShape

    @extend_schema(responses=PreferencesShape)
    def get(self, request: Request) -> Response:
        """Members: one's own preferences."""
        return self.one(preferences_shape(request.user))

    @extend_schema(request=PreferencesInput, responses=PreferencesShape)
    def patch(self, request: Request) -> Response:
        """Members: change some of them; `mails` too holds only what changes."""
        self.require_version(preferences_shape(request.user))
        data = self.valid(PreferencesInput)
        mails, gravatar = data.pop("mails", {}), data.pop("uses_gravatar", None)
        user = actions.change_preferences(request.user, **data)
        if gravatar is not None and settings.GRAVATAR_ENABLED:
            user = actions.choose_gravatar(user, wanted=gravatar)
        if mails:
            user = choose_mails(user, mails)
        return self.one(preferences_shape(user))


class Password(ApiView):
    """The password (AC-31)."""

    scopes: ClassVar = {"POST": "account"}
    keeps_answers = False

    @extend_schema(request=PasswordInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Members: another password. Other sessions end; all tokens too, unless `keep_tokens`."""
        data = self.valid(PasswordInput)
        user = request.user
        require_password(request, data, "current_password")
        require_good_password(data["new_password"], user)
        page_request = request._request
        is_page = request.auth is None
        actions.set_password(
            user,
            data["new_password"],
            except_session=(page_request.session.session_key or "") if is_page else "",
            keeps_tokens=data["keep_tokens"],
        )
        if is_page:
            finalize_password_change(page_request, user)
        else:
            AccountAdapter(page_request).send_notification_mail(
                "account/email/password_changed", user
            )
        return self.nothing()


class Avatar(OwnRecord):
    """The picture of oneself (AC-42)."""

    scopes: ClassVar = {"PUT": "account", "DELETE": "account"}
    buckets: ClassVar = {"PUT": "images"}
    parser_classes = (MultiPartParser,)

    def initial(self, request: Request, *args, **kwargs) -> None:
        """Refuse unread what is too large in any case."""
        require_small(request, settings.AVATAR_MAX_BYTES)
        super().initial(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": AvatarInput}, responses=OwnPersonShape)
    def put(self, request: Request) -> Response:
        """Members: a picture of oneself, as multipart; it is cut to a square."""
        upload = self.valid(AvatarInput)["avatar"]
        limits.count_picture(request.user)
        try:
            actions.set_avatar(request.user, upload.read(settings.AVATAR_MAX_BYTES + 1))
        except ImageRefused as error:
            error.field = "avatar"
            if not isinstance(error, ImageTooLarge):
                error.status = 415
            raise
        return self.one(self.own_record())

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Members: back to the picture that is drawn from the handle."""
        actions.remove_avatar(request.user)
        return self.nothing()


class Sessions(ApiView):
    """Where somebody is signed in (AC-20)."""

    scopes: ClassVar = {"GET": "account", "DELETE": "account"}

    @extend_schema(responses=SessionShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: the browsers that are signed in, the one used last first."""
        key = own_session_key(request)
        found = sorted(selectors.open_sessions(request.user, key), key=_place_of, reverse=True)

        def read(place: Place, limit: int) -> list[OpenSession]:
            if place.value is None:
                return found[:limit]
            beside = (place.value, place.pk)
            if place.is_back:
                return [one for one in reversed(found) if _place_of(one) > beside][:limit]
            return [one for one in found if _place_of(one) < beside][:limit]

        return self.page_by(
            read,
            lambda rows: [session_shape(row, self.addresses) for row in rows],
            value_of=_place_of,
        )

    @extend_schema(operation_id="me_sessions_end_all", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Members: sign out everywhere; a page of ours that asks stays signed in."""
        actions.end_sessions(request.user, except_session=own_session_key(request))
        return self.nothing()


def _place_of(session: OpenSession) -> tuple[datetime, int]:
    return session.last_seen_at, session.id


def own_session_key(request: Request) -> str:
    """Return the key of the session that asks; empty for a token."""
    return "" if request.auth is not None else request._request.session.session_key or ""


class Session(ApiView):
    """One browser that is signed in."""

    scopes: ClassVar = {"DELETE": "account"}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Members: sign one browser out."""
        if not actions.end_session(request.user, pk):
            raise Http404
        return self.nothing()


class Confirmation(ApiView):
    """The link that confirms an address (AC-07)."""

    scopes: ClassVar = {"POST": "account", "DELETE": "account"}
    keeps_answers = False

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Members: send the link again, to the address that waits; once in 3 minutes."""
        user = request.user
        address = selectors.wanted_address(user)
        if address is None and not is_email_confirmed(user):
            address = EmailAddress.objects.filter(user=user, primary=True).first()
        if address is None:
            raise NothingToConfirm(_("There is no address that waits for its confirmation."))
        if not send_confirmation(request, address):
            raise TooManyRequests(
                _("We sent you a mail a moment ago. You can ask again in 3 minutes."),
                retry_after=RESEND_SECONDS,
            )
        return self.nothing()

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Members: give up the address that waits for its confirmation; the former one stays."""
        actions.drop_address_change(request.user)
        return self.nothing()
