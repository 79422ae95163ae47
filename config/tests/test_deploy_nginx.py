"""A real nginx with the files of deploy/vm in front of the real site, as a reader meets them."""

import contextlib
import os
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.urls import resolve, reverse

from config.env import ROOT
from config.tests.deploying import (
    PATIENCE,
    VM,
    configuration_of_nginx,
    managed,
    program,
    settings_of,
)
from tools.processes import LOOPBACK, free_port, start, stop, wait_until

pytestmark = [pytest.mark.thorough, pytest.mark.one_engine]

NAME, OTHER_NAME = "example.org", "talk.example.net"
LISTED_BY_NGINX_ALONE = f"also.{NAME}"
YEAR, MONTH = 365 * 24 * 3600, 30 * 24 * 3600
THREADS = 2
PLAIN = "/static/madang/icons.svg"
PLACES = "client_body proxy fastcgi uwsgi scgi".split()
TEMPORARY = "{name}_temp_path {folder}/{name};"


class Talk(socketserver.BaseRequestHandler):
    """Another site of the machine: it says what it is, and which address was asked for."""

    def handle(self) -> None:
        told = self.request.recv(65536).decode().lower()
        host = re.search(r"^host: (\S+)", told, re.MULTILINE)[1]  # type: ignore[index]
        body = f"talk at {host}".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.request.sendall(head.encode() + body)


