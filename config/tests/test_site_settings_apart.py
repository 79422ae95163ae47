"""Development, tests and production are three settings; what belongs to one is in one (OP-04)."""

import json
import subprocess
import sys

import pytest

from config.tests.sources import ROOT
from config.tests.test_logs import _environment

pytestmark = pytest.mark.one_engine

ASKED = """
import json, django
django.setup()
from django.conf import settings as s
print(json.dumps({
    "debug": s.DEBUG, "hosts": s.ALLOWED_HOSTS, "key": s.SECRET_KEY, "mail": s.EMAIL_BACKEND,
    "tls": [s.EMAIL_USE_TLS, s.EMAIL_USE_SSL], "loopback": s.WEBHOOKS_TO_LOOPBACK,
    "apps": s.INSTALLED_APPS, "middleware": s.MIDDLEWARE, "handlers": list(s.LOGGING["handlers"]),
    "eager": getattr(s, "CELERY_TASK_ALWAYS_EAGER", False), "secure": s.SESSION_COOKIE_SECURE,
    "sentry": s.SENTRY_DSN, "metrics": s.METRICS,
}))
"""


def settings_of(name: str, folder, **environment: str) -> dict:
    ran = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=ROOT,
        env=_environment(folder)
        | {"DJANGO_SETTINGS_MODULE": f"config.settings.{name}"}
        | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.thorough
@pytest.mark.behaviour("OP-04", "OP-55")
def test_each_kind_of_settings_is_what_it_says(tmp_path):
    dev = settings_of("dev", tmp_path, SECRET_KEY="", ALLOWED_HOSTS="", SITE_URL="", DEBUG="on")
    test = settings_of("test", tmp_path)
    prod = settings_of("prod", tmp_path)
    assert (dev["debug"], test["debug"], prod["debug"]) == (True, False, False)
    assert (dev["eager"], test["eager"], prod["eager"]) == (False, True, False)
    assert (dev["secure"], prod["secure"]) == (False, True)
    assert dev["loopback"] and test["loopback"] and not prod["loopback"]
    assert "localhost" in dev["hosts"] and prod["hosts"] == ["madang.example"]
    assert len({dev["key"], test["key"], prod["key"]}) == 3
    assert "zeal" in test["apps"] and "zeal" not in dev["apps"] + prod["apps"]
    for settings in (dev, test, prod):
        assert not settings["sentry"] and not settings["metrics"]
        assert "config.metrics.MetricsMiddleware" not in settings["middleware"]
        assert not [name for name in settings["apps"] if "debug" in name]


@pytest.mark.thorough
@pytest.mark.behaviour("OP-22", "OP-23")
def test_where_mails_go_is_said_by_the_environment(tmp_path):
    laptop = {"SECRET_KEY": "", "ALLOWED_HOSTS": "", "SITE_URL": ""}
    assert settings_of("dev", tmp_path, **laptop)["mail"].endswith("console.EmailBackend")
    assert settings_of("prod", tmp_path)["mail"].endswith("dummy.EmailBackend")
    server = {"MAIL_SERVER": "127.0.0.1", "ADMINS": "admin@madang.example", "DEBUG": "off"}
    local = settings_of("dev", tmp_path, **laptop, **server, MAIL_PORT="8025")
    assert local["mail"].endswith("smtp.EmailBackend")
    assert local["tls"] == [False, False]
    submission = settings_of("prod", tmp_path, **server, MAIL_PORT="587", MAIL_USE_TLS="on")
    assert submission["tls"] == [True, False]
    implicit = settings_of("prod", tmp_path, **server, MAIL_PORT="465", MAIL_USE_TLS="on")
    assert implicit["tls"] == [False, True]
    # Who hears of errors: nobody of a developer's, nobody of a test's.
    assert local["handlers"] == submission["handlers"] == ["main", "error_mails"]
    assert settings_of("dev", tmp_path, **laptop, **(server | {"DEBUG": "on"}))["handlers"] == [
        "main"
    ]
    assert settings_of("prod", tmp_path)["handlers"] == ["main"]
