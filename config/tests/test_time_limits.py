"""The watch over tasks in threads."""

import threading
import time

import pytest

from config import time_limits
from config.celery import app


@pytest.fixture
def watched(monkeypatch):
    monkeypatch.setattr(time_limits, "_is_watched", True)
    monkeypatch.setattr(time_limits, "_running", {})
    return time_limits._running


@pytest.mark.behaviour("OP-15")
def test_of_two_runs_of_one_message_the_first_to_end_leaves_the_other_watched(watched):
    task = app.tasks["config.send_promised"]
    time_limits.note_begin(task_id="same", task=task)

    def other() -> None:
        time_limits.note_begin(task_id="same", task=task)
        time_limits.note_end(task_id="same")

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert [one.thread for one in watched.values()] == [threading.get_ident()]
    time_limits.look(time.monotonic())
    time_limits.note_end(task_id="same")
    assert not watched
