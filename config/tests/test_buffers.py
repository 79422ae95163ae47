"""Counts gathered beside the request: none lost, none doubled, whoever flushes when."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache

from config import buffers

WORKERS = 8
TIMES = 200
NAME = "test:views"


@pytest.fixture(params=["memory", "redis"])
def store(request, settings):
    """Both places for counts; the Redis of the run if there is one, else one inside this process."""
    if request.param == "redis" and not settings.REDIS_URL:
        fakeredis = pytest.importorskip("fakeredis")
        settings.CACHES = {
            "default": {
                "BACKEND": "config.redis_cache.RedisCache",
                "LOCATION": "redis://127.0.0.1:6390/0",
                "OPTIONS": {"connection_class": fakeredis.FakeRedisConnection},
            }
        }
        settings.REDIS_URL = "redis://127.0.0.1:6390/0"
    elif request.param == "memory":
        settings.REDIS_URL = ""
    buffers.drain(NAME)
    yield request.param
    buffers.drain(NAME)


def test_counts_add_up_and_are_drained_once(store):
    buffers.add(NAME, "1")
    buffers.add(NAME, "1", 4)
    buffers.add(NAME, "한글")
    assert buffers.drain(NAME) == {"1": 5, "한글": 1}
    assert buffers.drain(NAME) == {}


def test_the_last_value_put_wins(store):
    buffers.put(NAME, "7", 100)
    buffers.put(NAME, "7", 90)
    assert buffers.drain(NAME) == {"7": 90}


def test_buffers_are_apart(store):
    buffers.add(NAME, "1")
    assert buffers.drain("test:other") == {}
    assert buffers.drain(NAME) == {"1": 1}


def test_no_count_is_lost_while_others_drain(store):
    drained: list[dict[str, int]] = []
    is_over = threading.Event()

    def gather(worker: int) -> None:
        for _time in range(TIMES):
            buffers.add(NAME, str(worker % 2))

    def empty() -> None:
        while not is_over.is_set():
            drained.append(buffers.drain(NAME))

    with ThreadPoolExecutor(WORKERS + 2) as pool:
        emptying = [pool.submit(empty) for _ in range(2)]
        gathering = [pool.submit(gather, worker) for worker in range(WORKERS)]
        for future in gathering:
            future.result()
        is_over.set()
        for future in emptying:
            future.result()
    drained.append(buffers.drain(NAME))
    for key in ("0", "1"):
        assert sum(counts.get(key, 0) for counts in drained) == WORKERS * TIMES // 2


def test_one_failing_flusher_does_not_stop_the_others(caplog):
    flushed = []

    def fail():
        raise OSError("the disk is full")

    buffers.register_flusher("test:failing", fail)
    buffers.register_flusher("test:working", lambda: flushed.append(True))
    held = dict(buffers._flushers)
    try:
        buffers._flushers.clear()
        buffers._flushers.update({name: held[name] for name in ("test:failing", "test:working")})
        buffers.flush_all()
    finally:
        buffers._flushers.clear()
        buffers._flushers.update(
            {name: flush for name, flush in held.items() if not name.startswith("test:")}
        )
    assert flushed == [True]
    assert "test:failing" in caplog.text


def test_counts_survive_an_emptied_cache_of_this_process(settings):
    """The in-process counts are no cache entries: clearing the cache keeps them."""
    settings.REDIS_URL = ""
    buffers.add(NAME, "1")
    cache.clear()
    assert buffers.drain(NAME) == {"1": 1}
