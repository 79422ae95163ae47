"""The news that open pages ask for."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.shortcuts import background
from config.errors import error_response
from social.news import news_since


@require_safe
@background
def poll(request: HttpRequest) -> HttpResponse:
    """Members: what came after ``?since=`` (SO-28, SO-29); 304 while nothing did.

    Others get 401, never a way to sign in: nobody looks at this answer (SO-30).
    """
    if not request.user.is_authenticated:
        return error_response(
            request, 401, code="not_signed_in", detail=_("Sign in first, then you come back here.")
        )
    news = news_since(request.user, request.GET.get("since", ""))
    response = JsonResponse(
        {"events": news.events, "cursor": news.cursor, "reset": news.reset},
        json_dumps_params={"ensure_ascii": False},
    )
    # The browser keeps nothing; poll.js names the answer it has.
    response.headers["Cache-Control"] = "private, no-store"
    stand = salted_hmac("social.poll", f"{request.user.pk}.{news.sequence}").hexdigest()
    response.headers["ETag"] = f'"{stand}"'
    if news.events or news.reset:
        return response
    return get_conditional_response(request, etag=response.headers["ETag"], response=response)
