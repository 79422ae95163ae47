"""How often somebody may do something: fixed windows in the cache."""

import time

from django.core.cache import cache

from config.exceptions import TooManyRequests


def consume(action: str, who: str | int, *, limit: int, seconds: int) -> None:
    """Count one ``action`` of ``who``. Raises TooManyRequests above ``limit`` per ``seconds``."""
    window, elapsed = divmod(int(time.time()), seconds)
    key = f"limits:{action}:{who}:{window}"
    used = 1
    if not cache.add(key, used, seconds):
        try:
            used = cache.incr(key)
        except ValueError:
            # It expired in between.
            cache.set(key, used, seconds)
    if used > limit:
        raise TooManyRequests(retry_after=seconds - elapsed)
