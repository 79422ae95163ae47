"""A decision as its author reads it, and what they answer."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.shortcuts import keeps_what_was_sent, member_required, refuse
from config import limits as counting
from config.exceptions import DomainError, TooManyRequests
from moderation import actions, limits
from moderation.explaining import Explained, explain
from moderation.forms.answers import AppealForm, ObjectionForm
from moderation.models import Decision
from moderation.shortcuts import (
    get_decision_for_reading,
    get_decision_of_token,
    get_own_decision,
)
from moderation.takedowns import author_part, takedown_of

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_was_sent
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose the thing is, and moderators: what was decided and why; POST appeals or objects.

    Everybody else gets 404 (SO-40, SO-44, SO-50).
    """
    if request.method != "POST":
        found = get_decision_for_reading(pk, request.user)
        return _page(request, found, request.user)
    found = get_own_decision(pk, request.user)
    limits.count_appeal(request.user)
    return _answer(request, found, request.user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the signed link, for 30 days: the same page for who cannot sign in (SO-44)."""
    found = get_decision_of_token(token)
    if request.method != "POST":
        return _page(request, found, found.owner, has_session=False)
    limits.count_appeal_by_link(counting.network_of(request.META["REMOTE_ADDR"]))
    return _answer(request, found, found.owner, has_session=False)


@require_safe
@member_required
def takedown_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The author: what they may keep of a request for a takedown, as JSON. Others: 404."""
    takedown = takedown_of(get_own_decision(pk, request.user))
    if takedown is None:
        raise Http404
    return as_file(author_part(takedown), f"takedown-{takedown.pk}.json")


def as_file(data: dict, name: str) -> HttpResponse:
    """Return ``data`` as a JSON file to keep."""
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _answer(
    request: HttpRequest, found: Decision, owner: User, *, has_session: bool = True
) -> HttpResponse:
    takedown = takedown_of(found) if request.POST.get("act") == "object" else None
    form = ObjectionForm(request.POST) if takedown else AppealForm(request.POST)
    if not form.is_valid():
        return _page(request, found, owner, form, UNPROCESSABLE, has_session=has_session)
    text = form.cleaned_data["text"]
    try:
        if takedown is not None:
            actions.object_to_takedown(takedown, actor=owner, text=text)
        else:
            actions.appeal_decision(found, actor=owner, text=text)
    except TooManyRequests:
        raise
    except DomainError as error:
        status = refuse(request, form, error)
        return _page(request, found, owner, form, status, has_session=has_session)
    if takedown is not None:
        messages.success(request, _("Your objection is noted. On that day it is shown again."))
    else:
        messages.success(request, _("Your appeal is sent. Somebody looks at it within 7 days."))
    return redirect(request.path)


def _page(
    request: HttpRequest,
    found: Decision,
    owner: User,
    form: AppealForm | ObjectionForm | None = None,
    status: int = 200,
    *,
    has_session: bool = True,
) -> HttpResponse:
    view: Explained = explain(found, owner)
    if form is None and view.can_object:
        form = ObjectionForm()
    elif form is None and view.can_appeal:
        form = AppealForm()
    is_owner = found.owner_id == owner.pk
    context = {
        "view": view,
        "form": form
        if is_owner and (view.can_object or view.can_appeal or status != 200)
        else None,
        "is_owner": is_owner,
        "has_session": has_session,
    }
    return render(request, "moderation/decision.html", context, status=status)