class Server:
    """nginx, the site behind it, and what a reader gets from them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.http, self.https = free_port(), free_port()
        self.site_socket = folder / "run" / "madang" / "web.sock"

    def get(
        self, url: str, *, address: str = LOOPBACK, method: str = "GET", **options: Any
    ) -> httpx.Response:
        """Ask for a URL whose name leads here; ``source`` is the address that the reader has."""
        asked = httpx.URL(url)
        port = self.https if asked.scheme == "https" else self.http
        transport = httpx.HTTPTransport(verify=False, local_address=options.pop("source", None))
        with httpx.Client(transport=transport, timeout=30) as client:
            request = client.build_request(
                method,
                asked.copy_with(host=address, port=port),
                headers={"Host": asked.host} | options.pop("headers", {}),
                extensions={"sni_hostname": asked.host},
                **options,
            )
            return client.send(request)

    def ask_site(self, path: str) -> httpx.Response:
        """Ask the site itself, as nginx would."""
        transport = httpx.HTTPTransport(uds=str(self.site_socket))
        with httpx.Client(transport=transport, timeout=5) as client:
            headers = {"Host": NAME, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
            return client.get(f"http://{NAME}{path}", headers=headers)

    def log(self, name: str) -> str:
        return (self.folder / "log" / name).read_text("utf-8")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One machine with two sites for the tests of this module."""
    nginx, openssl = program("nginx", "nginx"), program("openssl", "openssl")
    # Short: the path of a socket has room for 108 characters.
    folder = Path(tempfile.mkdtemp(prefix="madang-nginx-"))
    made = Server(folder)
    for place in ("log", "run/madang", "run/talk", "tls/madang", "tls/talk", "www", "var"):
        (folder / place).mkdir(parents=True)
    for name, keys in (
        (NAME, ("tls/madang/privkey.pem", "tls/madang/fullchain.pem")),
        (OTHER_NAME, ("tls/talk/privkey.pem", "tls/talk/fullchain.pem")),
        ("unknown", ("tls/unknown-hosts.key", "tls/unknown-hosts.crt")),
    ):
        subprocess.run(
            [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
            + ["-nodes", "-days", "2", "-subj", f"/CN={name}"]
            + ["-keyout", folder / keys[0], "-out", folder / keys[1]],
            check=True,
            capture_output=True,
        )
    try:
        with site(made), another_site(made):
            configure(made)
            command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
            checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
            assert checked.returncode == 0, checked.stderr
            running = start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                assert wait_until(lambda: listens(made.https), seconds=PATIENCE, process=running)
                yield made
            finally:
                stop(running)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def site(made: Server) -> Iterator[None]:
    """Run gunicorn with the settings of the example, on SQLite."""
    settings = settings_of(VM / "madang.env", made.folder / "var") | {
        "DATABASE_URL": f"sqlite:///{made.folder}/var/madang.sqlite3",
        "REDIS_URL": "",
        "STATIC_ROOT": str(made.folder / "www" / "madang" / "static"),
        "WEB_BIND": f"unix:{made.site_socket}",
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": str(THREADS),
        "SEARCH_ANALYZER": "bigram",
    }
    managed(settings, "prepare")
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with open(made.folder / "log" / "site", "wb") as log:
        running = start(command, cwd=ROOT, env=settings, stdout=log, stderr=log)
    try:
        is_up = wait_until(made.site_socket.exists, seconds=PATIENCE, process=running)
        assert is_up, made.log("site")
        yield
    finally:
        stop(running)
    assert not made.site_socket.exists(), "gunicorn leaves its socket behind"


@contextlib.contextmanager
def another_site(made: Server) -> Iterator[None]:
    path = str(made.folder / "run" / "talk" / "web.sock")
    with socketserver.ThreadingUnixStreamServer(path, Talk) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield
        running.shutdown()


def configure(made: Server) -> None:
    """Put the files where the README puts them, below a folder of ours and on other ports."""
    folder = made.folder
    places = {
        "/etc/madang/tls/": f"{folder}/tls/madang/",
        "/etc/talk/tls/": f"{folder}/tls/talk/",
        "/etc/nginx/unknown-hosts.": f"{folder}/tls/unknown-hosts.",
        "/etc/nginx/snippets/": f"{VM}/nginx/",
        "/var/log/nginx/": f"{folder}/log/",
        "/var/www/": f"{folder}/www/",
        "unix:/run/": f"unix:{folder}/run/",
    }
    one = (VM / "nginx" / "madang.conf").read_text("utf-8")
    sites = {
        "madang": one.replace(
            f"server_name {NAME};", f"server_name {NAME} {LISTED_BY_NGINX_ALONE};"
        ),
        "talk": one.replace("madang", "talk").replace(NAME, OTHER_NAME),
        "unknown-hosts": (VM / "nginx" / "unknown-hosts.conf").read_text("utf-8"),
    }
    for name, text in sites.items():
        for old, new in places.items():
            text = text.replace(old, new)
        text = re.sub(r"listen (\[::\]:)?80\b", rf"listen \g<1>{made.http}", text)
        text = re.sub(r"listen (\[::\]:)?443\b", rf"listen \g<1>{made.https}", text)
        (folder / f"{name}.conf").write_text(text, "utf-8")
    temporary = "\n".join(TEMPORARY.format(name=name, folder=folder) for name in PLACES)
    user = "user root;" if os.geteuid() == 0 else ""
    types = next((path for path in (Path("/etc/nginx/mime.types"),) if path.exists()), None)
    (folder / "nginx.conf").write_text(
        f"{user}\ndaemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/log/main;\n"
        f"events {{}}\nhttp {{\n{f'include {types};' if types else ''}\n{temporary}\n"
        + "".join(
            f"include {folder}/{name}.conf;\n" for name in ("unknown-hosts", "madang", "talk")
        )
        + "}\n",
        "utf-8",
    )


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 1):
        return True
    return False


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


ADDRESSES = [
    pytest.param(LOOPBACK, id="IPv4"),
    pytest.param(
        "::1", id="IPv6", marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on this machine")
    ),
]


# Names and schemes -------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-31", "OP-34")
@pytest.mark.parametrize("address", ADDRESSES)
def test_http_leads_to_the_same_url_by_https(server, address):
    for name in (NAME, f"www.{NAME}"):
        url = f"http://{name}/tags/%EB%A7%88%EB%8B%B9/?q=%2F&p=%EA%BD%83"
        answer = server.get(url, address=address)
        assert answer.status_code == HTTPStatus.MOVED_PERMANENTLY
        assert answer.headers["Location"] == url.replace("http://", "https://")


@pytest.mark.behaviour("OP-31", "OP-34")
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_site_answers_by_https(server, address):
    answer = server.get(f"https://{NAME}/", address=address)
    assert answer.status_code == HTTPStatus.OK and 'lang="ko"' in answer.text


@pytest.mark.behaviour("OP-34")
@pytest.mark.parametrize("name", [NAME, OTHER_NAME])
def test_www_leads_to_the_one_name(server, name):
    answer = server.get(f"https://www.{name}/latest/?page=2")
    assert answer.status_code == HTTPStatus.MOVED_PERMANENTLY
    assert answer.headers["Location"] == f"https://{name}/latest/?page=2"


