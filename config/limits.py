"""How often somebody may do something: fixed windows in the cache."""

import time

from django.core.cache import cache

from config.exceptions import TooManyRequests


def consume(action: str, who: str | int, *, limit: int, seconds: int) -> None:
    """Count one ``action`` of ``who``. Raises TooManyRequests above ``limit`` per ``seconds``."""
    window, elapsed = divmod(int(time.time()), seconds)
    key = f"limits:{action}:{who}:{window}"
    if cache.add(key, 1, seconds):
        return
    try:
        used = cache.incr(key)
    except ValueError:
        cache.set(key, 1, seconds)
        return
    if used > limit:
        raise TooManyRequests(retry_after=seconds - elapsed)
