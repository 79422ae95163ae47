"""The function as Lambda runs it: AWS's own runtime client, a runtime API, nothing to write to.

The whole road, with a bucket and a file system that the kernel shuts away, is
``python -m tools.lambda_trial``.
"""

import importlib.util
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from blog.tests.factories import make_person
from config.env import ROOT
from tools.lambda_trial.events import STAGE_HOST, http_event, rest_event
from tools.lambda_trial.function import running
from tools.lambda_trial.letters import Letters
from tools.lambda_trial.visitor import Visitor
from tools.lambda_trial.walk import PASSWORD, tasks_in, walk, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


@pytest.fixture
def letters():
    """A mail server."""
    server = Letters()
    yield server
    server.close()


@pytest.fixture
def environment(tmp_path, letters):
    """The variables of a function on this test's database and Redis; skipped where there are none."""
    if connection.vendor != "postgresql" or not settings.REDIS_URL:
        pytest.skip("functions need PostgreSQL and Redis: make test-postgres")
    if importlib.util.find_spec("awslambdaric") is None:
        pytest.skip("awslambdaric is not installed")
    static = tmp_path / "static"
    build = {"STATIC_ROOT": str(static), "VAR_DIR": str(tmp_path / "build"), "LOG_TO_STDOUT": "on"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "config.settings.dev", **build},
        check=True,
        capture_output=True,
    )
    given = connection.settings_dict
    who = given["USER"] + (f":{given['PASSWORD']}" if given["PASSWORD"] else "")
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SERVERLESS": "on",
        "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz-0123456789-abcdefghijklmnopqrstuvwxyz",
        "ALLOWED_HOSTS": STAGE_HOST,
        "SITE_URL": f"https://{STAGE_HOST}",
        "URL_PREFIX": "/dev",
        "DATABASE_URL": f"postgres://{who}@{given['HOST']}:{given['PORT']}/{given['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "S3_BUCKET": "madang",
        "S3_REGION": "ap-northeast-2",
        "STATIC_ROOT": str(static),
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(letters.port),
        "MAIL_FROM": "madang@example.com",
    }


@pytest.mark.behaviour("OP-47", "OP-49")
def test_the_site_works_as_a_function_that_can_write_nowhere(
    environment, letters, settings, tmp_path
):
    # The suite's own hasher is one that the function refuses.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    make_person("minah", "미나", password=PASSWORD)
    with running(environment, folder=tmp_path, python=sys.executable) as function:
        for shape in (rest_event, http_event):
            visitor = Visitor(function.invoke, shape)
            assert len(list(walk(visitor, has_bucket=False))) >= 9
        worked = list(work(visitor, letters.texts, lambda: tasks_in(settings.REDIS_URL)))
        assert len(worked) == 4
        assert "Read-only file system" not in function.told()
    left = {path.name for path in (tmp_path / "tmp").rglob("*") if path.is_file()}
    assert not {name for name in left if name.endswith((".sqlite3", ".log", ".msg"))}


@pytest.mark.behaviour("OP-47")
def test_a_function_that_cannot_begin_says_why(environment, tmp_path):
    from tools.lambda_trial.runtime import FunctionFailed

    wrong = environment | {"DATABASE_URL": "sqlite:///var/madang.sqlite3"}
    with (
        pytest.raises(FunctionFailed, match="must name a PostgreSQL server"),
        running(wrong, folder=tmp_path, python=sys.executable),
    ):
        pass
