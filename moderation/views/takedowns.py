"""Asking without an account that something be taken down, and the receipt of it (SO-50)."""

from urllib.parse import unquote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.shortcuts import refuse
from config import limits as counting
from config.exceptions import DomainError, TooManyRequests
from config.text import clean_line
from moderation import actions, limits
from moderation.evidence import EVIDENCE_MAX_BYTES
from moderation.forms.takedowns import TakedownForm
from moderation.models import Takedown
from moderation.models.takedowns import HELD_DAYS
from moderation.shortcuts import get_takedown_of_receipt, get_takedown_target
from moderation.takedowns import claimant_part
from moderation.views.decisions import as_file

UNPROCESSABLE = 422
FIELDS = ("name", "email", "right", "claim")


@require_http_methods(["GET", "HEAD", "POST"])
def takedown(request: HttpRequest) -> HttpResponse:
    """Anyone, a few times an hour: ask that something be held that violates their rights.

    Mistakes count by a wider limit, so that whoever makes some can still ask.
    """
    if request.method != "POST":
        return _page(request, TakedownForm(initial={"address": request.GET.get("address", "")}))
    form = TakedownForm(request.POST, request.FILES)
    try:
        limits.count_takedown_try(_network(request))
        if not form.is_valid():
            return _page(request, form, UNPROCESSABLE)
        if form.is_by_program:
            form.add_error(None, _("Read it over once more, then send it again."))
            return _page(request, form, UNPROCESSABLE)
        asked = _ask(request, form)
    except TooManyRequests as error:
        return _too_many(request, form, error)
    except DomainError as error:
        return _page(request, form, refuse(request, form, error))
    messages.success(request, _("Your request has arrived. Keep the address of this page."))
    return redirect("moderation:takedown_receipt", receipt=asked.receipt)


def _ask(request: HttpRequest, form: TakedownForm) -> Takedown:
    data = form.cleaned_data
    upload = data["evidence"]
    target = get_takedown_target(data["address"], request)
    limits.count_takedown(_network(request))
    return actions.ask_takedown(
        target,
        address=clean_line(unquote(data["address"])),
        **{name: data[name] for name in FIELDS},
        language=get_language() or "",
        claimant=request.user if request.user.is_authenticated else None,
        evidence=(upload.name, upload.read(EVIDENCE_MAX_BYTES + 1)) if upload else None,
    )


def _too_many(request: HttpRequest, form: TakedownForm, error: TooManyRequests) -> HttpResponse:
    """Show the form again with what was typed: nobody writes a claim twice."""
    form.add_error(
        None,
        _("Too many requests came from you in a short time. Wait a moment and try again."),
    )
    response = _page(request, form, error.status)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _page(request: HttpRequest, form: TakedownForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "days": HELD_DAYS}
    return render(request, "moderation/takedown.html", context, status=status)


@never_cache
@require_safe
def receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    """Whoever has the receipt: how their request stands."""
    limits.count_receipt(_network(request))
    found = get_takedown_of_receipt(receipt)
    return render(request, "moderation/takedown_receipt.html", {"takedown": found})


@require_POST
def withdraw(request: HttpRequest, receipt: str) -> HttpResponse:
    """Whoever has the receipt: takes the request back."""
    limits.count_receipt(_network(request))
    found = get_takedown_of_receipt(receipt)
    try:
        actions.withdraw_takedown(found)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Your request is withdrawn."))
    return redirect("moderation:takedown_receipt", receipt=receipt)


@never_cache
@require_safe
def receipt_file(request: HttpRequest, receipt: str) -> HttpResponse:
    """Whoever has the receipt: their claim and what came of it, as JSON."""
    limits.count_receipt(_network(request))
    found = get_takedown_of_receipt(receipt)
    return as_file(claimant_part(found), f"takedown-{found.pk}.json")


def _network(request: HttpRequest) -> str:
    return counting.network_of(request.META["REMOTE_ADDR"])
