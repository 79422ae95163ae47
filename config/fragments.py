"""Answers to htmx: a part of the page in place of the whole one, and a word beside it."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

NOTICE_EVENT = "madang:notice"


def wants_fragment(request: HttpRequest) -> bool:
    """Return whether htmx asks, which puts the answer in the place of the form it sent."""
    return bool(request.META.get("HTTP_HX_REQUEST"))


def fragment(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    notice: str = "",
    level: str = "success",
    status: int = 200,
    events: dict[str, Any] | None = None,
) -> HttpResponse:
    """Return ``template`` alone; ``notice`` is shown and read out by swap.js.

    ``events`` are dispatched in the page, name → detail. Never kept by a cache: the same
    address without htmx answers a whole page.
    """
    response = render(request, template, context, status=status)
    events = dict(events or {})
    if notice:
        events[NOTICE_EVENT] = {"text": notice, "level": level}
    if events:
        # JSON escapes what is not ASCII, which a header could not carry.
        response.headers["HX-Trigger"] = json.dumps(events)
    response.headers["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ("HX-Request",))
    return response
