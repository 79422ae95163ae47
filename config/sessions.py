"""Sessions in the database, with Redis in front of it for a few minutes.

The row decides. A copy lives in the cache for COPY_SECONDS at most, so that a session that was ended
while Redis could not be told of it is over then, whatever happens; the process that ended it tells
Redis as soon as it is back (config.redis_cache). While Redis is away the rows are read.

Ending a session leaves a mark beside its copy. Who read the row a moment before may still make a
copy, and keep it from being deleted with the others: where the mark is, no copy counts.
"""

from collections.abc import Iterable

from django.contrib.sessions.backends.cached_db import KEY_PREFIX as KEY_PREFIX
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore
from django.contrib.sessions.backends.db import SessionStore as RowStore

COPY_SECONDS = 300
ENDED_SECONDS = 2 * COPY_SECONDS
"""A copy that is made COPY_SECONDS after the end is over before the mark is."""

ENDED_PREFIX = "session-ended:"


class SessionStore(CachedStore):
    """The sessions of ``cached_db``, whose copies soon end."""

    def load(self) -> dict:
        """Return what the session holds, from its copy or its row."""
        ended = ENDED_PREFIX + self._get_or_create_session_key()
        found = self._cache.get_many([self.cache_key, ended])
        if self.cache_key in found and ended not in found:
            return found[self.cache_key]
        row = self._get_session_from_db()
        if row is None:
            return {}
        data = self.decode(row.session_data)
        if ended not in found:
            self._keep(data, self.get_expiry_age(expiry=row.expire_date))
        return data

    def save(self, must_create: bool = False) -> None:
        """Store the session in its row, then its copy. Raises UpdateError, CreateError."""
        RowStore.save(self, must_create)
        self._keep(self._session, self.get_expiry_age())

    def delete(self, session_key: str | None = None) -> None:
        """End a session, this one if none is named: its row and its copy."""
        RowStore.delete(self, session_key)
        if key := session_key or self.session_key:
            self.end_copies([key])

    def end_copies(self, session_keys: Iterable[str]) -> None:
        """Let no copy of these sessions count any more, not even one that is made later."""
        session_keys = list(session_keys)
        for key in session_keys:
            self._cache.add(ENDED_PREFIX + key, 1, ENDED_SECONDS)
        self._cache.delete_many([self.cache_key_prefix + key for key in session_keys])

    def _keep(self, data: dict, seconds: int) -> None:
        self._cache.set(self.cache_key, data, min(seconds, COPY_SECONDS))
