"""Counts gathered beside the request and flushed in batches: a GET never writes a row.

With Redis all processes share one hash per buffer and the scheduler flushes it; while Redis is away
each process gathers in memory, and a thread brings it there when it is back (what was on its way at
that very moment may count twice, rather than not at all). Who drains a buffer moves it away first, by
a name of its own: a drain that breaks in the middle leaves it, and a later one takes it up.
Without Redis the one
web process gathers in memory and the thread flushes every BUFFER_FLUSH_SECONDS. What is in memory
still is flushed at exit, and lost only with the power.
"""

import atexit
import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections

from config.redis_cache import RedisAway

logger = logging.getLogger(__name__)
FLUSH_SECONDS = 15
LEFT_SECONDS = 60
"""What somebody took and did not delete in this time, they never will."""

_added: dict[str, dict[str, int]] = {}
_put: dict[str, dict[str, int]] = {}
_flushers: dict[str, Callable[[], object]] = {}
_counted: set[tuple[str, str]] = set()
"""Batches that were returned, and of which Redis did not say yet that they are deleted."""

_lock = threading.Lock()
_thread: threading.Thread | None = None


def register_flusher(name: str, flush: Callable[[], object]) -> None:
    """Tell which function empties the buffer ``name``; apps call this when they are ready."""
    _flushers[name] = flush


def add(name: str, key: str, amount: int = 1) -> None:
    """Add ``amount`` to ``key`` of the buffer ``name``."""
    if settings.REDIS_URL:
        try:
            cache.in_redis(lambda redis: redis.hincrby(_place(name), key, amount))
            return
        except RedisAway:
            pass
    with _lock:
        _add_here(name, key, amount)
    _ensure_thread()


def put(name: str, key: str, value: int) -> None:
    """Set ``key`` of the buffer ``name`` to ``value`` (the last one wins)."""
    if settings.REDIS_URL:
        try:
            cache.in_redis(lambda redis: redis.hset(_place(name), key, value), is_repeatable=True)
            return
        except RedisAway:
            pass
    with _lock:
        _added.get(name, {}).pop(key, None)
        _put.setdefault(name, {})[key] = value
    _ensure_thread()


def drain(name: str) -> dict[str, int]:
    """Empty the buffer ``name`` and return what it held; each count is returned once.

    While Redis is away: what this process holds.
    """
    held: dict[str, int] = {}
    if settings.REDIS_URL:
        try:
            _take(name, held)
        except RedisAway:
            pass
    with _lock:
        held |= _put.pop(name, {})
        for key, amount in _added.pop(name, {}).items():
            held[key] = held.get(key, 0) + amount
    return held


def bring() -> bool:
    """Bring what this process holds to Redis; return whether nothing is left here."""
    with _lock:
        added, put_here = dict(_added), dict(_put)
        _added.clear()
        _put.clear()
    if not (added or put_here):
        return True
    try:
        cache.in_redis(lambda redis: _give(redis, added, put_here))
    except RedisAway:
        with _lock:
            for name, values in put_here.items():
                # What was put since then is newer.
                _put[name] = values | _put.get(name, {})
            for name, amounts in added.items():
                for key, amount in amounts.items():
                    _add_here(name, key, amount)
        return False
    return True


def flush_all() -> None:
    """Run every registered flusher; a failing one is logged and does not stop the others."""
    for name, flush in list(_flushers.items()):
        try:
            flush()
        except Exception:
            logger.exception("The buffer %s could not be flushed.", name)


def flush_at_exit() -> None:
    """Leave nothing behind: what Redis cannot take goes to the rows."""
    if not (settings.REDIS_URL and bring()):
        flush_all()


def _place(name: str) -> str:
    return f"madang:buffer:{name}"


def _add_here(name: str, key: str, amount: int) -> None:
    held = _put.get(name, {})
    if key not in held:
        held = _added.setdefault(name, {})
    held[key] = held.get(key, 0) + amount


def _take(name: str, held: dict[str, int]) -> None:
    """Move the buffer, or first what was left of it, into ``held``. Raises RedisAway.

    Of two batches one is left for the next time: what was put last must win. Each step may be asked twice, and after each it may end: what is in ``held`` is not read again,
    and what is not yet stays in Redis.
    """
    place, batches = _place(name), f"{_place(name)}:batches"
    for found in [one for one in list(_counted) if one[0] == name]:
        _drop(found, batches)
    long_ago = time.time() - LEFT_SECONDS

    def look(redis):
        pipe = redis.pipeline(transaction=True)
        pipe.exists(place)
        pipe.zrangebyscore(batches, "-inf", long_ago)
        return pipe.execute()

    is_there, left = cache.in_redis(look, is_repeatable=True)
    if not (left or is_there):
        return
    source, batch = left[0].decode() if left else place, f"{place}:batch:{uuid.uuid4().hex}"
    values = cache.in_redis(_moving(source, batch, batches), is_repeatable=True)
    held |= {key.decode(): int(value) for key, value in values.items()}
    _counted.add((name, batch))
    _drop((name, batch), batches)


def _moving(source: str, batch: str, batches: str) -> Callable[[Any], dict[bytes, bytes]]:
    """Return what moves ``source`` to ``batch``, unless somebody else did, and reads it."""

    def move(redis):
        pipe = redis.pipeline(transaction=True)
        pipe.zadd(batches, {batch: time.time()})
        pipe.zrem(batches, source)
        pipe.renamenx(source, batch)
        pipe.hgetall(batch)
        *_told, renamed, values = pipe.execute(raise_on_error=False)
        for answer in (renamed, values):
            # "no such key": somebody else was faster, or it was moved when this was asked before.
            if isinstance(answer, Exception) and "no such key" not in str(answer):
                raise answer
        return values

    return move


def _drop(counted: tuple[str, str], batches: str) -> None:
    def drop(redis):
        pipe = redis.pipeline(transaction=True)
        pipe.delete(counted[1])
        pipe.zrem(batches, counted[1])
        pipe.execute()

    cache.in_redis(drop, is_repeatable=True)
    _counted.discard(counted)


def _give(redis, added: dict[str, dict[str, int]], put_here: dict[str, dict[str, int]]) -> None:
    pipe = redis.pipeline(transaction=True)
    for name, values in put_here.items():
        pipe.hset(_place(name), mapping=values)
    for name, amounts in added.items():
        for key, amount in amounts.items():
            pipe.hincrby(_place(name), key, amount)
    pipe.execute()


def _flush_or_bring() -> None:
    if settings.REDIS_URL:
        bring()
        return
    close_old_connections()
    flush_all()
    close_old_connections()


def _ensure_thread() -> None:
    global _thread
    seconds = getattr(settings, "BUFFER_FLUSH_SECONDS", FLUSH_SECONDS)
    if not seconds or (_thread is not None and _thread.is_alive()):
        return

    def run() -> None:
        while True:
            time.sleep(seconds)
            _flush_or_bring()

    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=run, name="buffers", daemon=True)
            _thread.start()
            atexit.register(flush_at_exit)
