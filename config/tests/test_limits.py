"""How often somebody may do something."""

import pytest
import time_machine

from config import limits
from config.exceptions import TooManyRequests
from config.limits import consume

NOON = 1_795_230_000  # 2026-11-21 03:00 UTC, the beginning of a minute


@pytest.fixture(autouse=True)
def windows_of_the_clock(monkeypatch):
    """Let windows begin where they do on a site."""
    monkeypatch.setattr(limits, "EPOCH", 0)


def test_the_limit_is_allowed_and_the_next_is_refused():
    with time_machine.travel(NOON + 10, tick=False):
        for _attempt in range(3):
            consume("like", 7, limit=3, seconds=60)
        with pytest.raises(TooManyRequests) as refused:
            consume("like", 7, limit=3, seconds=60)
    assert refused.value.retry_after == 50
    assert refused.value.status == 429


def test_people_and_actions_are_counted_apart():
    consume("like", 7, limit=1, seconds=60)
    consume("like", 8, limit=1, seconds=60)
    consume("follow", 7, limit=1, seconds=60)


def test_a_new_window_begins_anew():
    with time_machine.travel(NOON + 59, tick=False):
        consume("like", 7, limit=1, seconds=60)
        with pytest.raises(TooManyRequests):
            consume("like", 7, limit=1, seconds=60)
    with time_machine.travel(NOON + 60, tick=False):
        consume("like", 7, limit=1, seconds=60)


def test_a_limit_of_nothing_refuses_the_first():
    with pytest.raises(TooManyRequests):
        consume("like", 7, limit=0, seconds=60)
