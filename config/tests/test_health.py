"""Is the process alive, and can it serve? Details are for staff and for this machine alone."""

import pytest
from django.db import DatabaseError

from blog.tests.factories import make_person
from config import health

pytestmark = [pytest.mark.django_db, pytest.mark.behaviour("OP-25")]

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


class Broken:
    """Stands for a database that is away: every statement fails."""

    def __init__(self):
        self.statements = 0

    def __call__(self, execute, sql, params, many, context):
        self.statements += 1
        raise DatabaseError("server closed the connection unexpectedly")


@pytest.fixture
def broken_database():
    from django.db import connection

    broken = Broken()
    with connection.execute_wrapper(broken):
        yield broken


def test_alive(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Content-Type"].startswith("text/plain")


def test_alive_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_alive_although_the_database_is_away(client, broken_database):
    assert client.get("/healthz").status_code == 200


def test_ready(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    body = response.json()
    assert body.pop("search")["status"] == "ok"
    assert body == {
        "status": "ok",
        "checks": dict.fromkeys(("database", "migrations", "cache", "broker", "disk"), "ok"),
    }


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


def test_not_ready_without_a_cache(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "Error" in response.json()["checks"]["cache"]


def test_not_ready_without_a_broker(client, settings, monkeypatch):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    monkeypatch.setattr(health.celery_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(health.celery_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["broker"] != "ok"


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
