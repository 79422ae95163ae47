"""Any number of schedulers: each run is sent once, by whichever lives; what was missed, once."""

import os
import signal
import time
from datetime import timedelta

import pytest
from celery.beat import SchedulingError
from celery.schedules import crontab
from django.db import OperationalError
from django.utils import timezone

from config import heartbeats, scheduler
from config.celery import app
from config.models import Heartbeat, ScheduledRun
from config.tests.own_site import OwnSite
from tools.processes import wait_until

pytestmark = pytest.mark.one_engine

EVERY = timedelta(seconds=30)
PLAN = {
    "often": {"task": "config.send_promised", "schedule": EVERY},
    "nightly": {"task": "config.send_promised", "schedule": crontab(hour=18, minute=10)},
}


class Recorder(scheduler.Scheduler):
    """A scheduler that notes what it would send."""

    fails = False

    def setup_schedule(self):
        self.sent = []
        super().setup_schedule()
        self.schedule.clear()
        self.merge_inplace(PLAN)

    def apply_async(self, entry, **options):
        if self.fails:
            raise SchedulingError("no broker")
        self.sent.append(entry.name)


@pytest.fixture
def make_scheduler(db):
    return lambda: Recorder(app)


def age(**names: timedelta) -> None:
    """Let the last run of an entry lie back."""
    for name, by in names.items():
        ScheduledRun.objects.filter(name=name).update(ran_at=timezone.now() - by)


@pytest.mark.behaviour("OP-18")
def test_a_new_entry_waits_for_its_first_time(make_scheduler):
    one = make_scheduler()
    assert 0 < one.tick() <= scheduler.LONGEST_SLEEP
    assert one.sent == []
    assert set(ScheduledRun.objects.values_list("name", flat=True)) == {"often", "nightly"}


@pytest.mark.behaviour("OP-14", "OP-18")
def test_of_two_schedulers_each_run_is_sent_by_one(make_scheduler):
    one, other = make_scheduler(), make_scheduler()
    one.tick(), other.tick()
    for turn in range(6):
        age(often=EVERY)
        first, second = (one, other) if turn % 2 else (other, one)
        for beat in (first, second):
            beat._read()
        first.tick(), second.tick()
    assert len(one.sent) + len(other.sent) == 6
    assert one.sent
    assert other.sent


def test_two_that_found_the_same_entry_due_at_the_same_moment_send_it_once(make_scheduler):
    one, other = make_scheduler(), make_scheduler()
    one.tick(), other.tick()
    age(often=EVERY)
    one._read(), other._read()
    one._send(one.schedule["often"])
    other._send(other.schedule["often"])
    assert (one.sent, other.sent) == (["often"], [])


@pytest.mark.behaviour("OP-18")
def test_an_entry_whose_row_vanished_under_a_scheduler_is_sent_all_the_same(make_scheduler):
    one = make_scheduler()
    one.tick()
    ScheduledRun.objects.filter(name="often").delete()
    one.schedule["often"].last_run_at -= EVERY
    one._seen["often"] -= EVERY
    one.tick()
    one.tick()
    assert one.sent == ["often"]
    assert ScheduledRun.objects.filter(name="often").exists()


@pytest.mark.behaviour("OP-18")
def test_what_was_missed_for_days_is_done_once(make_scheduler):
    make_scheduler().tick()
    age(often=timedelta(days=3), nightly=timedelta(days=3))
    late = make_scheduler()
    for _turn in range(5):
        late.tick()
    assert sorted(late.sent) == ["nightly", "often"]


@pytest.mark.behaviour("OP-17")
def test_what_could_not_be_sent_is_sent_when_the_broker_is_back(make_scheduler):
    one = make_scheduler()
    one.tick()
    age(often=EVERY)
    one._read()
    one.fails = True
    assert one.tick() == scheduler.PAUSE_SECONDS
    assert one.tick() == scheduler.PAUSE_SECONDS
    one.fails = False
    one.tick()
    one.tick()
    assert one.sent == ["often"]


@pytest.mark.behaviour("OP-17")
def test_a_database_that_is_away_does_not_end_it(make_scheduler, monkeypatch):
    one = make_scheduler()

    def away(*args):
        raise OperationalError("connection refused")

    monkeypatch.setattr(heartbeats, "note_beat", away)
    assert one.tick() == scheduler.PAUSE_SECONDS
    monkeypatch.undo()
    assert one.tick() <= scheduler.LONGEST_SLEEP
    assert [beat.kind for beat in heartbeats.last_beats()] == ["beat"]


