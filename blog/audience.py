"""Who counts as a reader: no cookie, no stored address, one view per reader, post and hour."""

import hashlib
import re
import secrets

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from blog.actions.views import BUFFER
from blog.models import Post
from config import buffers

HOUR = 3600  # seconds
DAY = 24 * HOUR
BOTS = re.compile(
    r"bot|crawl|spider|slurp|preview|fetch|curl|wget|python|httpx|scan|monitor|lighthouse|headless"
    r"|facebookexternalhit|kakaotalk-scrap|yeti|daum|feed|reader",
    re.IGNORECASE,
)


def daily_salt() -> str:
    """Return today's random salt; it lives in the cache alone and is forgotten with the day."""
    key = f"audience:salt:{timezone.now():%Y-%m-%d}"
    return cache.get_or_set(key, lambda: secrets.token_hex(16), DAY)


def reader_hash(request: HttpRequest) -> str:
    """Return what tells today's readers apart; nobody can turn it back into a person."""
    who = str(request.user.pk) if request.user.is_authenticated else ""
    parts = (
        daily_salt(),
        who or request.META.get("REMOTE_ADDR", ""),
        "" if who else request.META.get("HTTP_USER_AGENT", ""),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def is_reader(request: HttpRequest, post: Post) -> bool:
    """Return whether this request is a person reading somebody else's post."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    purpose = request.META.get("HTTP_SEC_PURPOSE", "") + request.META.get("HTTP_PURPOSE", "")
    return (
        request.method == "GET"
        and bool(agent)
        and not BOTS.search(agent)
        and "prefetch" not in purpose
        and "prerender" not in purpose
        and post.is_published
        and request.user.pk != post.author_id
    )


def count_view(request: HttpRequest, post: Post) -> bool:
    """Gather one view of ``post``; return whether it counted. Writes no row."""
    if not is_reader(request, post):
        return False
    hour = int(timezone.now().timestamp()) // HOUR
    if not cache.add(f"audience:{post.pk}:{hour}:{reader_hash(request)}", 1, HOUR):
        return False
    buffers.add(BUFFER, str(post.pk))
    return True
