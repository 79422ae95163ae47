"""Who counts as a reader: no cookie, no stored address, one view per reader, post and hour."""

import hashlib
import re
import secrets
import time
from typing import NamedTuple

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from blog.actions.views import BUFFER
from blog.models import Post
from config import buffers, kept_pages

HOUR = 3600  # seconds
DAY = 24 * HOUR
HELD_SECONDS = 10
VIEW = "blog.view"
BOTS = re.compile(
    r"bot|crawl|spider|slurp|preview|fetch|curl|wget|python|httpx|scan|monitor|lighthouse|headless"
    r"|facebookexternalhit|kakaotalk-scrap|yeti|daum|feed|reader",
    re.IGNORECASE,
)


class _Salt(NamedTuple):
    """The salt of a day, and until when it need not be asked for."""

    day: str
    text: str
    until: float


_held = _Salt("", "", 0.0)


def daily_salt() -> str:
    """Return today's random salt; it is stored in the cache alone and is forgotten with the day."""
    global _held
    held, day = _held, f"{timezone.now():%Y-%m-%d}"
    if held.day == day and time.monotonic() < held.until:
        return held.text
    text = cache.get_or_set(f"audience:salt:{day}", lambda: secrets.token_hex(16), DAY)
    _held = _Salt(day, text, time.monotonic() + HELD_SECONDS)
    return text


def forget() -> None:
    """Ask the cache for the salt next time: whoever empties the cache has to say so here."""
    global _held
    _held = _Salt("", "", 0.0)


def reader_hash(request: HttpRequest) -> str:
    """Return what tells today's readers apart; nobody can turn it back into a person."""
    who = str(request.user.pk) if request.user.is_authenticated else ""
    parts = (
        daily_salt(),
        who or request.META.get("REMOTE_ADDR", ""),
        "" if who else request.META.get("HTTP_USER_AGENT", ""),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def is_reader(request: HttpRequest, author_id: int | None) -> bool:
    """Return whether this request is a person reading somebody else's post."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    purpose = request.META.get("HTTP_SEC_PURPOSE", "") + request.META.get("HTTP_PURPOSE", "")
    return (
        request.method == "GET"
        and bool(agent)
        and not BOTS.search(agent)
        and "prefetch" not in purpose
        and "prerender" not in purpose
        and request.user.pk != author_id
    )


def count_view(request: HttpRequest, post: Post) -> bool:
    """Gather one view of ``post``; return whether it counted. Writes no row.

    Readers who are shown the page as it was kept are counted as well.
    """
    return post.is_published and kept_pages.each_time(request, VIEW, (post.pk, post.author_id))


def _count(request: HttpRequest, read: tuple[int, int | None]) -> bool:
    pk, author_id = read
    if not is_reader(request, author_id):
        return False
    hour = int(timezone.now().timestamp()) // HOUR
    if not cache.add(f"audience:{pk}:{hour}:{reader_hash(request)}", 1, HOUR):
        return False
    buffers.add(BUFFER, str(pk))
    return True


kept_pages.register_each_time(VIEW, _count)