@pytest.mark.behaviour("OP-34")
def test_a_second_site_is_a_second_file(server):
    assert server.get(f"https://{OTHER_NAME}/").text == f"talk at {OTHER_NAME}"
    assert "마당" in server.get(f"https://{NAME}/").text
    assert "GET / " in server.log("talk.access.log")


@pytest.mark.behaviour("OP-33")
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_unknown_names_and_the_bare_address_are_refused_before_the_site(server, scheme, address):
    bare = f"[{address}]" if ":" in address else address
    for host in ("elsewhere.example", f"evil.{NAME}", bare):
        answer = server.get(f"{scheme}://{host}/", address=address, headers={"Host": host})
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert "X-Request-ID" not in answer.headers


@pytest.mark.behaviour("OP-33")
def test_a_name_that_only_nginx_lists_is_the_sites_400(server):
    answer = server.get(f"https://{LISTED_BY_NGINX_ALONE}/")
    assert answer.status_code == HTTPStatus.BAD_REQUEST and "X-Request-ID" in answer.headers
    assert server.get(f"https://{NAME}/healthz").status_code == HTTPStatus.OK


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
@pytest.mark.behaviour("OP-31")
def test_only_tls_1_2_and_1_3_are_spoken(server):
    spoken = {}
    for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            with (
                socket.create_connection((LOOPBACK, server.https), 5) as plain,
                context.wrap_socket(plain, server_hostname=NAME) as connection,
            ):
                spoken[version.name] = connection.version()
        except ssl.SSLError:
            spoken[version.name] = None
    assert spoken == {"TLSv1_1": None, "TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}


@pytest.mark.behaviour("OP-31")
def test_a_site_has_logs_of_its_own(server):
    server.get(f"https://{NAME}/?mark=own-log")
    assert "mark=own-log" in server.log("madang.access.log")
    assert "mark=own-log" not in server.log("talk.access.log")
    server.get("https://elsewhere.example/?mark=stranger")
    assert "mark=stranger" in server.log("unknown-hosts.access.log")
    assert (server.folder / "log" / "madang.error.log").exists()


# What the site is told -----------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-32")
def test_links_are_https_whatever_a_reader_claims(server):
    answer = server.get(f"https://{NAME}/sitemap.xml", headers={"X-Forwarded-Proto": "http"})
    assert answer.status_code == HTTPStatus.OK, "the site believed that this was http"
    assert set(re.findall(rf"(https?)://{NAME}", answer.text)) == {"https"}


@pytest.mark.behaviour("OP-31", "OP-32")
def test_limits_count_the_readers_address_and_not_what_they_say(server):
    def left(source: str, claimed: str) -> int:
        answer = server.get(
            f"https://{NAME}/api/v1/posts/", source=source, headers={"X-Forwarded-For": claimed}
        )
        assert answer.status_code == HTTPStatus.OK
        return int(re.search(r";r=(\d+)", answer.headers["RateLimit"])[1])  # type: ignore[index]

    first = left("127.0.0.2", "203.0.113.1")
    assert left("127.0.0.2", "203.0.113.2") < first
    assert left("127.0.0.3", "203.0.113.2") == first


# Files ---------------------------------------------------------------------------------------------------


def hashed_style(server: Server) -> str:
    page = server.get(f"https://{NAME}/").text
    return re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)[1]  # type: ignore[index]


@pytest.mark.behaviour("OP-35")
def test_hashed_names_never_change_and_others_stay_30_days(server):
    for path, wanted in (
        (hashed_style(server), f"public, max-age={YEAR}, immutable"),
        (PLAIN, f"public, max-age={MONTH}"),
    ):
        answer = server.get(f"https://{NAME}{path}")
        assert answer.status_code == HTTPStatus.OK
        assert "X-Request-ID" not in answer.headers, "not from the disk"
        assert answer.headers["Cache-Control"] == wanted


