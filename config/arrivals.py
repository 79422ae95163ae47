"""How something came in: by which door, from where, after how long, by a person or a program.

Forms that strangers fill in carry a field that nobody sees and the signed moment at which they were
made (``{% arrival_fields %}``). Both are told to ``config.screening``; they refuse nothing.
"""

import time
from functools import partial

from django.core import signing
from django.http import HttpRequest, HttpResponse

from config.limits import network_of
from config.screening import Arrival, arriving

TRAP = "homepage"
CLOCK = "started"
SALT = "blog.guest-comment"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/"
EMBED = "/api/v1/embed/"


def started_now() -> str:
    """Return the signed moment at which a form is made."""
    return signing.dumps(time.time(), salt=SALT)


def seconds_since(started: object, now: float | None = None) -> float | None:
    """Return how long ago a form was made; None if that is not ours to say."""
    now = time.time() if now is None else now
    try:
        return max(0.0, now - float(signing.loads(str(started or ""), salt=SALT)))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def arrival_of(request: HttpRequest, came_at: float | None = None) -> Arrival:
    """Return how a request came in. Never reads a body that nobody read yet."""
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    if request.path_info.startswith(API):
        return Arrival("embed" if request.path_info.startswith(EMBED) else "api", network)
    if not hasattr(request, "_post"):
        # Whoever takes it decides where it goes.
        return Arrival("upload", network)
    sent = request.POST
    return Arrival("page", network, seconds_since(sent.get(CLOCK), came_at), bool(sent.get(TRAP)))


class ArrivalMiddleware:
    """Let what a request does know how it came in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS:
            return self.get_response(request)
        # Asked for when something is screened: by then the view has read the form.
        with arriving(partial(arrival_of, request, time.time())):
            return self.get_response(request)
