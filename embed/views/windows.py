"""The window in which members take part on a site elsewhere: asked once, then a key for ten minutes.

The key goes to the page that opened the window and to no other: by its exact origin (EM-09).
"""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import actions as account_actions
from accounts.policies import can_take_part, require_can_take_part
from accounts.scopes import EMBED_SCOPES
from accounts.shortcuts import sign_in_first
from config import clock
from config.exceptions import DomainError
from embed import limits
from embed.cors import is_listed_origin
from embed.exceptions import OriginRefused
from embed.middleware import OPENER_POLICY, keep_opener
from embed.models import EmbedSite
from embed.shortcuts import get_open_site

KEY_LIFETIME = timedelta(minutes=10)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Members: GET asks whether to take part on a site, POST gives its page a key.

    Others sign in first and come back. 404 for no site, 403 for an origin that is none of its own.
    """
    site = get_open_site(request.GET.get("site", ""))
    origin = request.GET.get("origin", "")
    if not is_listed_origin(site, origin):
        raise OriginRefused(_("This page is not one of those that may write here."))
    if not request.user.is_authenticated:
        return keep_opener(sign_in_first(request))
    response = _answer(request, site, origin)
    response.headers["Cross-Origin-Opener-Policy"] = OPENER_POLICY
    return response


def _answer(request: HttpRequest, site: EmbedSite, origin: str) -> HttpResponse:
    context = {
        "embed_site": site,
        "origin": origin,
        "minutes": KEY_LIFETIME.seconds // 60,
        "can_take_part": can_take_part(request.user),
    }
    if request.method != "POST":
        return render(request, "embed/sign_in.html", context)
    try:
        require_can_take_part(request.user)
        limits.count_sign_in(request.user)
        token, key = account_actions.make_token(
            request.user,
            name=site.name,
            scopes=EMBED_SCOPES,
            seconds=KEY_LIFETIME.seconds,
            origin=origin,
        )
    except DomainError as error:
        context["problem"] = error.message
        return render(request, "embed/sign_in.html", context, status=error.status)
    context["message"] = {
        "type": "madang-token",
        "token": key,
        "expires_at": clock.iso(token.expiry),
        "handle": request.user.handle,
        "name": request.user.name,
    }
    return render(request, "embed/sign_in_done.html", context)
