"""Workers that are killed, that meet at one thing, and that come late: the newest text is indexed."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from blog import actions as blog_actions
from blog.models import Post
from blog.tests.factories import make_note
from search import actions
from search.models import DocumentA, Waiting
from tools.processes import start, stop

POSTS = int(os.environ.get("MADANG_KILLED_EDITS", "60"))
SECONDS = 60 + POSTS
"""Generous: what is measured is not the speed of a busy machine."""
WORK = """
import django
django.setup()
from search.actions import drain_outbox
print("ready", flush=True)
while True:
    drain_outbox(limit=10)
    if not input():
        break
"""


def database_url() -> str:
    """Return the address of the database that this test uses."""
    now = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{now['NAME']}"
    password = f":{now['PASSWORD']}" if now["PASSWORD"] else ""
    return f"postgres://{now['USER']}{password}@{now['HOST']}:{now['PORT']}/{now['NAME']}"


@pytest.fixture
def start_worker():
    """Return a function that starts a process which drains once for each line that it is given."""
    started = []

    def begin() -> subprocess.Popen:
        worker = start(
            [sys.executable, "-c", WORK],
            env=os.environ
            | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings.test"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(worker)
        assert worker.stdout.readline() == "ready\n"
        return worker

    yield begin
    for worker in started:
        for pipe in (worker.stdin, worker.stdout):
            pipe.close()
        stop(worker, sign=signal.SIGKILL)


def end(worker: subprocess.Popen) -> None:
    """Let a worker finish what it does, drain once more, and go."""
    worker.stdin.write("again\n\n")
    worker.stdin.flush()
    assert worker.wait(SECONDS) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.behaviour("SE-17")
def test_nothing_is_lost_when_a_worker_is_killed_and_two_others_take_over(minah, start_worker):
    posts = [make_note(minah, f"{number}번째 자전거 여행") for number in range(POSTS)]
    killed = start_worker()
    # Without a pause: the worker needs less than a tick for the rest.
    end_at = time.monotonic() + SECONDS
    while DocumentA.objects.filter(kind="post").count() < POSTS // 3:
        assert time.monotonic() < end_at
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    left = Waiting.objects.count()
    assert 0 < left < POSTS + 5, "it was in the middle"

    # The embedded worker does this when it starts; others wait a minute.
    actions.release_claims()
    workers = [start_worker(), start_worker()]
    for number, post in enumerate(posts):
        blog_actions.change_note(post, actor=minah, source=f"{number}번째 고양이와 산책")
        if number % 3 == 0:
            blog_actions.delete_post(post, actor=minah)
        if number % 5 == 0:
            Post.objects.filter(pk=post.pk, status="published").update(visibility="private")
    for worker in workers:
        end(worker)
    actions.release_claims()
    actions.drain_outbox()
    assert not Waiting.objects.exists()
    assert not list(actions.check_index(is_deep=True))
    entries = DocumentA.objects.filter(kind="post")
    assert entries.count() == POSTS - len(range(0, POSTS, 3))
    assert not entries.filter(body_tokens__contains="자전거").exists()