def test_a_clock_that_was_ahead_holds_nothing_up_for_longer_than_a_round(make_scheduler):
    one = make_scheduler()
    one.tick()
    age(often=-timedelta(hours=5))
    one._read()
    assert one.schedule["often"].last_run_at <= timezone.now()
    one.schedule["often"].last_run_at -= EVERY
    one._send(one.schedule["often"])
    assert one.sent == ["often"]


def test_one_that_ends_in_order_takes_its_heartbeat_along(make_scheduler):
    one = make_scheduler()
    one.tick()
    assert heartbeats.living("beat") == 1
    one.close()
    assert not Heartbeat.objects.exists()


# Who lives ----------------------------------------------------------------------------------------------


def test_a_heart_that_stopped_is_seen_until_it_is_forgotten(db):
    heartbeats.note_beat("worker", "worker@a:1", {"queues": ["mail"]})
    heartbeats.note_beat("worker", "worker@a:1", {"queues": ["mail", "index"]})
    heartbeats.note_beat("beat", "beat@a:2")
    [one] = heartbeats.last_beats("worker")
    assert one.detail == {"queues": ["mail", "index"]}
    assert heartbeats.living("worker") == 1
    now = timezone.now()
    assert heartbeats.living("worker", now + timedelta(seconds=61)) == 0
    assert heartbeats.forget_old(now + timedelta(days=6)) == 0
    assert heartbeats.forget_old(now + timedelta(days=8)) == 2


# In processes -------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path, empty_database):
    one = OwnSite(tmp_path, empty_database)
    yield one
    one.end()


def sent_webhooks(site) -> int:
    """Return how many messages of an entry of every 15 seconds wait."""
    messages = (site.folder / "queue" / "messages").glob("*.default.msg")
    return sum("social.deliver_webhooks" in path.read_text() for path in messages)


@pytest.mark.behaviour("OP-14", "OP-18")
def test_of_two_processes_that_are_run_the_one_left_takes_over(site):
    beats = [site.celery("beat", log=f"{number}.log") for number in (1, 2)]
    living = "SELECT name FROM config_heartbeat WHERE kind = 'beat'"
    site.wait_for(lambda: len(site.rows(living)) == 2, "They do not live.")
    site.wait_for(lambda: sent_webhooks(site) == 1, "Nothing was sent.")
    os.killpg(beats[0].pid, signal.SIGKILL)
    # 15 seconds to the next run, and no lease to wait for.
    assert wait_until(lambda: sent_webhooks(site) >= 2, seconds=30)
    times = site.rows("SELECT ran_at FROM config_scheduledrun WHERE name = 'deliver-webhooks'")
    assert len(times) == 1
    assert sent_webhooks(site) == 2  # never both
    beats[1].send_signal(signal.SIGTERM)
    assert beats[1].wait(20) == 0
    assert len(site.rows(living)) == 1  # that of the one that was killed


@pytest.mark.behaviour("OP-14")
def test_the_scheduler_of_a_worker_that_is_killed_does_not_live_on(site):
    worker = site.worker("--beat")
    living = "SELECT name FROM config_heartbeat WHERE kind = 'beat'"
    site.wait_for(lambda: site.rows(living), "It does not live.")
    [(name,)] = site.rows(living)
    assert int(name.rpartition(":")[2]) == worker.pid
    site.wait_for(lambda: site.rows("SELECT 1 FROM config_heartbeat WHERE kind = 'worker'"), "No.")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    at = "SELECT MAX(seen_at) FROM config_heartbeat"
    last = site.rows(at)
    time.sleep(heartbeats.EVERY_SECONDS + 2)
    assert site.rows(at) == last


@pytest.mark.behaviour("OP-13")
def test_a_worker_with_a_scheduler_ends_in_order_and_in_time(site):
    worker = site.worker("--beat")
    site.wait_for(lambda: len(site.rows("SELECT 1 FROM config_heartbeat")) == 2, "No heartbeats.")
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert time.monotonic() - began < 30
    assert site.rows("SELECT 1 FROM config_heartbeat") == []
