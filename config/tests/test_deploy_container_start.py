"""What a container does when it starts: its secrets, its health, and whose folders it may write."""

import contextlib
import os
import socketserver
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config.env import Environment
from config.folders import foreign_paths
from deploy.docker.healthcheck import is_healthy
from deploy.docker.make_secrets import main as make_secrets

pytestmark = pytest.mark.one_engine

NOBODY = 65534
SITE = {"SITE_URL": "https://madang.example", "ALLOWED_HOSTS": "madang.example"}


# Secrets ----------------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-43")
def test_secrets_are_random_for_one_user_and_made_once(tmp_path):
    first, second = tmp_path / "one", tmp_path / "two"
    for folder in (first, second):
        folder.mkdir()
        assert make_secrets(folder) == 0
    names = ["database_password", "database_url", "secret_key"]
    assert sorted(path.name for path in first.iterdir()) == names
    assert all(stat.S_IMODE((first / name).stat().st_mode) == 0o400 for name in names)
    made = {name: (first / name).read_text() for name in names}
    assert all(made[name] != (second / name).read_text() for name in names)
    assert make_secrets(first) == 0
    assert {name: (first / name).read_text() for name in names} == made


@pytest.mark.behaviour("OP-43")
def test_the_site_reads_what_was_made(tmp_path):
    make_secrets(tmp_path)
    files = {
        name.upper() + "_FILE": str(tmp_path / name) for name in ("secret_key", "database_url")
    }
    env = Environment(files | {"SECRET_KEY": "", "DATABASE_URL": " "})
    assert len(env.SECRET_KEY) > 50
    assert env.DATABASE["USER"] == env.DATABASE["NAME"] == "madang"
    assert env.DATABASE["HOST"] == "database"
    assert env.DATABASE["PASSWORD"] == (tmp_path / "database_password").read_text()


def test_half_made_secrets_are_completed_and_none_is_replaced(tmp_path):
    (tmp_path / "database_password").write_text("kept")
    (tmp_path / "secret_key.partial").write_text("a cut power line")
    assert make_secrets(tmp_path) == 0
    assert (tmp_path / "database_url").read_text() == "postgres://madang:kept@database:5432/madang"
    assert len((tmp_path / "secret_key").read_text()) > 50
    assert not (tmp_path / "secret_key.partial").exists()


@pytest.mark.behaviour("OP-45")
def test_a_folder_of_secrets_that_is_anothers_is_named(capsys):
    with foreign_folder() as folder, another_user():
        assert make_secrets(folder) == 1
    said = capsys.readouterr().err
    assert str(folder) in said and "belongs to user" in said


# Whose folders ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def another_user() -> Iterator[None]:
    """Be somebody without rights for a moment, where the suite runs as root; else stay who we are."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(mine)


@contextlib.contextmanager
def foreign_folder() -> Iterator[Path]:
    """Yield a folder that this process, or ``another_user``, may read and not write."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="madang-foreign-") as name:
        folder = Path(name)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


@pytest.mark.behaviour("OP-45")
@pytest.mark.parametrize(
    ("variable", "below"),
    [
        ("VAR_DIR", ""),
        ("VAR_DIR", "not/there/yet"),
        ("MEDIA_ROOT", "media"),
        ("LOG_FILE", "madang.log"),
        ("WEB_BIND", "web.sock"),
    ],
)
def test_a_place_that_belongs_to_another_user_is_named_with_what_to_do(variable, below, tmp_path):
    with foreign_folder() as folder:
        wanted = str(folder / below)
        given = {"DATABASE_URL": "postgres://madang@/madang", "LOG_TO_STDOUT": "on"}
        if variable != "VAR_DIR":
            given["VAR_DIR"] = "/dev/shm"
        if variable == "LOG_FILE":
            given["LOG_TO_STDOUT"] = "off"
        given[variable] = f"unix:{wanted}" if variable == "WEB_BIND" else wanted
        with another_user():
            (said,) = foreign_paths(Environment(given))
            me = f"{os.geteuid()}:{os.getegid()}"
        assert said.startswith(f"{variable} needs {folder},")
        assert f"belongs to user {folder.stat().st_uid}" in said
        assert f"chown -R {me} {folder}" in said


@pytest.mark.behaviour("OP-45")
def test_who_may_write_everywhere_hears_nothing(tmp_path):
    given = {"VAR_DIR": str(tmp_path / "var"), "LOG_FILE": str(tmp_path / "logs" / "madang.log")}
    assert foreign_paths(Environment(given | {"WEB_BIND": f"unix:{tmp_path}/web.sock"})) == []


def test_functions_without_a_disk_are_not_asked_for_one():
    given = {
        "SERVERLESS": "on",
        "S3_BUCKET": "madang",
        "DATABASE_URL": "postgres://madang@db/madang",
        "REDIS_URL": "redis://redis",
        "LOG_TO_STDOUT": "on",
    }
    with foreign_folder() as folder, another_user():
        assert foreign_paths(Environment(given | {"VAR_DIR": str(folder)})) == []


# Health -----------------------------------------------------------------------------------------------


class Site(BaseHTTPRequestHandler):
    """Answer as the site does: to its own name alone."""

    def do_GET(self) -> None:
        is_right = (self.path, self.headers["Host"]) == ("/healthz", "madang.example")
        self.send_response(200 if is_right else 400)
        self.end_headers()

    def address_string(self) -> str:
        return "a socket has none"

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class UnixServer(socketserver.UnixStreamServer):
    """A server on a socket."""


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.behaviour("OP-42")
def test_the_health_check_asks_where_the_server_listens(tmp_path):
    with serving(server := HTTPServer(("127.0.0.1", 0), Site)):
        bind = f"0.0.0.0:{server.server_port}"
        assert is_healthy(Environment(SITE | {"WEB_BIND": bind}))
        assert not is_healthy(
            Environment(SITE | {"WEB_BIND": bind, "SITE_URL": "https://other.example"})
        )
    assert not is_healthy(Environment(SITE | {"WEB_BIND": bind})), "nobody listens any more"


@pytest.mark.behaviour("OP-42", "OP-45")
def test_the_health_check_asks_over_a_socket(tmp_path):
    path = tmp_path / "web.sock"
    given = Environment(SITE | {"WEB_BIND": f"unix:{path}"})
    assert not is_healthy(given)
    with serving(UnixServer(str(path), Site)):
        assert is_healthy(given)
