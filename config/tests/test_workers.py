"""Workers in real processes: killed, stopped, hanging, without their broker; no work is lost."""

import os
import re
import shutil
import signal
import time

import pytest

from config.tests.own_site import OwnRedis, OwnSite
from tools.processes import stop, wait_until

pytestmark = pytest.mark.one_engine

TASKS = 16
SEND = "from config.tests import trial_tasks\n"


@pytest.fixture
def redis(tmp_path):
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server here")
    one = OwnRedis(program, tmp_path)
    yield one
    one.end()


@pytest.fixture(params=["files", "redis"])
def site(request, tmp_path, empty_database):
    extra = {}
    if request.param == "redis":
        extra["REDIS_URL"] = request.getfixturevalue("redis").url
    one = OwnSite(tmp_path, empty_database, **extra)
    yield one
    one.end()


@pytest.fixture
def site_on_files(tmp_path, empty_database):
    one = OwnSite(tmp_path, empty_database)
    yield one
    one.end()


def send(site, count=TASKS, seconds=0.2):
    site.run(f"{SEND}for n in range({count}): trial_tasks.trial.apply_async((n, {seconds}))")


def finished(site):
    return sorted(int(line.split()[1]) for line in site.marks() if line.startswith("done"))


@pytest.mark.behaviour("OP-15")
def test_a_worker_that_is_killed_under_load_loses_nothing(site):
    send(site)
    first = site.worker()
    site.wait_for(lambda: len(finished(site)) >= 3, "The first worker did nothing.")
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert len(set(finished(site))) < TASKS
    site.worker(log="second.log")
    site.wait_for(lambda: set(finished(site)) == set(range(TASKS)), "Something was lost.")


@pytest.mark.behaviour("OP-13")
def test_a_worker_that_is_stopped_ends_its_tasks_and_leaves_the_others(site):
    send(site, count=8, seconds=1.0)
    first = site.worker()
    site.wait_for(lambda: "begun 1" in site.marks(), "The worker did nothing.")
    first.send_signal(signal.SIGTERM)
    assert first.wait(40) == 0
    begun = [line for line in site.marks() if line.startswith("begun")]
    assert len(begun) == len(finished(site)) < 8  # what was begun was ended
    site.worker(log="second.log")
    site.wait_for(lambda: len(finished(site)) >= 8, "Something was lost.")
    assert finished(site) == list(range(8)), "; ".join(site.marks())  # nothing was done twice


@pytest.mark.behaviour("OP-14")
def test_several_workers_share_the_work(site):
    workers = [site.worker(log=f"{number}.log") for number in (1, 2)]
    site.wait_for(lambda: len(site.rows("SELECT 1 FROM config_heartbeat")) == 2, "No heartbeats.")
    send(site, count=12, seconds=0.6)
    began = time.monotonic()
    site.wait_for(lambda: len(finished(site)) >= 12, "Not all was done.")
    assert finished(site) == list(range(12))
    assert time.monotonic() - began < 6 * 0.6 + 6
    for worker in workers:
        stop(worker)
    assert site.rows("SELECT name FROM config_heartbeat") == []


@pytest.mark.behaviour("OP-14")
def test_a_worker_takes_its_own_queues_alone(site_on_files):
    site = site_on_files
    site.worker(log="mail.log", WORKER_QUEUES="mail,index", WORKER_CONCURRENCY="3")
    heartbeat = "SELECT detail FROM config_heartbeat WHERE kind = 'worker'"
    site.wait_for(lambda: site.rows(heartbeat), "No heartbeat.")
    assert re.sub(r"\s", "", site.rows(heartbeat)[0][0]) == (
        '{"queues":["index","mail"],"concurrency":3}'
    )
    send(site, count=1, seconds=0)
    site.run(f"{SEND}trial_tasks.trial.apply_async((7, 0), queue='mail')")
    site.wait_for(lambda: finished(site) == [7], "What it should take was not done.")
    time.sleep(2)
    assert finished(site) == [7]
    site.worker(log="all.log")
    site.wait_for(lambda: finished(site) == [0, 7], "A worker without a word takes all.")


