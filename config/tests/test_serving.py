"""The web server in real processes: its socket, its end, its second process, whom it believes."""

import http.client
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

import pytest

from tools.processes import LOOPBACK, ROOT, free_port, start, stop, wait_until

pytestmark = pytest.mark.one_engine

SECONDS = 30
SERVED = """
import json, os, sys, time
from django.conf import settings

hops = int(os.environ["TRUSTED_PROXIES"])
settings.configure(
    SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, TRUSTED_PROXIES=hops,
    MIDDLEWARE=["config.middleware.ClientAddressMiddleware"], USE_I18N=False,
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https") if hops else None,
)
import django
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path

def tell(request):
    time.sleep(float(request.GET.get("seconds", 0)))
    told = {"address": request.META["REMOTE_ADDR"], "secure": request.is_secure()}
    return JsonResponse(told | {"pid": os.getpid(), "script": request.META["SCRIPT_NAME"]})

urlpatterns = [path("", tell)]
application = get_wsgi_application()
"""


class SocketConnection(http.client.HTTPConnection):
    """HTTP to a server that listens on a path."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self.host)


class Server:
    """A gunicorn with our configuration and a small site of its own."""

    def __init__(self, folder, bind, **environment):
        self.bind = bind
        (folder / "served.py").write_text(SERVED)
        names = {"DEBUG", "REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "VAR_DIR"}
        surroundings = {name: value for name, value in os.environ.items() if name not in names}
        surroundings |= {"WEB_BIND": bind, "TRUSTED_PROXIES": "0", "VAR_DIR": str(folder)}
        surroundings |= environment
        command = [sys.executable, "-m", "gunicorn", "--config", ROOT / "config" / "gunicorn.py"]
        command += ["--pythonpath", f"{folder},{ROOT}", "served:application"]
        self.log = folder / "gunicorn.log"
        with self.log.open("ab") as log:
            self.process = start(command, cwd=folder, env=surroundings, stdout=log, stderr=log)

    def connection(self):
        if self.bind.startswith("unix:"):
            return SocketConnection(self.bind.removeprefix("unix:"))
        return http.client.HTTPConnection(self.bind, timeout=SECONDS)

    def ask(self, path="/", **headers):
        import json

        asking = self.connection()
        try:
            asking.request("GET", path, headers={"Host": "madang.example", **headers})
            answer = asking.getresponse()
            return json.loads(answer.read())
        finally:
            asking.close()

    def answers(self):
        try:
            return bool(self.ask())
        except (OSError, http.client.HTTPException):
            return False

    def wait(self):
        assert wait_until(self.answers, seconds=SECONDS, process=self.process), self.log.read_text()
        return self


@pytest.fixture
def serve(tmp_path):
    begun = []

    def begin(bind, **environment):
        begun.append(Server(tmp_path, bind, **environment))
        return begun[-1]

    yield begin
    for server in begun:
        stop(server.process)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "web.sock"


@pytest.mark.behaviour("OP-12")
def test_its_socket_is_for_user_and_group_and_is_gone_at_the_end(serve, path):
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))  # what a server left behind that was killed
    server = serve(f"unix:{path}", TRUSTED_PROXIES="1").wait()
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert (path.stat().st_uid, path.stat().st_gid) == (os.geteuid(), os.getegid())
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(SECONDS) == 0
    assert not path.exists()


@pytest.mark.behaviour("OP-32")
def test_behind_a_socket_the_address_is_what_the_trusted_proxy_says(serve, path):
    server = serve(f"unix:{path}", TRUSTED_PROXIES="1").wait()
    headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.7", "X-Forwarded-Proto": "https"}
    told = server.ask(**headers)
    assert (told["address"], told["secure"]) == ("203.0.113.7", True)
    assert server.ask(**{"X-Forwarded-For": "203.0.113.7"})["secure"] is False
    assert "TRUSTED_PROXIES" not in server.log.read_text()


@pytest.mark.behaviour("OP-32")
@pytest.mark.parametrize("kind", ["socket", "port"])
def test_without_trusted_proxies_no_header_is_believed(serve, path, kind):
    """gunicorn itself would believe whoever comes over a socket or from this machine."""
    bind = f"unix:{path}" if kind == "socket" else f"{LOOPBACK}:{free_port()}"
    server = serve(bind).wait()
    headers = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    told = server.ask(**headers, **{"X-Forwarded-Ssl": "on", "Script-Name": "/x"})
    assert told["address"] == ("" if kind == "socket" else LOOPBACK)
    assert (told["secure"], told["script"]) == (False, "")
    assert ("set TRUSTED_PROXIES=1" in server.log.read_text()) == (kind == "socket")


@pytest.mark.behaviour("OP-13")
def test_a_request_that_runs_is_answered_before_the_server_ends(serve):
    server = serve(f"{LOOPBACK}:{free_port()}").wait()
    told = []
    asking = threading.Thread(target=lambda: told.append(server.ask("/?seconds=4")))
    asking.start()
    time.sleep(1)
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    asking.join()
    assert [sorted(one) for one in told] == [["address", "pid", "script", "secure"]]
    assert server.process.wait(SECONDS) == 0
    assert 2 < time.monotonic() - began < SECONDS
    assert not server.answers()


@pytest.mark.behaviour("OP-12")
def test_processes_and_threads_come_from_the_environment(serve):
    server = serve(f"{LOOPBACK}:{free_port()}", WEB_CONCURRENCY="2", WEB_THREADS="2").wait()
    told: list[int] = []

    def ask():
        told.append(server.ask("/?seconds=1.5")["pid"])

    began = time.monotonic()
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert len(told) == 4
    assert time.monotonic() - began < 4 * 1.5
    pids = set(told)
    assert server.process.pid not in pids
    os.kill(told[0], signal.SIGKILL)  # another one takes its place

    def is_replaced():
        return server.answers() and server.ask()["pid"] != told[0]

    assert wait_until(is_replaced, seconds=SECONDS)
    assert server.process.poll() is None


@pytest.mark.behaviour("OP-12")
@pytest.mark.parametrize(
    "bind", ["8000", "localhost:", "localhost:0", "localhost:70000", "unix:relative.sock", "a b:1"]
)
def test_an_address_that_is_none_is_refused_by_name(tmp_path, bind):
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"],
        cwd=ROOT,
        env=os.environ | {"WEB_BIND": bind, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode != 0
    assert "WEB_BIND must be an address" in done.stderr
