"""The named cast for these tests, and a Redis that can be taken away."""

import pytest

from accounts.tests.cast import *  # noqa: F403


@pytest.fixture
def redis(tmp_path, settings, monkeypatch):
    """A Redis that is the cache of this test, and that the test alone looks after."""
    from config import redis_cache
    from config.tests.redis_server import RedisServer, caches_at

    server = RedisServer(tmp_path)
    server.start()
    settings.REDIS_URL = server.url
    settings.CACHES = caches_at(server.url)
    settings.SESSION_ENGINE = "config.sessions"
    # Nobody probes but the test.
    monkeypatch.setattr(redis_cache, "PAUSE_SECONDS", 3600)
    yield server
    server.stop()
