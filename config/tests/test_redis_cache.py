"""Redis goes away and comes back: nothing fails, nothing waits, nothing stale wins (OP-17)."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import OutOfMemoryError, ResponseError

from config import buffers, limits, redis_cache, redis_client
from config.exceptions import TooManyRequests
from config.sessions import COPY_SECONDS, SessionStore
from config.tests.redis_server import needs_redis

pytestmark = [pytest.mark.behaviour("OP-17"), needs_redis]
NAME = "test:away"
ONE_WAIT = redis_client.CONNECT_SECONDS + redis_client.ANSWER_SECONDS


def other_process():
    """Return the cache as a process sees it that never lost Redis."""
    from django.core.cache import caches

    link = cache.link
    other = redis_cache.PlainRedisCache(link._servers, {"KEY_PREFIX": "madang"})
    assert other is not caches["default"]
    return other


def cut(redis) -> None:
    """Break the network, and let this process notice it by a read.

    What is written at that very moment may have arrived although nobody said so.
    """
    redis.cut()
    cache.get("anything")
    assert redis_cache.state().is_away


def come_back(redis) -> None:
    redis.start()
    assert cache.link.probe()


def test_calls_are_answered_from_memory_while_redis_is_away(redis):
    cache.set("일", 1)
    redis.stop()
    assert cache.get("일") is None
    cache.set("이", "둘")
    assert cache.get("이") == "둘"
    assert cache.get_many(["일", "이"]) == {"이": "둘"}
    assert cache.add("이", 3) is False
    assert cache.incr("셋") if cache.add("셋", 1) else 0
    assert cache.get("셋") == 2
    assert cache.touch("이", 10)
    assert "이" in cache
    assert cache.delete("이")
    cache.set_many({"a": 1, "b": 2})
    cache.delete_many(["a"])
    assert cache.get_or_set("c", lambda: 3) == 3
    assert cache.get_many(["a", "b"]) == {"b": 2}
    with pytest.raises(ValueError, match="not found"):
        cache.incr("nothing")


def test_only_the_first_call_waits_and_nobody_waits_for_a_silent_server(redis):
    cache.get("warm")
    redis.cut()
    began = time.monotonic()
    cache.get("a")
    first = time.monotonic() - began
    began = time.monotonic()
    for number in range(200):
        cache.set(f"key-{number}", number)
    rest = time.monotonic() - began
    redis.mend()
    assert first < ONE_WAIT + 0.2
    assert rest < 0.5


def test_going_and_coming_back_are_logged_once_each(redis, caplog):
    caplog.set_level("INFO", "config.redis_cache")
    redis.stop()
    for number in range(20):
        cache.get(f"key-{number}")
    assert not cache.link.probe()
    come_back(redis)
    cache.get("a")
    assert [record.message for record in caplog.records] == ["redis_away", "redis_back"]


def test_its_state_can_be_asked(redis, settings):
    assert redis_cache.look() == redis_cache.State(is_used=True)
    redis.stop()
    assert redis_cache.state().is_away is False, "nobody has asked yet"
    away = redis_cache.look()
    assert away.is_away
    assert "Error" in away.error
    assert away == redis_cache.state()
    assert (timezone.now() - away.since).total_seconds() < 60
    come_back(redis)
    assert redis_cache.state() == redis_cache.State(is_used=True)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert redis_cache.look() == redis_cache.State()


def test_calls_return_to_redis_by_themselves(redis, monkeypatch):
    monkeypatch.setattr(redis_cache, "PAUSE_SECONDS", 0.05)
    redis.stop()
    cache.get("a")
    redis.start()
    deadline = time.monotonic() + 10
    while redis_cache.state().is_away and time.monotonic() < deadline:
        time.sleep(0.02)
    cache.set("a", 1)
    assert other_process().get("a") == 1


def test_a_server_that_began_anew_is_not_taken_for_one_that_is_away(redis):
    cache.set("a", 1)
    redis.stop()
    redis.start()
    assert cache.get("a") is None
    assert redis_cache.state().is_away is False


def test_nothing_stale_wins_when_redis_is_back(redis):
    cache.set("settings", "old", 300)
    cache.set("counted", 7, 300)
    cut(redis)
    cache.set("settings", "made here", 300)
    cache.set("here-alone", 1, 300)
    redis.mend()
    other = other_process()
    assert other.get("settings") == "old"
    assert cache.link.probe()
    assert cache.get("settings") is None, "neither the old one nor that of one process"
    assert cache.get("here-alone") is None
    assert cache.get("counted") == 7


def test_what_was_deleted_meanwhile_is_deleted_in_redis(redis):
    cache.set_many({"a": 1, "b": 2, "c": 3}, 300)
    cut(redis)
    cache.delete("a")
    cache.delete_many(["b"])
    redis.mend()
    assert cache.link.probe()
    assert cache.get_many(["a", "b", "c"]) == {"c": 3}


def test_what_counts_once_is_not_taken_again_after_redis_is_back(redis):
    redis.stop()
    assert cache.add("challenge", 1, 300)
    assert not cache.add("challenge", 1, 300)
    come_back(redis)
    assert not cache.add("challenge", 1, 300)
    assert not other_process().add("challenge", 1, 300)


def test_what_was_counted_once_before_is_not_taken_back(redis):
    assert cache.add("challenge", 1, 300)
    cut(redis)
    # Redis alone knew of it: each process takes it once more, and no longer.
    assert cache.add("challenge", 1, 300)
    assert not cache.add("challenge", 1, 300)
    redis.mend()
    assert cache.link.probe()
    assert not cache.add("challenge", 1, 300)


def test_limits_go_on_in_each_process(redis):
    redis.stop()
    for _time in range(3):
        limits.consume("test", "minah", limit=3, seconds=3600)
    with pytest.raises(TooManyRequests):
        limits.consume("test", "minah", limit=3, seconds=3600)
    come_back(redis)
    with pytest.raises(TooManyRequests):
        limits.consume("test", "minah", limit=3, seconds=3600)


def test_a_thousand_calls_at_once_find_out_together(redis):
    cache.get("warm")
    redis.cut()

    def ask(number: int) -> float:
        began = time.monotonic()
        cache.set(f"key-{number}", number)
        return time.monotonic() - began

    with ThreadPoolExecutor(8) as pool:
        longest = max(pool.map(ask, range(1000)))
    redis.mend()
    assert longest < ONE_WAIT + 0.5


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), True),
        (ResponseError("MISCONF Redis is configured to save RDB snapshots"), True),
        (ResponseError("WRONGTYPE Operation against a key holding the wrong kind"), False),
        (ResponseError("value is not an integer or out of range"), False),
        (OSError("unreachable"), True),
        (ValueError("Key not found."), False),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_mistake_of_ours_is_not_taken_for_an_outage(error, is_away):
    assert redis_cache.is_refusal(error) is is_away


def test_a_redis_that_refuses_to_store_is_away(redis):
    other_process()._cache.get_client(None).config_set("maxmemory", "1")
    cache.set("a", 1, 300)
    assert redis_cache.state().is_away
    assert not cache.link.probe()
    assert cache.get("a") == 1


# Counts beside the request ----------------------------------------------------------------------


def test_counts_wait_in_memory_and_go_to_redis_later(redis):
    buffers.add(NAME, "1", 2)
    buffers.put(NAME, "seen", 100)
    cut(redis)
    buffers.add(NAME, "1", 3)
    buffers.add(NAME, "한글")
    buffers.put(NAME, "seen", 200)
    assert buffers.bring() is False
    redis.mend()
    assert cache.link.probe()
    assert buffers.bring() is True
    raw = cache.in_redis(lambda client: client.hgetall(f"madang:buffer:{NAME}"))
    assert {key.decode(): int(value) for key, value in raw.items()} == {
        "1": 5,
        "한글": 1,
        "seen": 200,
    }
    assert buffers.drain(NAME) == {"1": 5, "한글": 1, "seen": 200}
    assert buffers.drain(NAME) == {}


def test_what_is_put_while_it_is_brought_in_vain_is_newer(redis):
    redis.stop()
    buffers.put(NAME, "seen", 100)
    buffers.add(NAME, "1")
    assert not buffers.bring()
    buffers.put(NAME, "seen", 200)
    buffers.add(NAME, "1")
    assert buffers.drain(NAME) == {"seen": 200, "1": 2}


def test_a_process_that_ends_without_redis_leaves_its_counts_in_the_rows(redis):
    redis.stop()
    flushed = {}
    held = dict(buffers._flushers)
    buffers._flushers.clear()
    buffers.register_flusher(NAME, lambda: flushed.update(buffers.drain(NAME)))
    try:
        buffers.add(NAME, "1", 4)
        buffers.flush_at_exit()
    finally:
        buffers._flushers.clear()
        buffers._flushers.update(held)
    assert flushed == {"1": 4}


# Sessions ---------------------------------------------------------------------------------------


def new_session() -> str:
    session = SessionStore()
    session["who"] = "민아"
    session.save()
    return session.session_key


@pytest.mark.django_db
def test_a_session_works_without_redis(redis, django_assert_num_queries):
    key = new_session()
    redis.stop()
    assert SessionStore(key)["who"] == "민아"
    other = new_session()
    with django_assert_num_queries(1):
        assert SessionStore(other)["who"] == "민아"
    with django_assert_num_queries(1):
        assert SessionStore(other)["who"] == "민아", "rows are read, no copy of this process"


@pytest.mark.django_db
def test_a_copy_of_a_session_lives_for_five_minutes_at_most(redis):
    key = new_session()
    client = other_process()._cache.get_client(None)
    name = cache.make_key(SessionStore.cache_key_prefix + key)
    assert 0 < client.ttl(name) <= COPY_SECONDS
    cache.delete(SessionStore.cache_key_prefix + key)
    assert SessionStore(key)["who"] == "민아"
    assert 0 < client.ttl(name) <= COPY_SECONDS


@pytest.mark.django_db
def test_a_session_that_ended_without_redis_is_over_when_it_is_back(redis):
    key = new_session()
    assert SessionStore(key)["who"] == "민아"
    cut(redis)
    SessionStore(key).delete()
    assert "who" not in SessionStore(key)
    redis.mend()
    assert other_process().get(SessionStore.cache_key_prefix + key), "the copy is still there"
    assert cache.link.probe()
    assert "who" not in SessionStore(key)
    assert not Session.objects.filter(pk=key).exists()


@pytest.mark.django_db
def test_what_a_session_holds_is_never_older_than_its_row_after_an_outage(redis):
    key = new_session()
    cut(redis)
    session = SessionStore(key)
    session["who"] = "준호"
    session.save()
    redis.mend()
    assert cache.link.probe()
    assert SessionStore(key)["who"] == "준호"
