"""A worker that is killed in the middle of an archive: the next one goes on and loses nothing."""

import os
import signal
import zipfile

import pytest

from accounts.tests.test_jobs_engine import Site
from tools.processes import stop, wait_until

SECONDS = 300
"""Generous: what is measured is not the speed of a busy machine."""

PREPARE = """
import os
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from accounts.actions import create_member
from blog.models import Image
minah = create_member(handle="minah", email="", password=None)
images = []
for number in range(200):
    key = f"{number:032x}"
    default_storage.save(Image.file_name(key, 8), ContentFile(os.urandom(200_000)))
    images.append(
        Image(owner=minah, key=key, width=8, height=6, widths=[8], content_hash=f"{number:064x}")
    )
Image.objects.bulk_create(images)
"""
ASK = """
from accounts.archive.starting import start_export
from accounts.models import User
print(start_export(User.objects.get()).params["key"])
"""
RETRY = """
from accounts.actions import retry_job
from accounts.models import Job
print(retry_job(Job.objects.latest("pk")).params["key"])
"""
ASK_STATE = """
from accounts.models import Job
print(*Job.objects.order_by("pk").values_list("state", flat=True))
"""


@pytest.mark.behaviour("AC-59", "AC-52")
def test_an_export_outlives_its_worker(tmp_path, monkeypatch):
    monkeypatch.setattr("accounts.tests.test_jobs_engine.SECONDS", SECONDS)
    site = Site(tmp_path)

    def say(code: str) -> str:
        done = site.run("shell", "-v0", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    made = site.run("migrate", "-v0")
    assert made.returncode == 0, made.stderr
    say(PREPARE)
    key = say(ASK)
    journal = tmp_path / "archives" / key / "journal.jsonl"

    def written() -> int:
        return journal.read_text().count("\n") if journal.exists() else 0

    worker = site.start_worker()
    try:
        assert wait_until(lambda: written() > 30, seconds=SECONDS)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    before = written()
    assert 30 < before < 200, "it was in the middle"
    worker = site.start_worker()
    try:
        assert wait_until(lambda: say(ASK_STATE) == "failed", seconds=SECONDS)
        assert say(RETRY) == key
        assert wait_until(lambda: say(ASK_STATE) == "failed done", seconds=SECONDS)
    finally:
        stop(worker)
    (archive,) = (tmp_path / "media" / "archives" / key).glob("*.zip")
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
    assert sum(name.endswith(".webp") for name in names) == len(set(names)) - 22 - 6 == 200


"""A file for each of 22 sections, and six that describe the bag."""
