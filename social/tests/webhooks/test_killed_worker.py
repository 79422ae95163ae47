"""A worker that is killed while it sends loses nothing: the message comes again under its id."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from social.tests.webhooks.receiver import Answer

pytestmark = pytest.mark.one_engine

ROOT = Path(__file__).parents[3]
SET_UP = """
import django, sys
django.setup()
from accounts.tests.factories import make_person
from social import actions
minah = make_person("minah", "미나")
webhook = actions.create_webhook(actor=minah, url=sys.argv[1], events=["post.published"])
actions.tell_webhooks(minah, "post.published", lambda: {"post": {"id": 7}}, actor=minah)
"""
DELIVER = """
import django, sys
django.setup()
from datetime import timedelta
import time_machine
from django.utils import timezone
from social import actions, webhooks
from social.models import WebhookDelivery
webhooks.SECONDS = 30
later = timezone.now() + timedelta(seconds=int(sys.argv[1]))
with time_machine.travel(later, tick=True):
    print(actions.deliver_due_webhooks(), WebhookDelivery.objects.get().state)
"""


@pytest.fixture
def run(empty_database, tmp_path):
    database = tmp_path / "site.sqlite3"
    shutil.copy(empty_database, database)
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"} | {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    started = []

    def start(code: str, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-c", code, *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_killed_worker_loses_no_message(run, receiver):
    # What was told at once is refused, so that it waits for a retry of its own.
    receiver.answers = [Answer(500)]
    assert run(SET_UP, receiver.url).wait(timeout=60) == 0
    assert len(receiver.requests) == 1
    receiver.has_request.clear()
    receiver.answers = [Answer(waits=20), Answer()]
    worker = run(DELIVER, "10")
    assert receiver.has_request.wait(timeout=60)
    worker.send_signal(signal.SIGKILL)
    worker.wait(timeout=10)
    # While the lease of the dead one lasts nobody else sends it; after that somebody does.
    early = run(DELIVER, "60")
    assert early.communicate(timeout=60)[0].split() == ["0", "pending"]
    late = run(DELIVER, "200")
    assert late.communicate(timeout=60)[0].split() == ["1", "delivered"]
    assert len({one.id for one in receiver.requests}) == 1 and len(receiver.requests) == 3
