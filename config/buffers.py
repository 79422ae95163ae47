"""Counts gathered beside the request and flushed in batches: a GET never writes a row.

With Redis all processes share one hash per buffer and the scheduler flushes it. Without Redis the
one web process gathers in memory and a thread of its own flushes every BUFFER_FLUSH_SECONDS; what
is not flushed yet is flushed at exit, and lost only with the power.
"""

import atexit
import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections

logger = logging.getLogger(__name__)
FLUSH_SECONDS = 15

_local: dict[str, dict[str, int]] = {}
_flushers: dict[str, Callable[[], object]] = {}
_lock = threading.Lock()
_thread: threading.Thread | None = None


def register_flusher(name: str, flush: Callable[[], object]) -> None:
    """Tell which function empties the buffer ``name``; apps call this when they are ready."""
    _flushers[name] = flush


def add(name: str, key: str, amount: int = 1) -> None:
    """Add ``amount`` to ``key`` of the buffer ``name``."""
    if settings.REDIS_URL:
        _redis().hincrby(f"madang:buffer:{name}", key, amount)
        return
    with _lock:
        counts = _local.setdefault(name, {})
        counts[key] = counts.get(key, 0) + amount
    _ensure_thread()


def put(name: str, key: str, value: int) -> None:
    """Set ``key`` of the buffer ``name`` to ``value`` (the last one wins)."""
    if settings.REDIS_URL:
        _redis().hset(f"madang:buffer:{name}", key, value)
        return
    with _lock:
        _local.setdefault(name, {})[key] = value
    _ensure_thread()


def drain(name: str) -> dict[str, int]:
    """Empty the buffer ``name`` and return what it held; each count is returned once."""
    if settings.REDIS_URL:
        pipe = _redis().pipeline(transaction=True)
        pipe.hgetall(f"madang:buffer:{name}")
        pipe.delete(f"madang:buffer:{name}")
        held, _ = pipe.execute()
        return {key.decode(): int(value) for key, value in held.items()}
    with _lock:
        return _local.pop(name, {})


def flush_all() -> None:
    """Run every registered flusher; a failing one is logged and does not stop the others."""
    for name, flush in list(_flushers.items()):
        try:
            flush()
        except Exception:
            logger.exception("The buffer %s could not be flushed.", name)


def _redis():
    return cache._cache.get_client(None, write=True)


def _ensure_thread() -> None:
    global _thread
    seconds = getattr(settings, "BUFFER_FLUSH_SECONDS", FLUSH_SECONDS)
    if not seconds or (_thread is not None and _thread.is_alive()):
        return

    def run() -> None:
        while True:
            time.sleep(seconds)
            close_old_connections()
            flush_all()
            close_old_connections()

    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=run, name="buffers", daemon=True)
            _thread.start()
            atexit.register(flush_all)
