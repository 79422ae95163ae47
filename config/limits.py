"""How often somebody may do something: fixed windows in the cache."""

import ipaddress
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from config.exceptions import TooManyRequests

IPV6_PREFIX = 64  # bits: whoever has one address of such a network has all of them
SUBMISSION_SECONDS = 24 * 3600
EPOCH = 0  # seconds since 1970: where windows of every length begin


@dataclass(frozen=True)
class Usage:
    """How much of ``limit`` per ``seconds`` is used up; the window ends in ``reset`` seconds."""

    action: str
    limit: int
    seconds: int
    used: int
    reset: int

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)

    @property
    def is_over(self) -> bool:
        return self.used > self.limit


def count(action: str, who: str | int, *, limit: int, seconds: int) -> Usage:
    """Count one ``action`` of ``who`` and return how many there were in this window."""
    limit *= settings.LIMITS_FACTOR
    window, elapsed = divmod(int(time.time()) - EPOCH, seconds)
    key = f"limits:{action}:{who}:{window}"
    used = 1
    if not cache.add(key, used, seconds):
        try:
            used = cache.incr(key)
        except ValueError:
            # It expired in between.
            cache.set(key, used, seconds)
    return Usage(action, limit, seconds, used, seconds - elapsed)


def consume(action: str, who: str | int, *, limit: int, seconds: int) -> None:
    """Count one ``action`` of ``who``. Raises TooManyRequests above ``limit`` per ``seconds``."""
    usage = count(action, who, limit=limit, seconds=seconds)
    if usage.is_over:
        raise TooManyRequests(retry_after=usage.reset)


def is_first(submission: object) -> bool:
    """Return whether a form is sent for the first time; what has no submission always is.

    For answers that show something once and so cannot redirect: a reload sends the form again.
    """
    return not submission or cache.add(_mark(submission), 1, SUBMISSION_SECONDS)


def forget_submission(submission: object) -> None:
    """Let a form that was refused be sent again."""
    cache.delete(_mark(submission))


def _mark(submission: object) -> str:
    return f"limits:submission:{submission}"


def network_of(address: str) -> str:
    """Return whom to count for an IP address: IPv4 as it is, of IPv6 the network of a household."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, IPV6_PREFIX), strict=False).network_address)