@pytest.mark.behaviour("OP-35")
def test_the_disk_and_the_site_serve_a_static_file_alike(server):
    for path in (hashed_style(server), PLAIN):
        by_nginx, by_site = server.get(f"https://{NAME}{path}"), server.ask_site(path)
        assert by_nginx.content == by_site.content
        for header in ("Access-Control-Allow-Origin", "X-Content-Type-Options", "Content-Type"):
            said = [one.headers.get(header, "").replace('"', "") for one in (by_nginx, by_site)]
            assert said[0] == said[1], header
        ages = [set(one.headers["Cache-Control"].split(", ")) for one in (by_nginx, by_site)]
        assert ages[0] == ages[1] and ("immutable" in ages[0]) is (path != PLAIN)


@pytest.mark.behaviour("OP-35")
def test_compressed_files_are_sent_as_they_lie_there(server):
    path = hashed_style(server)
    answer = server.get(f"https://{NAME}{path}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    lying = (server.folder / "www" / "madang" / f"{path.lstrip('/')}.gz").stat().st_size
    assert int(answer.headers["Content-Length"]) == lying


@pytest.mark.behaviour("OP-35")
def test_what_is_not_on_the_disk_is_the_sites_to_answer(server):
    answer = server.get(f"https://{NAME}/static/there/is/none.css")
    assert answer.status_code == HTTPStatus.NOT_FOUND and "X-Request-ID" in answer.headers
    gone = server.folder / "www" / "madang" / PLAIN.lstrip("/")
    kept = gone.rename(gone.with_suffix(".kept"))
    try:
        answer = server.get(f"https://{NAME}{PLAIN}")
        assert "X-Request-ID" in answer.headers
    finally:
        kept.rename(gone)


@pytest.mark.behaviour("OP-35")
def test_uploads_have_no_way_past_the_site(server):
    picture = server.folder / "var" / "media" / "images" / "x.webp"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(b"x")
    for path in (
        "/media/images/x.webp",
        "/static/../media/images/x.webp",
        "/static/%2e%2e/var/media/images/x.webp",
    ):
        assert server.get(f"https://{NAME}{path}").status_code in {400, 404}, path
    assert "/media" not in configuration_of_nginx()


# Bodies and patience --------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-31")
def test_large_bodies_pass_where_things_move_in_and_nowhere_else(server):
    body = b"\0" * 20_000_000
    sizes = {}
    for path in ("/write/", "/api/v1/imports/", "/settings/import/", "/settings/archive/"):
        answer = server.get(f"https://{NAME}{path}", method="POST", content=body)
        sizes[path] = answer.status_code, "X-Request-ID" in answer.headers
    assert sizes.pop("/write/") == (413, False)
    assert all(status != 413 and is_ours for status, is_ours in sizes.values()), sizes


def test_every_address_for_large_files_is_known_to_nginx():
    pattern = re.search(r'location ~ "(\^/\(\?:settings[^"]+)"', configuration_of_nginx())
    site = "0123456789abcdef"
    for path in (
        reverse("blog:settings_import"),
        reverse("accounts:settings_archive"),
        f"/settings/embed/{site}/comments/",
        "/api/v1/imports/",
        f"/api/v1/embed-sites/{site}/imports/",
    ):
        assert judges_its_body(path), path
        assert re.search(pattern[1], path), path  # type: ignore[index]


def judges_its_body(path: str) -> bool:
    view = resolve(path).func
    return getattr(getattr(view, "view_class", view), "judges_its_body", False)


@pytest.mark.behaviour("OP-31")
def test_slow_clients_hold_no_thread_of_the_site(server):
    head = f"POST /write/ HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 5000\r\n\r\nhalf".encode()

    def is_served() -> bool:
        try:
            return server.ask_site("/healthz").status_code == HTTPStatus.OK
        except httpx.TimeoutException:
            return False

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.ExitStack() as open_ones:
        for _slow in range(5 * THREADS):
            plain = socket.create_connection((LOOPBACK, server.https), 5)
            slow = open_ones.enter_context(context.wrap_socket(plain, server_hostname=NAME))
            slow.sendall(head)
        time.sleep(0.5)
        assert server.get(f"https://{NAME}/healthz").status_code == HTTPStatus.OK
        assert is_served()
    with contextlib.ExitStack() as open_ones:
        for _slow in range(5 * THREADS):
            slow = open_ones.enter_context(socket.socket(socket.AF_UNIX))
            slow.connect(str(server.site_socket))
            slow.sendall(head)
        time.sleep(0.5)
        assert not is_served(), "without nginx they hold all threads: else this test shows nothing"