@pytest.mark.behaviour("OP-15")
def test_a_task_that_takes_too_long_is_told_and_its_thread_is_free_again(site_on_files):
    site = site_on_files
    site.run(f"{SEND}trial_tasks.trial_busy.apply_async()")
    site.worker(WORKER_CONCURRENCY="1")
    site.wait_for(lambda: "told" in site.marks(), "Nobody told it.", seconds=30)
    send(site, count=1, seconds=0)
    site.wait_for(lambda: finished(site) == [0], "The thread was not free again.")
    assert site.marks().count("busy") == 1
    assert "task_too_long" in site.said()
    assert "Signal handler" not in site.said()  # none of ours failed


@pytest.mark.behaviour("OP-15")
def test_a_worker_with_a_task_that_hangs_leaves_and_the_next_one_does_the_rest(site_on_files):
    site = site_on_files
    worker = site.worker(WORKER_CONCURRENCY="1")
    site.run(f"{SEND}trial_tasks.trial_deaf.apply_async()")
    site.wait_for(lambda: "deaf" in site.marks(), "It was not begun.")
    send(site, count=2, seconds=0)
    assert wait_until(lambda: worker.poll() is not None, seconds=50), site.said()
    assert "task_hangs" in site.said()
    assert "trial_deaf" in site.said()
    site.worker(log="second.log")
    site.wait_for(lambda: finished(site) == [0, 1], "Something was lost.")
    assert site.marks().count("deaf") == 1  # it does not hang up the next worker


@pytest.mark.behaviour("OP-17")
def test_without_its_broker_a_worker_waits_and_goes_on_by_itself(tmp_path, empty_database, redis):
    site = OwnSite(tmp_path, empty_database, REDIS_URL=redis.url)
    try:
        worker = site.worker()
        send(site, count=1, seconds=0)
        site.wait_for(lambda: finished(site) == [0], "It did nothing.")
        redis.end()
        told = site.run(
            f"{SEND}import time\nbegan = time.monotonic()\n"
            "try: trial_tasks.trial.apply_async((1,))\n"
            "except Exception as error: print('told', type(error).__name__)\n"
            "print('told', time.monotonic() - began)\n"
            "trial_tasks.trial.delay_on_commit(1)\n"
            "print('told', time.monotonic() - began)"
        )
        words = [line.split()[1] for line in told.splitlines() if line.startswith("told ")]
        assert words[0] == "OperationalError"
        # Not the minutes for which kombu tries by itself; the machine may be busy.
        assert float(words[2]) < 10
        time.sleep(5)
        assert worker.poll() is None
        redis.begin()
        send(site, count=3, seconds=0)
        site.wait_for(lambda: finished(site) == [0, 0, 1, 2], "It did not come back.")
        assert worker.poll() is None
        assert "Error on restarting" not in site.said()
        assert "mingle" not in site.said()
    finally:
        site.end()


@pytest.mark.behaviour("OP-15")
def test_what_waited_when_the_site_was_upgraded_is_done(site):
    site.run(f"{SEND}trial_tasks.trial.apply_async((1, 0), queue='celery')")
    expected = [1]
    if "REDIS_URL" not in site.environment:
        # A worker of before was killed in the moment in which it took this one.
        site.run(f"{SEND}trial_tasks.trial.apply_async((2, 0), queue='celery')")
        messages, done = site.folder / "queue" / "messages", site.folder / "queue" / "done"
        done.mkdir()
        taken = sorted(messages.glob("*.celery.msg"))[-1]
        taken.rename(done / taken.name)
        expected = [1, 2]
    site.worker()
    site.wait_for(lambda: finished(site) == expected, "Something was lost.")
