"""The client that talks to Redis for the cache."""

from typing import Any

from django.core.cache.backends.redis import RedisCacheClient
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_SECONDS = 0.25
ANSWER_SECONDS = 0.5
FOR_REQUESTS = {
    "socket_connect_timeout": CONNECT_SECONDS,
    "socket_timeout": ANSWER_SECONDS,
    # Trying again by itself, redis-py would let a request wait for seconds.
    "retry": Retry(NoBackoff(), 0),
}


class OneClient(RedisCacheClient):
    """Django makes a client for each command, which takes longer than the command itself."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._clients: dict[Any, Any] = {}

    def get_client(self, key: str | None = None, *, write: bool = False) -> Any:
        """Return the client of this thread for whichever server is chosen."""
        pool = self._get_connection_pool(write)
        if pool not in self._clients:
            self._clients[pool] = self._client(connection_pool=pool)
        return self._clients[pool]
