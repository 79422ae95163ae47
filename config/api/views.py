"""The view that every resource of the API is built on."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from operator import attrgetter
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from config import limits, replica
from config.api import entity_tags, pages, repeating
from config.api.addresses import Addresses
from config.api.deprecation import Deprecation
from config.api.problems import InsufficientScope, InvalidInput, problem_of
from config.api.rendering import JSON, LARGEST_BODY, JsonObjectParser, JsonRenderer
from config.api.throttling import count_request, tell_usage
from config.api.types import require_types
from config.exceptions import DomainError
from config.middleware import PUBLIC_PAGE_SECONDS

ANYONE = ""
"""The scope of what needs no token."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC_VARY = ("Authorization", "Accept-Language", "Origin", "Cookie")


class ApiView(APIView):
    """A resource. ``scopes`` says for each method which scope a token needs; ANYONE for none.

    Members come with a token, or with their session from pages of this very site. ``viewer`` is who
    reads: a token without the scope ``read`` sees in public places what a visitor sees.
    """

    scopes: ClassVar[Mapping[str, str]] = {}
    shape: ClassVar[type[Serializer] | None] = None
    """What one object looks like; its fields are those that ``?fields=`` may choose."""
    is_one: ClassVar[bool] = False
    """Whether this is a single object although no key is in its address (``/me/``)."""
    buckets: ClassVar[Mapping[str, str]] = {}
    """Method → a bucket of API_RATES that counts beside those of every call."""
    keeps_answers: ClassVar[bool] = True
    """Whether Idempotency-Key is heeded; not where the answer holds a secret or asks the network."""
    largest_body: ClassVar[int] = LARGEST_BODY
    """Bytes of JSON that are read at all."""
    tolerates_lag: ClassVar[bool] = False
    """Whether what a GET says is public and may be seconds old: it may come from a replica."""
    deprecated: ClassVar[Deprecation | None] = None
    """When this goes away, if it does; told in every answer (AP-17)."""

    renderer_classes = (JsonRenderer,)
    parser_classes: Sequence[type[BaseParser]] = (JsonObjectParser,)
    permission_classes = ()
    pagination_class = pages.CursorPages

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Return who says who asks: the view's own, else those of the settings."""
        kinds = self.authentication_classes or map(import_string, settings.API_AUTHENTICATION)
        return [kind() for kind in kinds]

    # Before a method ------------------------------------------------------------------------------

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer; as ``APIView.dispatch``, with answers to repeated requests kept."""
        self.args, self.kwargs = args, kwargs
        request = self.initialize_request(request, *args, **kwargs)
        self.request, self.headers = request, self.default_response_headers
        try:
            self.initial(request, *args, **kwargs)
            name = request.method.lower()
            method = self.http_method_not_allowed
            if name in self.http_method_names:
                method = getattr(self, name, method)
            response = self._respond(method)
        except Exception as error:
            response = self.handle_exception(error)
        self.response = self.finalize_response(request, response, *args, **kwargs)
        return self.response

    def _respond(self, method: Callable[..., Response]) -> Response:
        request = self.request
        self._require_known_fields()

        def respond() -> Response:
            return method(request, *self.args, **self.kwargs)

        if self.tolerates_lag and request.method in {"GET", "HEAD"} and not request.user.is_staff:
            return replica.answer(request._request, self._who, respond)
        if request.method != "POST" or not self.keeps_answers:
            return respond()
        if repeating.HEADER not in request.headers:
            return respond()
        return repeating.once(request, self._owner, respond)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find out who asks, count it, and see whether the token reaches as far."""
        self.format_kwarg = None
        try:
            user = request.user
        except (exceptions.APIException, DomainError):
            count_request(request, ("anonymous",), self._network)
            raise
        self._count(user)
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(
            request
        )
        request.version, request.versioning_scheme = self.determine_version(
            request, *args, **kwargs
        )
        if request.method == "OPTIONS" or request.method not in self.allowed_methods:
            return
        scope = self.scopes["GET" if request.method == "HEAD" else request.method]
        if scope == ANYONE:
            return
        if not user.is_authenticated:
            raise exceptions.NotAuthenticated
        if not self.has_scope(scope):
            raise InsufficientScope(
                _("This token was not made for this; it needs the scope “%(scope)s”.")
                % {"scope": scope},
                field="scope",
            )

    def _count(self, user: Any) -> None:
        if not user.is_authenticated:
            count_request(self.request, ("anonymous",), self._network)
        else:
            count_request(self.request, ("token",), self.caller)
            if self.request.method not in SAFE_METHODS:
                # Of the person: fifty tokens do not write fifty times as much.
                count_request(self.request, ("write",), f"person-{user.pk}")
        if bucket := self.buckets.get(self.request.method):
            count_request(self.request, (bucket,), self._who)

    def has_scope(self, scope: str) -> bool:
        """Return whether the caller's token has ``scope``; sessions have what their person has."""
        token = self.request.auth
        return token is None or scope in token.scopes

    @property
    def _who(self) -> str:
        user = self.request.user
        return f"person-{user.pk}" if user.is_authenticated else self._network

    @cached_property
    def caller(self) -> str:
        """Who asks, for counting and for remembering answers: a token, a person or a network."""
        if self.request.auth is not None:
            return f"token-{self.request.auth.pk}"
        if self.request.user.is_authenticated:
            return f"person-{self.request.user.pk}"
        return self._network

    @property
    def _owner(self) -> str:
        """Whose answers are kept: a person's, whatever token they use; of networks a hash."""
        if self.request.user.is_authenticated:
            return f"person-{self.request.user.pk}"
        return salted_hmac("config.api.answers", self._network).hexdigest()

    @property
    def _network(self) -> str:
        return f"address-{limits.network_of(self.request.META.get('REMOTE_ADDR', ''))}"

    @cached_property
    def viewer(self) -> Any:
        """Who reads: the member if the token may read what the member may, else a visitor."""
        user = self.request.user
        return user if user.is_authenticated and self.has_scope("read") else AnonymousUser()

    @cached_property
    def addresses(self) -> Addresses:
        return Addresses(self.request)

    # What came in ---------------------------------------------------------------------------------

    def valid(self, serializer: type[Serializer], **kwargs: Any) -> dict[str, Any]:
        """Return what was sent as ``serializer`` reads it. Raises ValidationError."""
        reader = serializer(data=self.request.data, context={"request": self.request}, **kwargs)
        if self.request.content_type == JSON:
            require_types(reader, self.request.data)
        reader.is_valid(raise_exception=True)
        return reader.validated_data

    def require_version(self, data: dict[str, Any]) -> None:
        """Raise Stale unless ``data``, the object as it is, is what If-Match names (AP-11)."""
        entity_tags.require_version(self.request.headers.get("If-Match", ""), data)

    # What goes out --------------------------------------------------------------------------------

    def one(
        self, data: dict[str, Any], *, status: int = HTTPStatus.OK, location: str = ""
    ) -> Response:
        """Return the answer of one object, with its entity tag; 304 if the caller has it."""
        tag = entity_tags.entity_tag(data)
        headers = {"ETag": tag}
        if location:
            headers["Location"] = location
        known = self.request.headers.get("If-None-Match", "")
        if known and self.request.method in SAFE_METHODS and entity_tags.matches(known, tag):
            return Response(None, status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(self._chosen(data), status=status, headers=headers)

    def created(self, data: dict[str, Any]) -> Response:
        """Return 201 with the address of what was made."""
        return self.one(data, status=HTTPStatus.CREATED, location=data["url"])

    def nothing(self) -> Response:
        """Return 204."""
        return Response(status=HTTPStatus.NO_CONTENT)

    def page(
        self,
        rows: QuerySet,
        shape: Callable[[list[Any]], list[dict[str, Any]]],
        *,
        field: str = "published_at",
        pk: str = "pk",
        descending: bool = True,
        kind: type = datetime,
    ) -> Response:
        """Return the page of ``rows`` in the order of (``field``, ``pk``) that was asked for.

        ``shape`` makes objects of the rows of one page; both names may cross relations (``post__pk``).
        """
        read_value, read_pk = (attrgetter(name.replace("__", ".")) for name in (field, pk))
        return self.page_by(
            pages.rows_of(rows, field, descending=descending, pk=pk),
            shape,
            value_of=lambda row: (read_value(row), read_pk(row)),
            kind=kind,
            descending=descending,
        )

    def page_by(
        self,
        read: Callable[[pages.Place, int], Sequence[Any]],
        shape: Callable[[list[Any]], list[dict[str, Any]]],
        *,
        value_of: Callable[[Any], tuple[pages.Value, int]],
        kind: type = datetime,
        descending: bool = True,
    ) -> Response:
        """Return a page of what ``read`` reads from a place on, for lists that are no plain rows."""
        rows, following, preceding = pages.read_page(
            self.request, read, value_of=value_of, kind=kind, descending=descending
        )
        results = [self._chosen(data) for data in shape(rows)]
        response = Response({"next": following, "previous": preceding, "results": results})
        links = [
            f'<{address}>; rel="{name}"'
            for name, address in (("next", following), ("prev", preceding))
            if address
        ]
        if links:
            response.headers["Link"] = ", ".join(links)
        return response

    def _require_known_fields(self) -> None:
        """Raise InvalidInput for a name in ``?fields=`` that there is not, whatever is answered."""
        _names = self._fields

    def _chosen(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return of ``data`` the fields that ``?fields=`` names."""
        fields = self._fields
        return {name: data[name] for name in data if name in fields} if fields else data

    @cached_property
    def _fields(self) -> frozenset[str]:
        """The names in ``?fields=``. Raises InvalidInput for one that there is not."""
        text = self.request.query_params.get("fields", "")
        if not text or self.shape is None:
            return frozenset()
        names = frozenset(name.strip() for name in text.split(","))
        if unknown := names - set(self.shape._declared_fields):
            raise InvalidInput(
                _("There is no field “%(name)s”.") % {"name": sorted(unknown)[0]},
                field="fields",
                code="invalid_choice",
            )
        return names

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say who may keep the answer, and how much may still be asked."""
        response = super().finalize_response(request, response, *args, **kwargs)
        tell_usage(request, response)
        if self.deprecated is not None:
            self.deprecated.tell(response)
        is_open = self.scopes.get("GET") == ANYONE and request.method in SAFE_METHODS
        if is_open:
            patch_vary_headers(response, PUBLIC_VARY)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = (
                f"public, max-age={PUBLIC_PAGE_SECONDS}"
                if is_open and self._is_for_all(request, response)
                else "private, no-store"
            )
        return response

    @staticmethod
    def _is_for_all(request: Request, response: Any) -> bool:
        is_good = response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}
        return is_good and "Authorization" not in request.headers and not request._request.COOKIES

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return which methods there are, in the header Allow."""
        return Response(status=HTTPStatus.NO_CONTENT)

    def get_exception_handler(self) -> Callable:
        """Return what makes problem documents of errors."""
        return problem_of
