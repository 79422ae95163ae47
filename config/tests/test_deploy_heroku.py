"""Heroku: what is run, what is set, and the TLS of its add-ons."""

import json
import re
import ssl

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection

from config.env import ROOT, Environment
from config.tests.test_deploy_containers import BEAT, PREPARE, WEB, WORKER, is_known

pytestmark = pytest.mark.one_engine

APP = json.loads((ROOT / "app.json").read_text("utf-8"))
OF_HEROKU = {"DISABLE_COLLECTSTATIC", "PGSSLMODE", "MADANG_EXTRAS", "DJANGO_SETTINGS_MODULE"}
POST_COMPILE = (ROOT / "bin" / "post_compile").read_text("utf-8")
REDIS = "rediss://:secret@redis.example:6380"


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


@pytest.mark.behaviour("OP-46")
def test_the_procfile_migrates_before_a_release_and_runs_the_commands_of_every_road():
    assert procfile() == {
        # Static files are in the build: what the release phase writes is lost with it.
        "release": " ".join([*PREPARE, "--no-static"]),
        "web": "WEB_BIND=0.0.0.0:$PORT " + " ".join(WEB),
        "worker": " ".join([*WORKER, "--beat"]),
    }
    assert BEAT[:-1] == WORKER[:-1]
    assert set(APP["formation"]) == {"web", "worker"}


@pytest.mark.behaviour("OP-46")
def test_app_json_brings_a_database_redis_a_random_key_and_a_bucket():
    assert [re.sub(":.*", "", name) for name in APP["addons"]] == [
        "heroku-postgresql",
        "heroku-redis",
    ]
    assert APP["env"]["SECRET_KEY"]["generator"] == "secret"
    assert not [name for name in APP["env"] if name not in OF_HEROKU and not is_known(name)]
    assert APP["env"]["S3_BUCKET"].get("required", True)


@pytest.mark.behaviour("OP-46")
def test_the_settings_of_app_json_and_of_the_add_ons_are_a_production_site():
    given = {name: one["value"] for name, one in APP["env"].items() if "value" in one}
    env = Environment(
        given
        | {"DATABASE_URL": "postgres://u:p@db.example:5432/d", "REDIS_URL": REDIS, "PORT": "31337"}
        | {"SITE_URL": "https://m.example", "ALLOWED_HOSTS": "m.example", "S3_BUCKET": "uploads"}
    )
    assert env.TRUSTED_PROXIES == 1 and env.LOG_TO_STDOUT and not env.DEBUG
    assert env.DATABASE["ENGINE"].endswith("postgresql")
    connections = 2 * env.WEB_THREADS + env.WORKER_CONCURRENCY + 4
    assert connections <= 20, "the smallest database of Heroku allows no more"


@pytest.mark.behaviour("OP-46")
def test_the_build_makes_texts_and_static_files_without_a_setting_of_the_site():
    assert "--require-hashes" in POST_COMPILE
    assert "tools.catalogues compile" in POST_COMPILE and "collectstatic" in POST_COMPILE
    assert "DJANGO_SETTINGS_MODULE=config.settings.dev" in POST_COMPILE
    # Where the running site looks for them.
    assert "STATIC_ROOT=var/static" in POST_COMPILE
    assert Environment({}).STATIC_ROOT == ROOT / "var" / "static"
    for extra in APP["env"]["MADANG_EXTRAS"]["value"].split():
        assert (ROOT / f"requirements-{extra}.txt").exists()


@pytest.mark.behaviour("OP-46")
def test_python_is_one_that_the_suite_runs_on():
    assert (ROOT / ".python-version").read_text().strip() in {"3.11", "3.12", "3.13"}


# A certificate that nobody vouches for ----------------------------------------------------------------


def url_of(**given: str) -> str:
    return Environment({"REDIS_URL": REDIS, **given}).REDIS_URL


@pytest.mark.behaviour("OP-46")
def test_certificates_of_redis_are_checked_unless_somebody_says_otherwise():
    assert url_of() == REDIS
    assert redis.ConnectionPool.from_url(url_of()).make_connection().cert_reqs == ssl.CERT_REQUIRED


@pytest.mark.behaviour("OP-46")
def test_without_the_check_cache_and_queue_take_any_certificate():
    url = url_of(REDIS_CHECK_CERTIFICATE="off")
    connection = redis.ConnectionPool.from_url(url).make_connection()
    assert (connection.host, connection.port, connection.password) == (
        "redis.example",
        6380,
        "secret",
    )
    assert connection.cert_reqs == ssl.CERT_NONE
    assert Connection(url).ssl == {"ssl_cert_reqs": ssl.CERT_NONE}


def test_the_check_is_left_out_once_and_only_where_there_is_one():
    asked = {"REDIS_CHECK_CERTIFICATE": "off"}
    twice = REDIS + "/0?ssl_cert_reqs=required&max_connections=9"
    assert url_of(**asked, REDIS_URL=twice) == REDIS + "/0?max_connections=9&ssl_cert_reqs=none"
    assert url_of(**asked, REDIS_URL="redis://127.0.0.1") == "redis://127.0.0.1"
    with pytest.raises(ImproperlyConfigured, match="REDIS_CHECK_CERTIFICATE"):
        url_of(REDIS_CHECK_CERTIFICATE="perhaps")
