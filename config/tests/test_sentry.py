"""Errors to Sentry: only where a DSN says so, and nothing of anybody in them."""

import gzip
import http.server
import subprocess
import sys
import threading

import brotli
import pytest

from config.tests.sources import ROOT
from config.tests.test_logs import _environment

pytestmark = [pytest.mark.behaviour("OP-55", "OP-21"), pytest.mark.one_engine]

URLS = """
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from config.urls import *
@csrf_exempt
def crash(request):
    password, text = request.POST["password"], request.POST["body"]
    raise ValueError(f"could not use {text!r} of {request.POST['address']}")
urlpatterns = [path("crash/", crash), *urlpatterns]
"""
CRASH = """
import django, io, os, sys
sys.path.insert(0, os.environ["CRASHING"])
django.setup()
from django.conf import settings
settings.ROOT_URLCONF = "crashing"
settings.SECURE_SSL_REDIRECT = False
from config.wsgi import application
from django.test import RequestFactory
request = RequestFactory().post(
    "/crash/?q=검색한말", {"body": "아무도 못 볼 일기", "password": "hunter2-hunter2",
     "address": "sora@example.com"},
    headers={"Host": "madang.example", "Authorization": "Bearer madang_0123456789abcdef",
             "Cookie": "madang_secret=cookie-0123456789"})
def begin(status, headers, exc_info=None):
    print(status)
b"".join(application(request.environ, begin))
import logging
logging.getLogger("blog").error("count_off for %s", "sora@example.com", extra={"text": "두 번째 일기"})
import sentry_sdk
sentry_sdk.flush(10)
"""
SECRETS = (
    *("검색한말", "일기", "hunter2", "sora@", "cookie-0123456789", "madang_0123456789abcdef"),
)


@pytest.fixture
def receiver():
    """Stands for Sentry: keeps what it is sent."""
    kept = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding")
            body = {"gzip": gzip.decompress, "br": brotli.decompress}.get(packed, bytes)(body)
            kept.append((self.path, body.decode()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *what):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.kept = kept
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(code: str, folder, **environment: str) -> subprocess.CompletedProcess:
    (folder / "crashing.py").write_text(URLS, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=_environment(folder) | {"CRASHING": str(folder), "PYTHONUTF8": "1"} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.mark.thorough
def test_an_error_is_reported_without_anything_of_anybody(receiver, tmp_path):
    port = receiver.server_address[1]
    ran = run(CRASH, tmp_path, SENTRY_DSN=f"http://key@127.0.0.1:{port}/7")
    assert "500" in ran.stdout, ran.stderr
    assert receiver.kept and all("/api/7/" in path for path, _ in receiver.kept)
    told = "\n".join(body for _, body in receiver.kept)
    for part in ('"ValueError"', "crashing.py", "madang@", '"prod"', '"POST"', "/crash/"):
        assert part in told, part
    assert "count_off" in told
    for secret in SECRETS:
        assert secret not in told.encode().decode("unicode_escape", "ignore") + told, secret


BLOCKED = "import sys; sys.modules[{!r}] = None; import django; django.setup()"


@pytest.mark.parametrize(
    ("package", "name", "value"),
    [("sentry_sdk", "SENTRY_DSN", "https://k@127.0.0.1/1"), ("prometheus_client", "METRICS", "on")],
)
def test_a_missing_package_is_named_with_the_way_to_get_it(tmp_path, package, name, value):
    ran = run(BLOCKED.format(package), tmp_path, **{name: value})
    assert ran.returncode
    last = ran.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last and name in last
    assert "requirements-monitoring.txt" in last


def test_a_dsn_that_is_none_is_named(tmp_path):
    ran = run("import django; django.setup()", tmp_path, SENTRY_DSN="not a dsn")
    assert "SENTRY_DSN cannot be read" in ran.stderr.strip().splitlines()[-1]


def test_neither_is_loaded_until_it_is_set(tmp_path):
    code = (
        "import django, sys; django.setup(); import config.urls; "
        "print([name for name in ('sentry_sdk', 'prometheus_client', 'django_prometheus') "
        "if name in sys.modules])"
    )
    assert run(code, tmp_path).stdout.strip().splitlines()[-1] == "[]"
