"""Long work in real processes: queued, done, and a worker that is killed in the middle of it."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tools.processes import LOOPBACK, free_port, is_port_free, start, stop, wait_until

pytestmark = pytest.mark.one_engine

SECONDS = 60
PREPARE = """
from accounts.actions import create_member
create_member(handle="minah", email="minah@example.com", password=None)
"""
SILENT_FOR_LONG = """
from datetime import timedelta
from django.utils import timezone
from accounts import actions
from accounts.models import Job
Job.objects.update(seen_at=timezone.now() - timedelta(minutes=11))
print("failed:", actions.fail_stale_jobs())
"""


class Site:
    """A site of its own in a folder of its own: database, queue, worker."""

    def __init__(self, folder, tables, redis_url=""):
        self.folder = folder
        shutil.copy(tables, folder / "site.sqlite3")
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DEBUG", "REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
        }
        self.environment |= {
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
            "LANGUAGE_CODE": "en",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
        }
        if redis_url:
            self.environment["REDIS_URL"] = redis_url

    def command(self, *parts: str) -> list[str]:
        return [sys.executable, "manage.py", *parts]

    def run(self, *parts: str, given: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(*parts),
            env=self.environment,
            input=given,
            text=True,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )

    def count_jobs(self) -> int:
        with closing(sqlite3.connect(self.folder / "site.sqlite3")) as connection:
            return connection.execute("SELECT COUNT(*) FROM accounts_job").fetchone()[0]

    def start_worker(self) -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "--app", "config", "--quiet", "worker"]
        command += ["--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        with (self.folder / "worker.log").open("ab") as log:
            return start(command, env=self.environment, stdout=log, stderr=log)


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture(params=["embedded", "redis"])
def broker(request, folder):
    """Return the process of the broker and its address; none: a folder of files."""
    if request.param == "embedded":
        yield None, ""
        return
    if not (program := shutil.which("redis-server")):
        pytest.skip("no redis-server here")
    port = free_port()
    process = start(
        [program, "--port", str(port), "--bind", LOOPBACK, "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    assert wait_until(lambda: not is_port_free(LOOPBACK, port), seconds=10, process=process)
    yield process, f"redis://{LOOPBACK}:{port}/0"
    stop(process)


@pytest.mark.behaviour("OP-16", "OP-15", "OP-17", "AC-47", "AC-52", "AC-53")
def test_a_job_outlives_its_worker(folder, empty_database, broker):
    redis, url = broker
    site = Site(folder, empty_database, url)
    made = site.run("shell", "-v0", "-c", PREPARE)
    assert made.returncode == 0, made.stderr
    probe = ("probe_job", "--owner", "minah")
    log = folder / "probe.log"
    worker = site.start_worker()
    try:
        with log.open("w") as out:
            watching = start(site.command(*probe, "300"), env=site.environment, stdout=out)
        # Generous: what is measured is not the speed of a busy machine.
        assert wait_until(lambda: "running    1 of 300" in log.read_text(), seconds=SECONDS)
        assert log.read_text().splitlines()[0].endswith("of @minah is queued.")
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        if redis:
            told = site.run("shell", "-v0", "-c", SILENT_FOR_LONG)
            assert "failed: 1" in told.stdout, told.stderr
        else:
            # The next worker tells, and a message that cannot be read does not end it.
            (folder / "queue" / "messages" / "0_broken.media.msg").touch()
            worker = site.start_worker()
        assert watching.wait(SECONDS) == 1
        assert "failed     The worker that did this stopped." in log.read_text()
    except BaseException:
        stop(worker)
        raise

    if redis:
        worker = site.start_worker()
    try:
        again = site.run(*probe, "1")
        assert again.returncode == 0, again.stderr
        lines = again.stdout.splitlines()
        assert "100 %  done       1 of 1 seconds" in lines
        assert lines[-1].startswith("Done in ")
    finally:
        stop(worker)

    before = site.count_jobs()
    if redis:
        stop(redis)
        refused = site.run(*probe, "1")
        assert "The background work cannot be reached." in refused.stderr
        assert site.count_jobs() == before
    else:
        refused = site.run(*probe, "1", "--patience", "1")
        assert "No worker took it within 1 s." in refused.stderr
    assert refused.returncode != 0
