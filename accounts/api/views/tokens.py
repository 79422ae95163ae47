"""Tokens: made with a password, listed, revoked (AP-20 to AP-23)."""

from collections.abc import Sequence
from typing import ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions
from accounts.actions.tokens import TOKEN_SECONDS
from accounts.api.authentication import PasswordAuthentication
from accounts.api.inputs import TokenInput
from accounts.api.proofs import require_factor, require_fresh_proof
from accounts.api.shapes.access import MintedTokenShape, TokenShape, token_shape
from accounts.exceptions import AccountInactive
from accounts.models import AccessToken
from accounts.scopes import MEMBER_SCOPES
from config.api import ANYONE, ApiView


class Tokens(ApiView):
    """Whoever knows the password makes tokens here; the account's own programs list them."""

    scopes: ClassVar = {"GET": "account", "POST": "account", "DELETE": "account"}
    buckets: ClassVar = {"POST": "mint"}
    keeps_answers = False
    mints_tokens = True

    def get_authenticators(self) -> Sequence[BaseAuthentication]:
        """Return the password for making one, and never elsewhere (AP-21)."""
        if getattr(self.request, "method", "") == "POST":
            return [PasswordAuthentication()]
        return super().get_authenticators()

    @extend_schema(responses=TokenShape(many=True))
    def get(self, request: Request) -> Response:
        """The owner: the tokens that still open something, newest first."""
        require_fresh_proof(request)
        return self.page(
            actions.live_tokens(request.user),
            lambda rows: [token_shape(row, self.addresses, request.auth) for row in rows],
            field="created",
        )

    @extend_schema(request=TokenInput, responses={201: MintedTokenShape})
    def post(self, request: Request) -> Response:
        """Whoever knows handle or address and password: a new token (HTTP Basic, here alone).

        An account with a second factor also sends `code`. The key is told this once; each call
        makes another.
        """
        data = self.valid(TokenInput)
        user = request.user
        require_factor(user, data.get("code", ""))
        actions.lift_expired_states(user)
        if not user.is_active:
            raise AccountInactive(_("Your account cannot do this at the moment."))
        token, key = actions.make_token(
            user,
            name=data.get("name", ""),
            scopes=data.get("scopes", MEMBER_SCOPES),
            seconds=data.get("expires_in", TOKEN_SECONDS),
        )
        return self.created({**token_shape(token, self.addresses, None), "token": key})

    @extend_schema(operation_id="tokens_destroy_all", responses={204: None})
    def delete(self, request: Request) -> Response:
        """The owner: revoke all of them, the one that this call comes with, too."""
        require_fresh_proof(request)
        actions.revoke_tokens(request.user)
        return self.nothing()


class Token(ApiView):
    """One of one's own tokens."""

    scopes: ClassVar = {"GET": "account", "DELETE": "account"}
    shape = TokenShape

    @extend_schema(responses=TokenShape)
    def get(self, request: Request, pk: int) -> Response:
        """The owner: one token."""
        require_fresh_proof(request)
        return self.one(token_shape(self._token(pk), self.addresses, request.auth))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The owner: revoke it; it opens nothing from now on."""
        require_fresh_proof(request)
        actions.revoke_token(self._token(pk))
        return self.nothing()

    def _token(self, pk: int) -> AccessToken:
        found = actions.live_tokens(self.request.user).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class CurrentToken(ApiView):
    """The token that the call comes with, whatever it may do."""

    scopes: ClassVar = {"GET": ANYONE, "DELETE": ANYONE}
    shape = TokenShape

    @extend_schema(responses=TokenShape)
    def get(self, request: Request) -> Response:
        """Whoever holds a token: what it is and may do."""
        return self.one(token_shape(self._token(), self.addresses, request.auth))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Whoever holds a token: revoke it, with any scope."""
        actions.revoke_token(self._token())
        return self.nothing()

    def _token(self) -> AccessToken:
        if self.request.auth is None:
            raise NotAuthenticated
        return self.request.auth
