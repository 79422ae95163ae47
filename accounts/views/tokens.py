"""Settings: keys of programs."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import actions, limits
from accounts.forms.tokens import TokenForm
from accounts.models import AccessToken
from accounts.scopes import SCOPES
from accounts.shortcuts import fresh_proof_required, refuse
from config import clock
from config.exceptions import DomainError
from config.limits import forget_submission, is_first
from config.numbers import row_number


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof_required
def tokens(request: HttpRequest) -> HttpResponse:
    """Members, after a fresh proof: their tokens; make one, revoke one or all (AP-23)."""
    if request.method != "POST":
        return _page(request, TokenForm(user=request.user))
    if request.POST.get("intent") == "revoke":
        return _revoke(request)
    if request.POST.get("intent") == "revoke_all":
        actions.revoke_tokens(request.user)
        messages.success(request, _("None of your tokens opens anything any more."))
        return redirect("accounts:settings_tokens")
    return _make(request)


def _make(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    limits.count_token(request.user)
    submission = form.cleaned_data["submission"]
    if not is_first(submission):
        messages.warning(request, _("This form was sent before; what it made is shown only once."))
        return redirect("accounts:settings_tokens")
    try:
        made, key = actions.make_token(
            request.user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            seconds=form.cleaned_data["lifetime"],
        )
    except DomainError as error:
        forget_submission(submission)
        return _page(request, form, status=refuse(request, form, error))
    # No redirect: the key is kept nowhere, so this answer alone can show it.
    return _page(request, TokenForm(user=request.user), made=made, key=key)


def _revoke(request: HttpRequest) -> HttpResponse:
    number = row_number(request.POST.get("token", ""))
    token = actions.live_tokens(request.user).filter(pk=number).first()
    if token is None:
        raise Http404
    actions.revoke_token(token)
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token})
    return redirect("accounts:settings_tokens")


def _page(
    request: HttpRequest,
    form: TokenForm,
    *,
    made: AccessToken | None = None,
    key: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = actions.live_tokens(request.user).order_by("-created", "-pk")
    found = [
        {
            "token": row,
            "may": [SCOPES[name] for name in row.scopes if name in SCOPES],
            "used_on": clock.exact_date(row.last_used_on) if row.last_used_on else "",
        }
        for row in rows
    ]
    context = {"form": form, "tokens": found, "made": made, "key": key}
    return render(request, "accounts/settings_tokens.html", context, status=status)
