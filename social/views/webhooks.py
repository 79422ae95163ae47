"""Settings: webhooks, their secrets, and the log of what was sent to them."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.shortcuts import fresh_proof_required, member_required, refuse
from config.exceptions import DomainError, TooManyRequests
from config.limits import is_first
from config.pagination import paginate
from social import actions
from social.forms.webhooks import WebhookChangeForm, WebhookForm
from social.models import Webhook
from social.webhook_shortcuts import get_delivery_of, get_webhook_of
from social.webhooks import EVENTS, PER_PERSON, secret_of

DELIVERIES_PER_PAGE = 25
UNPROCESSABLE = 422
SUBMISSION_LENGTH = 36


@require_safe
@member_required
def webhooks(request: HttpRequest) -> HttpResponse:
    """Members: their own webhooks."""
    found = list(Webhook.objects.by_owner(request.user).order_by("pk"))
    context = {"webhooks": found, "is_full": len(found) >= PER_PERSON, "most": PER_PERSON}
    return render(request, "social/settings_webhooks.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof_required
def new(request: HttpRequest) -> HttpResponse:
    """Members with a fresh proof: set up a webhook; the answer shows its secret, this once."""
    if request.method != "POST":
        return _form_page(request, WebhookForm(initial={"events": list(EVENTS)}))
    form = WebhookForm(request.POST)
    status = UNPROCESSABLE
    if form.is_valid():
        try:
            webhook = actions.create_webhook(actor=request.user, **form.cleaned_data)
        except TooManyRequests:
            raise
        except DomainError as error:
            status = refuse(request, form, error)
        else:
            return _secret_page(request, webhook)
    return _form_page(request, form, status=status)


@require_safe
@member_required
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: one webhook and the log of its deliveries; 404 for everybody else."""
    found = get_webhook_of(request.user, pk)
    page = paginate(
        found.deliveries.all(),
        request.GET,
        page_size=DELIVERIES_PER_PAGE,
        moment_field="created_at",
    )
    context = {
        "webhook": found,
        "events": " · ".join(str(EVENTS[name]) for name in found.events if name in EVENTS),
        "page": page,
        "deliveries": page.items,
    }
    return render(request, "social/settings_webhook.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner with a fresh proof: another address, other events, on or off."""
    found = get_webhook_of(request.user, pk)
    held = {name: getattr(found, name) for name in ("url", "description", "events", "is_active")}
    if request.method != "POST":
        return _form_page(request, WebhookChangeForm(initial=held), found)
    form = WebhookChangeForm(request.POST)
    status = UNPROCESSABLE
    if form.is_valid():
        try:
            actions.change_webhook(found, actor=request.user, **form.cleaned_data)
        except TooManyRequests:
            raise
        except DomainError as error:
            status = refuse(request, form, error)
        else:
            messages.success(request, _("Your choice is saved."))
            return redirect("social:settings_webhook", pk=pk)
    return _form_page(request, form, found, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof_required
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner with a fresh proof: a new secret, shown this once."""
    found = get_webhook_of(request.user, pk)
    if request.method != "POST":
        context = {"webhook": found, "submission": uuid.uuid4()}
        return render(request, "social/webhook_rotate.html", context)
    # A second change within the day would end the secret with which the receiver still checks.
    if not is_first(request.POST.get("submission", "")[:SUBMISSION_LENGTH]):
        messages.warning(request, _("This form was sent before; what it made is shown only once."))
        return redirect("social:settings_webhook", pk=pk)
    return _secret_page(request, actions.rotate_webhook_secret(found, actor=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: delete a webhook with its log."""
    found = get_webhook_of(request.user, pk)
    if request.method != "POST":
        return render(request, "social/webhook_delete.html", {"webhook": found})
    actions.delete_webhook(found, actor=request.user)
    messages.success(request, _("The webhook is deleted."))
    return redirect("social:settings_webhooks")


@require_POST
@member_required
def send_test(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: send a message that is only a test."""
    found = get_webhook_of(request.user, pk)
    try:
        actions.send_webhook_test(found, actor=request.user)
    except TooManyRequests:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("A test is on its way. Its answer appears below."))
    return _log_of(pk)


@require_POST
@member_required
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner: send a message of the log once more, under its own id."""
    delivery = get_delivery_of(request.user, pk)
    try:
        actions.replay_webhook_delivery(delivery, actor=request.user)
    except TooManyRequests:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The message is sent once more."))
    return _log_of(delivery.webhook_id)


def _log_of(pk: int) -> HttpResponse:
    return redirect(f"{reverse('social:settings_webhook', args=[pk])}#deliveries")


def _form_page(
    request: HttpRequest,
    form: WebhookForm,
    webhook: Webhook | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "webhook": webhook}
    return render(request, "social/webhook_form.html", context, status=status)


def _secret_page(request: HttpRequest, webhook: Webhook) -> HttpResponse:
    context = {"webhook": webhook, "secret": secret_of(webhook.salt)}
    return render(request, "social/webhook_secret.html", context)
