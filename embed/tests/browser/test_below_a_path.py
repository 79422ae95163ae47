"""Madang below a path of the static site, in a process of its own, as docs/embed.md says."""

import os
import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from config.env import ROOT
from embed.tests.browser.parts import comment, number, say, sign_in
from embed.tests.browser.servers import Nginx, build, example, program
from tools.processes import free_port, is_port_free, start, stop, wait_until

pytestmark = pytest.mark.one_engine

SECONDS = 60
PREPARE = """
from accounts.tests.factories import make_person
from config.tests.world import signed_in
from embed.actions import register_site
minah = make_person("minah", "미나")
site = register_site(actor=minah, name="부엌의 기록", origins=["{origin}"])
print("made", site.key, signed_in(minah))
"""


@pytest.fixture
def below(empty_database, tmp_path):
    """The origin of a static site and of Madang below ``/madang/`` on it, the key, a session."""
    for name in ("nginx", "hugo"):
        program(name)
    shutil.copy(empty_database, tmp_path / "site.sqlite3")
    front, behind = free_port(), free_port()
    origin = f"http://127.0.0.1:{front}"
    left_out = {"REDIS_URL", "DATABASE_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in left_out} | {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DEBUG": "1",  # static files as they are, none collected
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
        "SITE_URL": origin,
        "URL_PREFIX": "/madang",
        "TRUSTED_PROXIES": "1",
        "PYTHONWARNINGS": "ignore",
    }

    def manage(command: str, given: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env=environment,
            input=given,
            text=True,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    made = manage("shell", PREPARE.format(origin=origin))
    _made, key, session = next(line for line in made.splitlines() if "made " in line).split()[-3:]
    out = build("hugo", tmp_path, f"{origin}/madang", key, origin)
    servers = example("A path")
    for plain, own in (
        ("listen 443 ssl", f"listen 127.0.0.1:{front}"),
        ("server_name blog.example", "server_name 127.0.0.1"),
        ("root /srv/blog", f"root {out}"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:{behind}"),
    ):
        assert plain in servers
        servers = servers.replace(plain, own)
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{behind}"]
    command += ["--worker-class", "gthread", "--threads", "4", "--log-level", "warning"]
    with (tmp_path / "web.log").open("wb") as log:
        web = start(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    nginx = Nginx(tmp_path, servers)
    try:
        listens = wait_until(
            lambda: not is_port_free("127.0.0.1", behind), seconds=SECONDS, process=web
        )
        assert listens, (tmp_path / "web.log").read_text("utf-8")
        nginx.start(f"{origin}/", f"{origin}/madang/healthz")
        yield origin, session
    finally:
        nginx.stop()
        stop(web)


@pytest.mark.django_db(transaction=True)
@pytest.mark.behaviour("EM-04", "EM-17")
def test_a_member_comments_and_a_reader_reads_it(below, visit):
    origin, session = below
    page = visit(at=[origin])
    cookie = {"name": "sessionid", "value": session, "url": f"{origin}/madang/"}
    page.context.add_cookies([cookie])
    page.goto(f"{origin}/posts/된장국/")
    sign_in(page)
    say(page, "여기도 되네요")
    expect(number(page)).to_have_text("댓글 1")
    reader = visit(at=[origin])
    reader.goto(f"{origin}/posts/된장국/")
    expect(comment(reader, "여기도")).to_contain_text("글쓴이")
    reader.get_by_role("link", name="마당에서 보기").click()
    expect(reader.locator("#comments")).to_contain_text("여기도 되네요")
