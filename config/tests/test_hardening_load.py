"""What is too large, too slow or too much is refused early, with a clear answer (X-14)."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.tests.factories import make_person
from config import web_worker
from config.tests.api_client import api_client
from config.tests.sources import ROOT

pytestmark = pytest.mark.one_engine

MORE = 16 * 1024 * 1024 + 1

# Bodies, inside the site ----------------------------------------------------------------------------


class NeverRead:
    """A body that fails the test if anybody reads it."""

    def read(self, *_size):
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.behaviour("X-14", "UX-18")
@pytest.mark.parametrize("path", ["/auth/login/", "/auth/signup/", "/write/", "/", "/settings/"])
def test_a_large_body_is_refused_unread_before_the_token_is_checked(db, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person("minah"))
    answer = client.post(
        path,
        **{"wsgi.input": NeverRead(), "CONTENT_LENGTH": str(MORE)},
        content_type="multipart/form-data; boundary=x",
        HTTP_ACCEPT="text/html",
    )
    assert answer.status_code == 413
    assert "16" in answer.content.decode() and "<h1" in answer.content.decode()


def test_programs_get_a_problem_document(db):
    answer = Client().post(
        "/auth/login/",
        **{"wsgi.input": NeverRead(), "CONTENT_LENGTH": str(10**12)},
        content_type="application/json",
        HTTP_ACCEPT="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "name",
    ["accounts:settings_archive", "blog:settings_import", "blog:upload_image", "v1:imports"],
)
def test_uploads_judge_their_own_size(db, name):
    from django.urls import reverse

    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person("minah"))
    answer = client.post(
        reverse(name),
        **{"wsgi.input": NeverRead(), "CONTENT_LENGTH": str(10**12)},
        content_type="multipart/form-data; boundary=x",
        HTTP_ACCEPT="text/html",
    )
    assert answer.status_code in {403, 413}  # the API asks a session for its token first


@pytest.mark.parametrize("length", ["-1", "x", "", "１６", "1e9", "16777217 "])
def test_a_length_that_is_no_number_breaks_nothing(db, length):
    answer = Client(raise_request_exception=True).generic(
        "POST", "/auth/login/", b"a=b", CONTENT_LENGTH=length
    )
    assert answer.status_code < 500


@pytest.mark.behaviour("X-14")
def test_a_flood_of_fields_or_files_is_400(db):
    client = Client()
    fields = {f"f{number}": "1" for number in range(site.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert client.post("/auth/login/", fields).status_code == 400
    files = {
        f"f{number}": SimpleUploadedFile(f"{number}.txt", b"x")
        for number in range(site.DATA_UPLOAD_MAX_NUMBER_FILES + 1)
    }
    assert client.post("/auth/login/", files).status_code == 400
    assert client.get("/search/?" + "a=1&" * 1100).status_code < 500


@pytest.mark.behaviour("X-14")
@pytest.mark.parametrize("deep", ["[" * 5000, '{"a":' * 5000], ids=["lists", "objects"])
def test_deep_json_is_refused_at_every_door(db, deep):
    client = api_client(make_person("minah"))
    answer = client.generic("POST", "/api/v1/posts/", deep, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    browser = Client()
    browser.force_login(make_person("junho"))
    for path in ("/write/preview/", "/write/merge/", "/write/compare/", "/complete/"):
        told = browser.generic("POST", path, deep, content_type="application/json")
        assert told.status_code in {400, 404, 405, 413, 422}, path


# A real server ----------------------------------------------------------------------------------------

APPLICATION = """
import sys
sys.path.insert(0, {root!r})
from config import web_worker
web_worker.GRACE_SECONDS, web_worker.WRITE_SECONDS = 1, 2


def application(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"got %d" % len(body)] if environ["PATH_INFO"] != "/much" else [b"x" * 65536] * 400
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """gunicorn with two threads, one second of patience, and the worker of this site."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "served.py").write_text(APPLICATION.format(root=str(ROOT)))
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "served:application", "--threads", "2"]
    command += ["--worker-class", "config.web_worker.ImpatientThreadWorker"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error", "--no-control-socket"]
    # It outlives its own patience: ends only what this test began.
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        for _try in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def said(port: int, request: bytes, *, pauses=(), seconds: float = 15) -> bytes:
    """Send ``request`` (then each of ``pauses`` after a moment) and return the whole answer."""
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        connection.sendall(request)
        try:
            for pause, more in pauses:
                time.sleep(pause)
                connection.sendall(more)
        except OSError:
            pass  # it has been told already
        heard = b""
        try:
            while piece := connection.recv(65536):
                heard += piece
        except ConnectionResetError:
            pass
        return heard


@pytest.mark.thorough
@pytest.mark.behaviour("X-14")
def test_an_ordinary_request_is_served(server):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
    assert said(server, head + b"hello").rstrip().endswith(b"got 5\r\n0")
    # Slowly, but no slower than a bad line.
    pauses = [(0.3, b"lo"), (0.3, b"!!!")]
    head = head.replace(b"Length: 5", b"Length: 8")
    assert said(server, head + b"hel", pauses=pauses).rstrip().endswith(b"got 8\r\n0")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "begun",
    [b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nabc"],
    ids=["header", "body"],
)
def test_who_stops_in_the_middle_is_told_408_and_holds_nobody_up(server, begun):
    stalled = [threading.Thread(target=lambda: answers.append(said(server, begun))) for _ in "1234"]
    answers: list[bytes] = []
    for thread in stalled:
        thread.start()
    time.sleep(0.2)
    started = time.monotonic()
    ordinary = said(server, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    # Four of them wait for two threads, a second each.
    assert ordinary.rstrip().endswith(b"got 0\r\n0") and time.monotonic() - started < 8
    for thread in stalled:
        thread.join(20)
    assert [answer.split(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 408 Request Timeout"] * 4


@pytest.mark.thorough
def test_who_drips_is_told_408_too(server):
    drips = [(0.2, b"a")] * 15
    begun = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"
    assert said(server, begun, pauses=drips).startswith(b"HTTP/1.1 408")


@pytest.mark.thorough
def test_who_does_not_read_is_left(server):
    with socket.create_connection(("127.0.0.1", server), 15) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(4)
        ordinary = said(server, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert ordinary.rstrip().endswith(b"got 0\r\n0")
        heard = 0
        try:
            while piece := connection.recv(65536):
                heard += len(piece)
        except ConnectionResetError:
            pass
        assert heard < 65536 * 400


@pytest.mark.thorough
@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain; charset=\x00\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
    ],
    ids=["long line", "many headers", "long header", "smuggling", "two lengths", "odd name", "NUL",
         "odd version", "TLS"],
)  # fmt: skip
def test_what_is_no_http_of_ours_is_refused_by_the_server(server, request_line):
    status = said(server, request_line).split(b" ", 2)[1:2]
    assert status and status[0] in {b"400", b"414", b"431", b"501", b"505"}


def test_the_patience_is_what_the_documents_say():
    assert (web_worker.GRACE_SECONDS, web_worker.LEAST_RATE, web_worker.WRITE_SECONDS) == (
        20, 4096, 60
    )  # fmt: skip
    text = web_worker.TOO_SLOW
    head, body = text.split(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
