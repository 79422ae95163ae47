"""Figures at /metrics: for this machine, staff and a token; by routes, never by addresses."""

import fcntl
import os
import subprocess
import sys
import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import make_person
from config import health, heartbeats, metrics, metrics_page
from config.models import PromisedTask
from config.tests.sources import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("OP-55")]

TOKEN = "a-long-token-of-prometheus-가나다"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def counting(settings):
    settings.METRICS = True
    settings.MIDDLEWARE = ["config.metrics.MetricsMiddleware", *settings.MIDDLEWARE]
    metrics.start()
    health.forget()
    metrics_page.forget()


def shown(client, **options) -> str:
    response = client.get("/metrics", **options)
    assert response.status_code == 200
    return response.content.decode()


def test_without_the_switch_there_is_nothing(client, admin_client):
    assert client.get("/metrics").status_code == 404
    assert admin_client.get("/metrics").status_code == 404


def test_requests_are_counted_by_route(client, counting):
    client.get("/explore/")
    client.get("/@nobody/아무도-모르는-글/?q=비밀")
    client.get("/nowhere/그런-곳/")
    client.generic("ODD" + "D" * 30, "/explore/")
    text = shown(client)
    assert 'madang_requests_total{method="GET",status="200",view="explore"}' in text
    assert 'madang_request_seconds_count{view="explore"}' in text
    assert 'view="(none)"' in text and 'method="(other)"' in text
    for odd in ("nobody", "모르는", "비밀", "nowhere", "ODDD"):
        assert odd not in text


def test_what_the_site_has_is_told(client, counting):
    PromisedTask.objects.create(id="p-1", name="accounts.send_mail", due_at=timezone.now())
    heartbeats.note_beat("worker", "worker@here")
    text = shown(client)
    for line in (
        'madang_check_ok{check="database"} 1.0',
        'madang_jobs{state="queued"} 0.0',
        'madang_promised_tasks{task="accounts.send_mail"} 1.0',
        "madang_mails_waiting 0.0",
        'madang_processes{kind="worker"} 1.0',
        'madang_processes{kind="beat"} 0.0',
        "madang_search_lag_seconds 0.0",
    ):
        assert line in text, line
    assert "madang_database_bytes " in text and "madang_heartbeat_age_seconds" in text


def test_a_database_that_is_away_leaves_its_figures_out(client, counting):
    from django.db import DatabaseError, connection

    def away(*what):
        raise DatabaseError("gone")

    with connection.execute_wrapper(away):
        text = shown(client)
    assert 'madang_check_ok{check="database"} 0.0' in text
    assert "madang_jobs" not in text


