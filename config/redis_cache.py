"""The cache in Redis, and what stands in for it while Redis is away (OP-17).

Redis is away when it cannot be reached within CONNECT_SECONDS, does not answer within
ANSWER_SECONDS, or refuses to store. Then the calls of this process go to a cache in its own memory,
at once and without asking again; a thread asks every PAUSE_SECONDS, and when Redis is back so are
the calls. Whatever the process had kept meanwhile is forgotten: nothing stale wins.

What that means for those who use the cache:

- Limits go on, counted in each process.
- Something that counts once (``add``) counts once in each process while Redis is away; those marks
  are brought to Redis when it is back, so that nothing can be used again then.
- What was changed or deleted meanwhile is deleted in Redis when it is back, so that no other process
  goes on with what was there before. Were these more than one remembers, all copies are deleted.
- What only counts when every process sees it (sessions, kept pages: ``SHARED``) is not kept in
  memory at all. Sessions come from the database then.

``state()`` tells how it is, ``look()`` asks Redis first.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache as PlainRedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError

from config.redis_client import FOR_REQUESTS, OneClient

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 2
LOCAL_ENTRIES = 100_000
REPLAYED_AT_MOST = 20_000
SHARED = ("django.contrib.sessions", "kept-page")
"""Beginnings of keys that a process must not keep for itself."""

COUNTED = ("limits:", "embed:challenge:", "allauth", "session-ended:")
"""Beginnings of keys that are no copy of anything: without them somebody could try once more."""

REFUSALS = (
    "OOM",
    "READONLY",
    "MISCONF",
    "MASTERDOWN",
    "NOAUTH",
    "NOPERM",
    "LOADING",
    "CLUSTERDOWN",
)
REFUSAL_NAMES = ("OutOfMemoryError", "ReadOnlyError", "NoPermissionError", "MasterDownError")
PROBE_KEY = "redis-probe"
NOT_COUNTED = "redis_changes_not_counted"
"""Said when nobody knows any more what changed: whatever Redis has of rows is old then."""


class RedisAway(Exception):
    """Redis cannot be used now."""


@dataclass(frozen=True)
class State:
    """How Redis is for this process. ``is_used``: whether the cache is there at all."""

    is_used: bool = False
    is_away: bool = False
    since: datetime | None = None
    error: str = ""


def state() -> State:
    """Return what this process last found out; asks nobody."""
    link = getattr(cache, "link", None)
    return State() if link is None else link.state()


def look() -> State:
    """Ask Redis, unless it is known to be away, and return how it is; for health, within a second."""
    link = getattr(cache, "link", None)
    if link is None:
        return State()
    if not link.is_away:
        link.probe()
    return link.state()


def is_refusal(error: Exception) -> bool:
    """Return whether ``error`` says that Redis is away, not that something was asked wrongly."""
    if isinstance(error, ResponseError):
        return str(error).startswith(REFUSALS) or type(error).__name__ in REFUSAL_NAMES
    return isinstance(error, RedisError | OSError)


class Link:
    """What one process knows of one Redis: whether it is there, and what has to be made up for."""

    def __init__(self, servers: Iterable[str], params: dict[str, Any], local: LocMemCache):
        self._servers, self._params, self._local = list(servers), params, local
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._since = 0.0
        self._error = ""
        self._shared_changes: set[str] = set()
        self._changes: set[str] = set()
        self._marks: dict[str, tuple[str, int | None, float]] = {}
        self._too_many: Counter[str] = Counter()

    @property
    def is_away(self) -> bool:
        return bool(self._since)

    def state(self) -> State:
        since = self._since
        moment = datetime.fromtimestamp(since, UTC) if since else None
        return State(True, bool(since), moment, self._error if since else "")

    def run(self, call: Callable[[], Any], *, is_repeatable: bool = False) -> Any:
        """Return what ``call`` returns. Raises RedisAway.

        ``is_repeatable``: that Redis did it twice is as if it did it once. Of a connection that
        broke nobody knows whether Redis had heard all before; what counts is not asked again.
        """
        if self._since:
            self._keep_probing()
            raise RedisAway(self._error)
        try:
            try:
                return call()
            except RedisConnectionError as error:
                if not (is_repeatable and is_refusal(error)):
                    raise
                # Redis began anew, or somebody in between closed what was idle.
                return call()
        except (RedisError, OSError) as error:
            if not is_refusal(error):
                raise
            self._lose(error)
            raise RedisAway(str(error)) from error

    def note(
        self, names: Iterable[str], *, mark: tuple[str, int | None, float] | None = None
    ) -> bool:
        """Remember what changes while Redis is away; False if it is not away any more.

        ``mark``: key, version and end of what was added and must not be added again.
        """
        with self._lock:
            if not self._since:
                return False
            for name in names:
                self._marks.pop(name, None)
                changes = self._shared_changes if _is_shared(name) else self._changes
                if mark is not None and not _is_shared(name):
                    self._note_mark(name, mark)
                elif len(changes) < REPLAYED_AT_MOST:
                    changes.add(name)
                elif name not in changes:
                    self._overflow(NOT_COUNTED)
            return True

    def _note_mark(self, name: str, mark: tuple[str, int | None, float]) -> None:
        if len(self._marks) >= REPLAYED_AT_MOST:
            now = time.time()
            self._marks = {key: one for key, one in self._marks.items() if one[2] > now}
        if len(self._marks) < REPLAYED_AT_MOST:
            self._marks[name] = mark
        else:
            self._overflow("redis_marks_not_kept")

    def _overflow(self, event: str) -> None:
        if not self._too_many[event]:
            logger.warning(event, extra={"kept": REPLAYED_AT_MOST})
        self._too_many[event] += 1

    def probe(self) -> bool:
        """Ask Redis, bring it what changed meanwhile, and return whether it is there."""
        plain = PlainRedisCache(self._servers, self._params)
        try:
            plain.set(PROBE_KEY, 1, 10)
            if not self._since:
                return True
            self._replay(plain)
            with self._lock:
                # What came while the rest was brought.
                self._replay(plain)
                seconds, self._since = time.time() - self._since, 0.0
                self._local.clear()
        except (RedisError, OSError) as error:
            if not is_refusal(error):
                raise
            self._lose(error)
            return False
        finally:
            for pool in plain._cache._pools.values():
                pool.disconnect()
        logger.info("redis_back", extra={"seconds": round(seconds, 1)})
        return True

    def _lose(self, error: Exception) -> None:
        with self._lock:
            self._error = f"{type(error).__name__}: {error}"
            if self._since:
                return
            self._local.clear()
            self._since = time.time()
        logger.warning("redis_away", extra={"error": self._error})
        self._keep_probing()

    def _replay(self, plain: PlainRedisCache) -> None:
        with self._lock:
            changes = self._shared_changes | self._changes
            marks, too_many = dict(self._marks), Counter(self._too_many)
        names = [*changes, *(_copies(plain) if too_many[NOT_COUNTED] else ())]
        for start in range(0, len(names), 1000):
            plain._cache.delete_many(names[start : start + 1000])
        for key, version, end in marks.values():
            value, left = self._local.get(key, version=version), int(end - time.time())
            if value is not None and left > 0:
                plain.add(key, value, left, version=version)
        with self._lock:
            self._shared_changes -= changes
            self._changes -= changes
            self._too_many -= too_many
            for name, mark in marks.items():
                if self._marks.get(name) == mark:
                    del self._marks[name]

    def _keep_probing(self) -> None:
        thread = self._thread
        # A forked child has none of its parent's threads.
        if thread is not None and thread.is_alive():
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._probe_until_back, daemon=True)
                self._thread.name = "redis-probe"
                self._thread.start()

    def _probe_until_back(self) -> None:
        while self._since:
            time.sleep(PAUSE_SECONDS)
            try:
                self.probe()
            except Exception:
                logger.exception("redis_probe_failed")


_links: dict[tuple[str, ...], Link] = {}
_links_lock = threading.Lock()


def _is_shared(key: str) -> bool:
    return any(part in key for part in SHARED)


def _copies(plain: PlainRedisCache) -> Iterator[bytes]:
    """Return the keys of this cache that are made of rows: not limits, nor what counts once."""
    beginning = f"{plain.key_prefix}:{plain.version}:"
    counted = tuple(f"{beginning}{one}".encode() for one in COUNTED)
    found = plain._cache.get_client(None, write=True).scan_iter(f"{beginning}*", count=1000)
    return (name for name in found if not name.startswith(counted))


class RedisCache(PlainRedisCache):
    """Django's cache in Redis, which does not fail with it."""

    def __init__(self, server: str | list[str], params: dict[str, Any]):
        params = {**params, "OPTIONS": {**FOR_REQUESTS, **params.get("OPTIONS", {})}}
        super().__init__(server, params)
        self._class = OneClient
        name = tuple(self._servers)
        in_memory = {**params, "OPTIONS": {"MAX_ENTRIES": LOCAL_ENTRIES}}
        self.local = LocMemCache(f"instead of {', '.join(name)}", in_memory)
        with _links_lock:
            if name not in _links:
                _links[name] = Link(name, params, self.local)
        self.link = _links[name]

    def in_redis(self, call: Callable[[Any], Any], *, is_repeatable: bool = False) -> Any:
        """Return what ``call`` makes of a client of Redis. Raises RedisAway."""
        client = partial(self._cache.get_client, None, write=True)
        return self.link.run(lambda: call(client()), is_repeatable=is_repeatable)

    def _ask(self, call: Callable[..., Any], *args: Any) -> Any:
        """Return what ``call`` returns, which may be asked twice. Raises RedisAway."""
        return self.link.run(partial(call, *args), is_repeatable=True)

    # Reads --------------------------------------------------------------------------------------

    def get(self, key, default=None, version=None):
        try:
            return self._ask(super().get, key, default, version)
        except RedisAway:
            return default if _is_shared(key) else self.local.get(key, default, version)

    def get_many(self, keys, version=None):
        keys = list(keys)
        try:
            return self._ask(super().get_many, keys, version)
        except RedisAway:
            return self.local.get_many([key for key in keys if not _is_shared(key)], version)

    def has_key(self, key, version=None):
        try:
            return self._ask(super().has_key, key, version)
        except RedisAway:
            return not _is_shared(key) and self.local.has_key(key, version)

    # Writes -------------------------------------------------------------------------------------

    def _write(self, ask, instead, keys, version, *, mark=None):
        for _time in range(2):
            try:
                return self.link.run(ask, is_repeatable=mark is None)
            except RedisAway:
                names = [self.make_and_validate_key(key, version=version) for key in keys]
                if self.link.note(names, mark=mark):
                    break
        return instead()

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        seconds = self.get_backend_timeout(timeout)
        end = time.time() + (seconds if seconds is not None else 24 * 3600)

        def add_here():
            return _is_shared(key) or self.local.add(key, value, timeout, version)

        ask = partial(super().add, key, value, timeout, version)
        try:
            return self.link.run(ask)
        except RedisAway:
            # Only what was not there yet is a mark of ours.
            if not _is_shared(key) and self.local.has_key(key, version):
                return False
        return self._write(ask, add_here, [key], version, mark=(key, version, end))

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        def set_here():
            if not _is_shared(key):
                self.local.set(key, value, timeout, version)

        self._write(partial(super().set, key, value, timeout, version), set_here, [key], version)

    def set_many(self, data, timeout=DEFAULT_TIMEOUT, version=None):
        if not data:
            return []

        def set_here():
            kept = {key: value for key, value in data.items() if not _is_shared(key)}
            return self.local.set_many(kept, timeout, version)

        ask = partial(super().set_many, data, timeout, version)
        return self._write(ask, set_here, list(data), version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        try:
            return self._ask(super().touch, key, timeout, version)
        except RedisAway:
            return self.local.touch(key, timeout, version)

    def delete(self, key, version=None):
        instead = partial(self.local.delete, key, version)
        return self._write(partial(super().delete, key, version), instead, [key], version)

    def delete_many(self, keys, version=None):
        keys = list(keys)
        instead = partial(self.local.delete_many, keys, version)
        self._write(partial(super().delete_many, keys, version), instead, keys, version)

    def incr(self, key, delta=1, version=None):
        try:
            return self.link.run(partial(super().incr, key, delta, version))
        except RedisAway:
            return self.local.incr(key, delta, version)

    def clear(self):
        self.local.clear()
        try:
            return self._ask(super().clear)
        except RedisAway:
            return True
