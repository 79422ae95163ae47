"""Who calls the API: a bearer token, or a page of this very site with its reader's session.

Name and password open one address alone: the one that makes tokens.
"""

import base64
import binascii
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework import exceptions
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.request import Request

from accounts import actions
from accounts.exceptions import AccountInactive
from accounts.models import AccessToken, User
from accounts.policies import lacks_factor
from config.cors import origin_of_request

CLOSED = frozenset({User.State.SUSPENDED, User.State.LEAVING, User.State.ERASED})
EMBED_PATH = "/api/v1/embed/"
LONGEST_BASIC = 1400  # characters: an address and a password of 1024


class BearerAuthentication(TokenAuthentication):
    """``Authorization: Bearer <token>`` (RFC 6750); one query, and a GET writes no row."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        self.request = request
        return super().authenticate(request)

    def authenticate_credentials(self, token: bytes) -> tuple[User, AccessToken]:
        """Return whose token this is. Raises AuthenticationFailed, AccountInactive."""
        refused = exceptions.AuthenticationFailed(_("This token is not valid, or not any more."))
        try:
            digest = hash_token(token.decode("ascii"))
        except UnicodeDecodeError as error:
            raise refused from error
        held = AccessToken.objects.select_related("user").filter(digest=digest).first()
        if held is None or held.expiry is None or held.expiry <= timezone.now():
            raise refused
        if held.origin and not self._is_at_home(held):
            raise refused
        if held.user.state in CLOSED:
            raise AccountInactive(_("Your account cannot do this at the moment."))
        actions.note_token_use(held)
        return held.user, held

    def _is_at_home(self, token: AccessToken) -> bool:
        """Return whether the token of an embed comes from its own origin, for the embed."""
        is_embed = self.request.path_info.startswith(EMBED_PATH)
        return is_embed and origin_of_request(self.request) == token.origin


class PasswordAuthentication(BaseAuthentication):
    """``Authorization: Basic`` with handle or address and password, in UTF-8 (RFC 7617, 2.1).

    Failures count in the counters of the sign-in page, and cost the same hash for known and unknown
    names (AC-12, AC-21).
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return whose password this is. Raises AuthenticationFailed, TooManyRequests."""
        from accounts.adapter import WRONG_NAME_OR_PASSWORD, AccountAdapter

        scheme, _space, encoded = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"basic":
            return None
        refused = exceptions.AuthenticationFailed(WRONG_NAME_OR_PASSWORD)
        try:
            sent = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise refused from error
        name, _colon, password = sent.partition(":")
        if not name or not password or len(sent) > LONGEST_BASIC or "\x00" in sent:
            raise refused
        page_request = request._request
        user = AccountAdapter(page_request).authenticate(
            page_request, username=name, password=password
        )
        if user is None:
            raise refused
        return user, None

    def authenticate_header(self, request: Request) -> str:
        """Return what a browser or program is asked for."""
        return 'Basic realm="Madang", charset="UTF-8"'


class OwnPageAuthentication(SessionAuthentication):
    """The session of whoever looks at a page of ours; cookies from anywhere else say nothing.

    Browsers name where a request comes from in Sec-Fetch-Site, which no page can forge. Whatever
    changes something also needs the form token (SessionAuthentication).
    """

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        if request.headers.get("Sec-Fetch-Site") != "same-origin":
            return None
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        found = super().authenticate(request)
        if found and settings.STAFF_REQUIRE_MFA and lacks_factor(found[0]):
            return None
        return found
