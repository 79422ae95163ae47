"""How long after its commit a post is in the index, with a real worker: python -m tools.bench_freshness.

On the embedded runner with SQLite, and with Redis and PostgreSQL where they are installed. Posts are
written one at a time with pauses, as people do; each is waited for.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.engines import postgres, redis
from tools.processes import ROOT, start, stop

POSTS = 60
TARGET_SECONDS = 2.0
PREPARE = """
from django.core.management import call_command
from accounts.actions import create_member
call_command("migrate", verbosity=0)
create_member(handle="writer", email="", password=None)
"""
WRITE = f"""
import random, time
from accounts.models import User
from blog.actions import write_note
from search.models import DocumentA
from search.tasks import wake_worker

def seconds_until_indexed(number):
    post = write_note(actor=writer, source=f"{{number}}번째 글. 자전거를 타고 도서관에 갔다. " * 20)
    began = time.monotonic()
    wake_worker()
    while not DocumentA.objects.filter(kind="post", object_id=post.pk).exists():
        time.sleep(0.01)
    return time.monotonic() - began

writer, chance = User.objects.get(handle="writer"), random.Random(7)
seconds_until_indexed(0)  # the worker may still be loading its analyser
for number in range(1, {POSTS} + 1):
    time.sleep(chance.uniform(0, 0.5))
    print(seconds_until_indexed(number), flush=True)
"""


def measure(title: str, surroundings: Mapping[str, str]) -> bool:
    """Print the times of one installation; return whether they are as promised."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"VAR_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3"}
        own |= {"PYTHONWARNINGS": "ignore", "REDIS_URL": "", **surroundings}
        environment = os.environ | own

        def shell(code: str) -> str:
            command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise SystemExit(done.stderr)
            return done.stdout

        shell(PREPARE)
        command = [sys.executable, "-m", "celery", "--app", "config", "--quiet", "worker", "--beat"]
        command += ["--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"]
        command += ["--schedule", str(Path(folder, "schedule")), "--without-gossip"]
        worker = start([*command, "--without-mingle"], env=environment)
        try:
            times = sorted(map(float, shell(WRITE).split()))
        finally:
            stop(worker)
    p95 = times[int(0.95 * len(times))]
    print(f"{title}: p50 {statistics.median(times):.2f} s, p95 {p95:.2f} s, max {times[-1]:.2f} s")
    return p95 <= TARGET_SECONDS


def main() -> int:
    is_good = measure("SQLite, embedded runner", {})
    with postgres() as database, redis() as broker:
        if database and broker:
            urls = {"DATABASE_URL": database.url, "REDIS_URL": broker.url}
            is_good &= measure(f"{database.name}, {broker.name}", urls)
    print("as promised" if is_good else f"more than {TARGET_SECONDS} s")
    return 0 if is_good else 1


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
