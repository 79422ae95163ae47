"""How often programs may ask (AP-13): buckets of the settings, told in every answer."""

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from config import limits
from config.exceptions import TooManyRequests


def count_request(request: Request, names: tuple[str, ...], who: str) -> None:
    """Count ``request`` of ``who`` in the buckets ``names``. Raises TooManyRequests.

    What is left is remembered for ``tell_usage``.
    """
    for name in names:
        limit, seconds = settings.API_RATES[name]
        note_usage(request, name, limits.count(f"api-{name}", who, limit=limit, seconds=seconds))


def note_usage(request: Request, name: str, usage: limits.Usage) -> None:
    """Remember ``usage`` for ``tell_usage``, also of a limit that pages count too.

    Raises TooManyRequests if nothing was left.
    """
    request.usages = [*getattr(request, "usages", []), (name, usage)]
    if usage.is_over:
        raise TooManyRequests(_("Too many requests. Please slow down."), retry_after=usage.reset)


def tell_usage(request: Request, response: Response) -> None:
    """Put what is left into the headers of ``response``.

    Source: IETF draft-ietf-httpapi-ratelimit-headers-10 (RateLimit-Policy, RateLimit).
    """
    used = getattr(request, "usages", [])
    if used:
        response.headers["RateLimit-Policy"] = ", ".join(
            f'"{name}";q={usage.limit};w={usage.seconds}' for name, usage in used
        )
        response.headers["RateLimit"] = ", ".join(
            f'"{name}";r={usage.remaining};t={usage.reset}' for name, usage in used
        )
