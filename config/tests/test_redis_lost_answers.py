"""A line to Redis that breaks before the answer: nothing counts twice, nothing is lost (OP-17)."""

import time

import pytest
from django.core.cache import cache

from config import buffers, limits, redis_cache
from config.exceptions import TooManyRequests
from config.tests.redis_server import Line, caches_at, needs_redis
from config.tests.test_redis_cache import come_back, cut, other_process

pytestmark = [pytest.mark.behaviour("OP-17"), needs_redis]
NAME = "test:lost"


@pytest.fixture
def line(redis, settings):
    """A line between this process and Redis that loses answers, each with its connection."""
    line = Line(redis.port)
    with line.is_open() as address:
        settings.REDIS_URL = address
        settings.CACHES = caches_at(address)
        cache.get("warm")
        yield line


def of_redis(redis) -> redis_cache.PlainRedisCache:
    return redis_cache.PlainRedisCache([redis.url], {"KEY_PREFIX": "madang"})


def test_what_may_be_asked_twice_is_and_nobody_notices(redis, line):
    of_redis(redis).set("a", 1, 300)
    line.lose_answers("GET")
    assert cache.get("a") == 1
    line.lose_answers("SET")
    cache.set("b", 2, 300)
    assert cache.get("b") == 2
    assert not redis_cache.state().is_away


def test_what_counts_once_counts_for_who_was_first_although_nobody_told_them(redis, line):
    line.lose_answers("SET")
    assert cache.add("challenge", 1, 300) is True
    assert cache.add("challenge", 1, 300) is False
    assert cache.link.probe()
    assert cache.add("challenge", 1, 300) is False
    assert of_redis(redis).get("challenge") == 1


def test_one_use_is_not_counted_twice(redis, line):
    for _time in range(2):
        limits.consume("test", "minah", limit=9, seconds=3600)
    line.lose_answers("INCRBY")
    limits.consume("test", "minah", limit=9, seconds=3600)
    (key,) = of_redis(redis)._cache.get_client(None).keys("*limits:test:minah*")
    assert int(of_redis(redis)._cache.get_client(None).get(key)) == 3


@pytest.mark.parametrize("command", ["EXISTS", "RENAMENX", "DEL"])
def test_a_drain_whose_answer_is_lost_returns_all_of_it_once(redis, line, command):
    buffers.add(NAME, "1", 5)
    buffers.put(NAME, "한글", 100)
    line.lose_answers(command)
    assert buffers.drain(NAME) == {"1": 5, "한글": 100}
    assert buffers.drain(NAME) == {}
    assert not redis_cache.state().is_away


def test_what_a_drain_left_is_drained_the_next_time(redis, line, monkeypatch):
    buffers.add(NAME, "1", 5)
    buffers.put(NAME, "seen", 100)
    line.lose_answers("RENAMENX", times=2)
    assert buffers.drain(NAME) == {}
    assert cache.link.probe()
    buffers.add(NAME, "1", 2)
    buffers.put(NAME, "seen", 200)
    monkeypatch.setattr(buffers, "LEFT_SECONDS", -1)
    assert buffers.drain(NAME) == {"1": 5, "seen": 100}
    assert buffers.drain(NAME) == {"1": 2, "seen": 200}
    assert buffers.drain(NAME) == {}
    assert not of_redis(redis)._cache.get_client(None).keys("madang:buffer:*")


def test_what_was_drained_and_could_not_be_deleted_is_not_drained_again(redis, line, monkeypatch):
    buffers.add(NAME, "1", 5)
    line.lose_answers("DEL", times=2)
    assert buffers.drain(NAME) == {"1": 5}
    assert redis_cache.state().is_away
    assert cache.link.probe()
    monkeypatch.setattr(buffers, "LEFT_SECONDS", -1)
    assert buffers.drain(NAME) == {}


# More changes than one remembers -----------------------------------------------------------------


def test_when_nobody_knows_what_changed_no_copy_is_used_any_more(redis, monkeypatch, caplog):
    monkeypatch.setattr(redis_cache, "REPLAYED_AT_MOST", 3)
    keys = [f"copy-{number}" for number in range(8)]
    cache.set_many(dict.fromkeys(keys, "old"), 300)
    limits.consume("test", "minah", limit=1, seconds=3600)
    cut(redis)
    cache.delete_many(keys[:6])
    redis.mend()
    assert cache.link.probe()
    assert cache.get_many(keys) == {}
    with pytest.raises(TooManyRequests):
        limits.consume("test", "minah", limit=1, seconds=3600)
    said = [record.message for record in caplog.records if "counted" in record.message]
    assert said == ["redis_changes_not_counted"]
    cache.set_many(dict.fromkeys(keys, "new"), 300)
    cut(redis)
    cache.delete(keys[0])
    redis.mend()
    assert cache.link.probe()
    assert set(cache.get_many(keys)) == set(keys[1:]), "the next outage counts anew"


def test_marks_that_ended_make_room_and_those_without_are_told_of(redis, monkeypatch, caplog):
    monkeypatch.setattr(redis_cache, "REPLAYED_AT_MOST", 2)
    redis.stop()
    cache.add("short", 1, 1)
    cache.add("long", 1, 300)
    time.sleep(1.1)
    cache.add("another", 1, 300)
    assert not caplog.records or "not_kept" not in caplog.text
    cache.add("too-many", 1, 300)
    assert "redis_marks_not_kept" in caplog.text
    come_back(redis)
    assert other_process().get_many(["long", "another"]) == {"long": 1, "another": 1}