def test_who_may_see_them(counting, settings):
    settings.METRICS_TOKEN = TOKEN
    stranger = Client()
    good = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}
    assert stranger.get("/metrics").status_code == 200, "this machine"
    assert stranger.get("/metrics", **ELSEWHERE).status_code == 404
    proxied = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}
    assert stranger.get("/metrics", **proxied).status_code == 404
    assert stranger.get("/metrics", **ELSEWHERE, **good).status_code == 200
    for wrong in (f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer 틀림"):
        assert stranger.get("/metrics", **ELSEWHERE, HTTP_AUTHORIZATION=wrong).status_code == 404
    member, staff = Client(), Client()
    member.force_login(make_person("junho", "준호"))
    staff.force_login(make_person("sora", "소라", is_staff=True))
    assert member.get("/metrics", **ELSEWHERE).status_code == 404
    assert staff.get("/metrics", **ELSEWHERE).status_code == 200


def test_without_a_token_no_token_opens(counting):
    for empty in ("Bearer ", "Bearer", "bearer  "):
        answer = Client().get("/metrics", **ELSEWHERE, HTTP_AUTHORIZATION=empty)
        assert answer.status_code == 404


def test_looking_leaves_no_cookie_and_no_session(client, counting):
    response = client.get("/metrics", HTTP_HOST="10.0.3.17:8000")
    assert response.status_code == 200
    assert not response.cookies and "no-store" in response.headers["Cache-Control"]
    assert not Session.objects.exists()
    assert client.post("/metrics").status_code == 405


COUNT = """
import sys
from pathlib import Path
from django.conf import settings
settings.configure(METRICS=True, SERVERLESS=False, VAR_DIR=Path(sys.argv[1]))
from config import metrics
metrics.start()
for _ in range(int(sys.argv[2])):
    metrics._counted["requests"].labels("home", "GET", "200").inc()
    metrics._counted["request_seconds"].labels("home").observe(0.2)
    metrics._counted["tasks"].labels("blog.x", "success").inc()
print(sys.argv[3] and metrics.collected()[0].decode())
"""


def run_and_count(folder, times: int, *, show: bool = False) -> tuple[int, str]:
    process = subprocess.Popen(
        [sys.executable, "-c", COUNT, str(folder), str(times), "yes" if show else ""],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return process.pid, told


class Others:
    """Figures of others, who are slow; tells whether a process that ends could go on meanwhile."""

    def describe(self):
        return []

    def collect(self):
        from prometheus_client.core import GaugeMetricFamily

        descriptor = os.open(metrics.folder(), os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield GaugeMetricFamily("madang_others", "Asked.", value=1)
        finally:
            os.close(descriptor)


def test_nobody_waits_for_the_database_to_end_a_process(counting):
    """gunicorn's master needs the lock when one of its processes ends."""
    text = metrics.collected(Others())[0].decode()
    assert "madang_others 1.0" in text and "madang_requests_total" in text


def test_what_containers_of_long_ago_left_is_removed(tmp_path):
    long_ago = time.time() - metrics.OLD_FOLDER_SECONDS - 60
    for name, file, moment in (
        ("gone", "counter_7.db", long_ago),
        ("elsewhere", "counter_7.db", time.time()),
        ("not-ours", "notes.txt", long_ago),
    ):
        place = tmp_path / "metrics" / name
        place.mkdir(parents=True)
        (place / file).write_bytes(b"")
        for path in (place / file, place):
            os.utime(path, (moment, moment))
    run_and_count(tmp_path, 1)
    names = {place.name for place in (tmp_path / "metrics").iterdir()}
    assert names == {metrics.folder(tmp_path).name, "elsewhere", "not-ours"}
    assert (tmp_path / "metrics" / "not-ours" / "notes.txt").exists()


def test_what_ended_processes_counted_is_kept_in_one_file_each(tmp_path):
    from prometheus_client.mmap_dict import MmapedDict

    # A process of somebody else's stands for the site that goes on.
    place = metrics.folder(tmp_path)
    place.mkdir(parents=True)
    MmapedDict(str(place / f"counter_{os.getppid()}.db")).close()
    first, _ = run_and_count(tmp_path, 3)
    assert (place / f"counter_{first}.db").exists()
    metrics.child_exit(first, tmp_path)
    second, _ = run_and_count(tmp_path, 4)
    metrics.child_exit(second, tmp_path)
    metrics.child_exit(second, tmp_path)
    names = {path.name for path in place.glob("*.db")}
    assert names == {f"counter_{os.getppid()}.db", "counter_0.db", "histogram_0.db"}
    _pid, text = run_and_count(tmp_path, 1, show=True)
    assert 'madang_requests_total{method="GET",status="200",view="home"} 8.0' in text
    assert 'madang_request_seconds_count{view="home"} 8.0' in text
    assert 'madang_tasks_total{outcome="success",task="blog.x"} 8.0' in text


def test_a_site_that_starts_anew_begins_with_nothing(tmp_path):
    run_and_count(tmp_path, 3)
    pid, text = run_and_count(tmp_path, 2, show=True)
    assert 'view="home"} 2.0' in text
    assert {path.name for path in metrics.folder(tmp_path).glob("*.db")} == {
        f"counter_{pid}.db",
        f"histogram_{pid}.db",
    }
