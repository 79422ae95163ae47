"""A worker that is killed in the middle of twenty archives: the next one loses none of them."""

import os
import signal
import sqlite3
import zipfile
from collections import Counter
from contextlib import closing

import pytest

from accounts.tests.test_jobs_engine import Site
from tools.processes import stop, wait_until

pytestmark = pytest.mark.one_engine

SECONDS = 300
"""Generous: what is measured is not the speed of a busy machine."""
PEOPLE = 20
IMAGES = 15  # of each person
DESCRIBING = 24 + 6
"""A file for each of 24 sections, and six that describe the bag."""

PREPARE = f"""
import os
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from accounts.actions import create_member
from accounts.archive.starting import start_export
from blog.models import Image
images, keys = [], []
for number in range({PEOPLE}):
    person = create_member(handle=f"person{{number}}", email="", password=None)
    for place in range({IMAGES}):
        key = f"{{number:016x}}{{place:016x}}"
        default_storage.save(Image.file_name(key, 8), ContentFile(os.urandom(150_000)))
        images.append(
            Image(owner=person, key=key, width=8, height=6, widths=[8], content_hash=key * 2)
        )
Image.objects.bulk_create(images)
for person in dict.fromkeys(image.owner for image in images):
    keys.append(start_export(person).params["key"])
print(*keys)
"""
RETRY = """
from accounts.actions import retry_job
from accounts.models import Job
print(*(retry_job(job).params["key"] for job in Job.objects.filter(state="failed")))
"""


@pytest.mark.behaviour("AC-59", "AC-52")
def test_twenty_exports_outlive_their_worker(tmp_path, empty_database, monkeypatch):
    monkeypatch.setattr("accounts.tests.test_jobs_engine.SECONDS", SECONDS)
    site = Site(tmp_path, empty_database)

    def say(code: str) -> list[str]:
        done = site.run("shell", "-v0", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    def states(patience: float = 20) -> Counter:
        with closing(sqlite3.connect(tmp_path / "site.sqlite3", timeout=patience)) as connection:
            return Counter(row[0] for row in connection.execute("SELECT state FROM accounts_job"))

    keys = say(PREPARE)
    assert len(set(keys)) == PEOPLE
    worker = site.start_worker()

    def is_caught() -> bool:
        """Hold the worker still; let it go on unless it is in the middle of its work."""
        os.killpg(worker.pid, signal.SIGSTOP)
        try:
            now = states(patience=0.2)
        except sqlite3.OperationalError:
            now = (
                Counter()
            )  # it holds the database's lock, and would hold it as long as it stands still
        if now["done"] >= 3 and now["running"] and now["queued"]:
            return True
        os.killpg(worker.pid, signal.SIGCONT)
        return False

    try:
        assert wait_until(is_caught, seconds=SECONDS), "it was in the middle"
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    left = states()

    worker = site.start_worker()
    try:
        over = ("done", "failed")
        assert wait_until(lambda: sum(states()[one] for one in over) == PEOPLE, seconds=SECONDS)
        assert states()["failed"] == left["running"]
        assert set(say(RETRY)) < set(keys)
        assert wait_until(lambda: states()["done"] == PEOPLE, seconds=SECONDS)
    finally:
        stop(worker)
    for key in keys:
        (archive,) = (tmp_path / "media" / "archives" / key).glob("*.zip")
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
            names = opened.namelist()
        pictures = [name for name in names if name.endswith(".webp")]
        assert len(pictures) == IMAGES == len(set(names)) - DESCRIBING
