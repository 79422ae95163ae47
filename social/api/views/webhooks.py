"""Webhooks by programs: the same rules, limits and log as on the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.proofs import require_fresh_proof
from config.api import ApiView
from config.exceptions import DomainError
from social import actions
from social.api.shapes.webhooks import (
    WebhookDeliveryShape,
    WebhookShape,
    WebhookWithSecretShape,
    delivery_shapes,
    webhook_shape,
    webhook_with_secret,
)
from social.api.webhook_inputs import WebhookChangeInput, WebhookInput
from social.models import Webhook, WebhookDelivery
from social.webhook_shortcuts import get_delivery_of, get_webhook_of


class WebhookView(ApiView):
    """Members: what is theirs; another's is not there."""

    shape = WebhookShape

    def told(self, webhook: Webhook) -> dict[str, Any]:
        """Return ``webhook`` as it is answered."""
        return webhook_shape(webhook, self.addresses)

    @contextmanager
    def named_fields(self) -> Iterator[None]:
        """Call the address in errors as it is called here."""
        try:
            yield
        except DomainError as error:
            if error.field == "url":
                error.field = "target_url"
            raise


class Webhooks(WebhookView):
    """Members: their webhooks."""

    scopes: ClassVar = {"GET": "account", "POST": "account"}
    keeps_answers = False

    @extend_schema(responses=WebhookShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: one's own webhooks, latest first."""
        return self.page(
            Webhook.objects.by_owner(request.user),
            lambda rows: [self.told(row) for row in rows],
            field="created_at",
        )

    @extend_schema(request=WebhookInput, responses={201: WebhookWithSecretShape})
    def post(self, request: Request) -> Response:
        """Members: set up a webhook; this answer alone shows its secret."""
        require_fresh_proof(request)
        with self.named_fields():
            webhook = actions.create_webhook(actor=request.user, **self.valid(WebhookInput))
        return self.created(webhook_with_secret(webhook, self.addresses))


class WebhookDetail(WebhookView):
    """The owner: one webhook."""

    scopes: ClassVar = {"GET": "account", "PATCH": "account", "DELETE": "account"}

    @extend_schema(responses=WebhookShape)
    def get(self, request: Request, pk: int) -> Response:
        """The owner: one of one's own webhooks."""
        return self.one(self.told(get_webhook_of(request.user, pk)))

    @extend_schema(request=WebhookChangeInput(partial=True), responses=WebhookShape)
    def patch(self, request: Request, pk: int) -> Response:
        """The owner: change the address, the events or the description, or switch it on or off."""
        webhook = get_webhook_of(request.user, pk)
        require_fresh_proof(request)
        self.require_version(self.told(webhook))
        changes = self.valid(WebhookChangeInput, partial=True)
        with self.named_fields():
            webhook = actions.change_webhook(webhook, actor=request.user, **changes)
        return self.one(self.told(webhook))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The owner: delete a webhook with its log."""
        webhook = get_webhook_of(request.user, pk)
        self.require_version(self.told(webhook))
        actions.delete_webhook(webhook, actor=request.user)
        return self.nothing()


class WebhookRotate(WebhookView):
    """The owner: another secret."""

    scopes: ClassVar = {"POST": "account"}
    keeps_answers = False

    @extend_schema(request=None, responses=WebhookWithSecretShape)
    def post(self, request: Request, pk: int) -> Response:
        """The owner: make a new secret, which this answer alone shows.

        For 24 hours messages are signed with the former one, too.
        """
        webhook = get_webhook_of(request.user, pk)
        require_fresh_proof(request)
        webhook = actions.rotate_webhook_secret(webhook, actor=request.user)
        return self.one(webhook_with_secret(webhook, self.addresses))


class DeliveryView(ApiView):
    """Members: what was sent to their own webhooks."""

    shape = WebhookDeliveryShape

    def told(self, delivery: WebhookDelivery) -> dict[str, Any]:
        """Return ``delivery`` as it is answered."""
        return delivery_shapes([delivery], self.addresses)[0]

    def accepted(self, delivery: WebhookDelivery) -> Response:
        """Return 202: it is sent in the background."""
        data = self.told(delivery)
        return self.one(data, status=HTTPStatus.ACCEPTED, location=data["url"])


class WebhookDeliveries(DeliveryView):
    """The owner: the log."""

    scopes: ClassVar = {"GET": "account"}

    @extend_schema(responses=WebhookDeliveryShape(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """The owner: what was sent to a webhook in the last 30 days, latest first."""
        webhook = get_webhook_of(request.user, pk)
        return self.page(
            webhook.deliveries.all(),
            lambda rows: delivery_shapes(rows, self.addresses),
            field="created_at",
        )


class WebhookTest(DeliveryView):
    """The owner: a message that is only a test."""

    scopes: ClassVar = {"POST": "account"}

    @extend_schema(request=None, responses={202: WebhookDeliveryShape})
    def post(self, request: Request, pk: int) -> Response:
        """The owner: send the event `webhook.test`."""
        webhook = get_webhook_of(request.user, pk)
        return self.accepted(actions.send_webhook_test(webhook, actor=request.user))


class WebhookDeliveryDetail(DeliveryView):
    """The owner: one message of the log."""

    scopes: ClassVar = {"GET": "account"}

    @extend_schema(responses=WebhookDeliveryShape)
    def get(self, request: Request, pk: int) -> Response:
        """The owner: one message and what came of it."""
        return self.one(self.told(get_delivery_of(request.user, pk)))


class WebhookDeliveryReplay(DeliveryView):
    """The owner: the same message again."""

    scopes: ClassVar = {"POST": "account"}

    @extend_schema(request=None, responses={202: WebhookDeliveryShape})
    def post(self, request: Request, pk: int) -> Response:
        """The owner: send a message of the log again, under the same id."""
        delivery = get_delivery_of(request.user, pk)
        return self.accepted(actions.replay_webhook_delivery(delivery, actor=request.user))
