"""Is the process alive, and can it serve? Details are for staff and for this machine alone."""

import socket
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.utils import timezone

from blog.tests.factories import make_person
from config import health, heartbeats
from search import analysis
from search.analysis import get_analyzer
from search.models import Waiting

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("OP-25")]

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


class Broken:
    """Stands for a database that is away: every statement fails."""

    def __init__(self):
        self.statements = 0

    def __call__(self, execute, sql, params, many, context):
        self.statements += 1
        raise DatabaseError("server closed the connection unexpectedly")


@pytest.fixture(autouse=True)
def seen_anew():
    """What was found a moment ago belongs to another test."""
    get_analyzer()  # loading takes longer than a probe waits
    health.forget()
    yield
    health.forget()


@pytest.fixture
def broken_database():
    broken = Broken()
    with connection.execute_wrapper(broken):
        yield broken


def test_alive(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Content-Type"].startswith("text/plain")


def test_a_probe_with_somebodys_cookie_is_answered_without_the_database(client, settings):
    """Who looks with their own browser, or through a proxy that keeps cookies."""
    client.force_login(make_person("minah", "미나"))
    for settings.STAFF_REQUIRE_MFA in (True, False):
        broken = Broken()
        with connection.execute_wrapper(broken):
            response = client.get("/healthz")
        assert (response.status_code, broken.statements) == (200, 0)
        assert not response.cookies, "nor is anybody signed out"
    with connection.execute_wrapper(Broken()):
        response = client.get("/readyz", **ELSEWHERE)
    assert response.status_code == 503
    assert response.json() == {"status": "failing"}


def test_alive_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_alive_although_the_database_is_away(client, broken_database):
    assert client.get("/healthz").status_code == 200


NAMES = {
    *("database", "migrations", "disk"),
    *("cache", "broker", "replica", "worker", "beat", "analyser", "search", "index"),
}


def test_ready(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    body = response.json()
    search = body.pop("search")
    assert search["status"] == "ok" and search["lag_seconds"] == 0
    assert body == {"status": "ok", "checks": dict.fromkeys(NAMES, "ok")}


def test_not_ready_without_a_database(client, broken_database):
    response = client.get("/readyz")
    assert response.status_code == 503
    body = response.json()
    assert body["status"] == "failing"
    assert body["checks"]["database"] == "DatabaseError"
    assert body["checks"]["cache"] == "ok"
    assert broken_database.statements


def test_not_ready_without_space(client, monkeypatch):
    monkeypatch.setattr(health, "FREE_DISK_LEAST_BYTES", 2**80)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "bytes free" in response.json()["checks"]["disk"]


# What the site goes on without (OP-17) ------------------------------------------------------------


@pytest.mark.behaviour("OP-17")
def test_without_a_cache_it_is_ready_and_says_so(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert "Error" in response.json()["checks"]["cache"]


@pytest.mark.behaviour("OP-17")
def test_without_a_broker_it_is_ready_and_says_so(client, settings, monkeypatch):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    monkeypatch.setattr(health.celery_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(health.celery_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["broker"] != "ok"


@pytest.mark.behaviour("OP-17")
def test_without_a_worker_it_is_ready_and_says_so(client, settings, monkeypatch):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    monkeypatch.setattr(health, "_check_broker", lambda: "")
    checks = client.get("/readyz").json()["checks"]
    assert (checks["worker"], checks["beat"]) == ("none lives", "none lives")
    heartbeats.note_beat("worker", "worker@here")
    heartbeats.note_beat("beat", "beat@here")
    health.forget()
    body = client.get("/readyz").json()
    assert (body["checks"]["worker"], body["checks"]["beat"]) == ("ok", "ok")
    assert body["status"] == "ok"


@pytest.mark.behaviour("OP-17")
def test_a_worse_analyser_and_an_index_that_lags_are_named(client, settings, monkeypatch):
    settings.SEARCH_ANALYZER = "kiwi"
    # As where its package is missing.
    monkeypatch.setitem(analysis._made, "kiwi", analysis.make_analyzer("bigram"))
    Waiting.objects.create(
        kind="post", object_id=10**9, created_at=timezone.now() - timedelta(minutes=9)
    )
    body = client.get("/readyz").json()
    assert body["status"] == "degraded"
    assert body["checks"]["analyser"] == "bigram instead"
    lag = body["search"]["lag_seconds"]
    assert 540 <= lag < 600
    assert body["checks"]["index"] == f"{lag} s behind"


class Mute:
    """A server that takes connections and never says a word."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        return self.socket.getsockname()[1]

    def __exit__(self, *what):
        self.socket.close()


@pytest.mark.behaviour("OP-17")
def test_a_broker_that_never_answers_does_not_hold_the_probe(client, settings, monkeypatch):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    with Mute() as port:
        for name in ("broker_url", "broker_write_url"):
            monkeypatch.setattr(health.celery_app.conf, name, f"redis://127.0.0.1:{port}/0")
        began = time.monotonic()
        response = client.get("/readyz")
    assert time.monotonic() - began < 3
    assert response.status_code == 200
    assert response.json()["checks"]["broker"] != "ok"


def test_probes_that_come_often_get_the_last_answer(client, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(0):
        for _ in range(20):
            assert client.get("/readyz").status_code == 200


def test_what_was_found_is_not_kept_for_long(client, monkeypatch, broken_database):
    client.get("/readyz")
    asked = broken_database.statements
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)
    client.get("/readyz")
    assert broken_database.statements > asked


def test_probes_need_not_know_the_name_of_the_site(client):
    for path in ("/healthz", "/readyz"):
        assert client.get(path, HTTP_HOST="10.0.3.17:8000").status_code == 200
    assert client.get("/explore/", HTTP_HOST="10.0.3.17:8000").status_code == 400


def test_probes_leave_no_cookie_and_no_session(client, django_assert_num_queries):
    for path in ("/healthz", "/readyz"):
        response = client.get(path)
        assert not response.cookies
        assert "Set-Cookie" not in response.headers
    assert not Session.objects.exists()


def test_not_ready_with_migrations_to_come(client, monkeypatch):
    from django.db.migrations.executor import MigrationExecutor

    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [(None, False)])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "1 not applied"


def test_strangers_get_no_details(client):
    assert client.get("/readyz", **ELSEWHERE).json() == {"status": "ok"}


def test_strangers_get_no_details_of_a_failure(client, broken_database):
    response = client.get("/readyz", **ELSEWHERE)
    assert response.status_code == 503
    assert response.json() == {"status": "failing"}


def test_strangers_behind_a_proxy_on_this_machine_get_no_details(client):
    response = client.get("/readyz", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.7")
    assert response.json() == {"status": "ok"}


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.8.8.8"])
def test_this_machine_gets_details(client, address):
    assert "checks" in client.get("/readyz", REMOTE_ADDR=address).json()


def test_staff_get_details_and_members_do_not(client):
    client.force_login(make_person("sora", "소라", is_staff=True))
    assert "checks" in client.get("/readyz", **ELSEWHERE).json()
    client.force_login(make_person("junho", "준호"))
    assert "checks" not in client.get("/readyz", **ELSEWHERE).json()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_never_kept(client, path):
    assert "no-store" in client.get(path).headers["Cache-Control"]
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200


def test_an_analyser_that_is_still_loading_does_not_hold_the_probe(client, settings, monkeypatch):
    settings.SEARCH_ANALYZER = "mecab"
    monkeypatch.setattr(analysis, "_made", {})
    with analysis._lock:
        began = time.monotonic()
        body = client.get("/readyz").json()
    assert time.monotonic() - began < 3
    assert (body["status"], body["checks"]["analyser"]) == ("degraded", health.SLOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file always answers")
def test_a_database_that_never_answers_does_not_hold_the_probe():
    began = time.monotonic()
    try:
        with (
            pytest.raises(DatabaseError),
            health.cut_off_after(0.5),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT pg_sleep(4)")
    finally:
        connection.close()
    assert time.monotonic() - began < 3
    assert health.look()[0]["database"] == "", "the next one has a connection of its own"
