"""The site as it runs in production: gunicorn, a worker, PostgreSQL and Redis, on ports of its own."""

import contextlib
import io
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
from PIL import Image

from accounts.tests.factories import PASSWORD
from config.tests.postgres_server import PostgresServer, postgres_server
from config.tests.redis_server import RedisServer
from tools.processes import LOOPBACK, ROOT, free_port, start, stop, wait_until

PREPARE = """
import django
django.setup()
from accounts.actions import make_token
from accounts.tests.factories import PASSWORD, make_trusted
from blog.tests.factories import make_article, make_person
author, reader = make_person("minah", "민아"), make_person("junho", "준호", password=PASSWORD)
for person in (author, reader):
    make_trusted(person)
print(make_article(author, "바람이 부는 마당에서").pk)
print(make_token(author, name="시험", scopes=["read", "posts", "comments", "images"])[1])
"""
START_SECONDS = 120
UNLOADED = {"DATABASE_URL", "REDIS_URL", "VAR_DIR", "DEBUG", "DATABASE_POOLER", "SITE_URL"}


class LiveSite:
    """Runs it, and uses it as a reader, a member and a program do."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, **more: str):
        self.folder, self.port = folder, free_port()
        self.address = f"http://{LOOPBACK}:{self.port}"
        self.environment = (
            {name: value for name, value in os.environ.items() if name not in UNLOADED}
            | {
                "DJANGO_SETTINGS_MODULE": "config.tests.live_settings",
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "VAR_DIR": str(folder / "var"),
                "LOG_FILE": str(folder / "site.log"),
                "PORT": str(self.port),
                "SITE_URL": self.address,
                "WEB_CONCURRENCY": "2",
                "WEB_THREADS": "4",
                "LIMITS_FACTOR": "1000",
            }
            | more
        )
        self._processes: list[subprocess.Popen] = []
        self._browsers: list[Browser] = []
        self.post = self.token = ""

    def prepare(self) -> None:
        """Make tables, two people and an article."""
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=self.environment, check=True)
        made = subprocess.run(
            [sys.executable, "-c", PREPARE],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        self.post, self.token = made.stdout.split()[-2:]

    def start(self) -> None:
        """Start web and worker and wait until pages are answered."""
        python = [sys.executable, "-m"]
        web = [*python, "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
        worker = [*python, "celery", "--app", "config", "--quiet", "worker", "--beat"]
        with open(self.folder / "output", "ab") as output:
            self._processes = [
                start(command, env=self.environment, stdout=output, stderr=output)
                for command in (web, worker)
            ]
        assert wait_until(self.is_up, seconds=START_SECONDS, process=self._processes[0])

    def stop(self) -> None:
        for browser in self._browsers:
            browser.client.close()
        for process in self._processes:
            stop(process)

    def is_up(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.address}/healthz", timeout=5).status_code == 200
        return False

    def is_running(self) -> bool:
        return all(process.poll() is None for process in self._processes)

    def log(self) -> str:
        """Return what was logged and printed."""
        files = (self.folder / "site.log", self.folder / "output")
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def browser(self) -> "Browser":
        self._browsers.append(Browser(self.address))
        return self._browsers[-1]

    def use(self) -> list[tuple[str, int, float]]:
        """Do once what people and programs do; return what, how it was answered, how long it took."""
        browser, program = self.browser(), self.browser()
        program.client.headers.update(
            {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        )
        for path in (
            "/",
            "/explore/",
            f"/posts/{self.post}/",
            "/@minah/",
            "/feed.rss",
            "/search/?q=마당",
        ):
            browser.get(path)
        browser.sign_in("junho")
        for path in ("/", f"/posts/{self.post}/", "/settings/profile/", "/notifications/"):
            browser.get(path)
        browser.send("/", source=f"바람이 분다 {uuid.uuid4().hex[:6]}", visibility="public")
        browser.send(f"/posts/{self.post}/comments/", source=f"잘 읽었어요 {uuid.uuid4().hex[:6]}")
        browser.send(f"/posts/{self.post}/like/")
        browser.upload("/write/images/")
        browser.get("/search/?q=바람")
        program.get("/api/v1/posts/")
        program.call(
            "/api/v1/posts/", type="note", source=f"프로그램이 쓴 글 {uuid.uuid4().hex[:6]}"
        )
        browser.send("/auth/logout/")
        return browser.answers + program.answers


class Browser:
    """Keeps cookies and remembers every answer and how long it took."""

    def __init__(self, address: str):
        self.client = httpx.Client(
            base_url=address, follow_redirects=True, timeout=30, headers={"Accept": "text/html"}
        )
        self.answers: list[tuple[str, int, float]] = []

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Send a form with its token, as htmx would not: the whole page comes back."""
        data = {"csrfmiddlewaretoken": self._token(), "submission": str(uuid.uuid4())} | fields
        return self._ask("POST", path, data=data, headers=self._own())

    def sign_in(self, handle: str) -> None:
        answer = self.send("/auth/login/", login=handle, password=PASSWORD, remember="on")
        assert "sessionid" in self.client.cookies, answer.text[:2000]

    def upload(self, path: str) -> httpx.Response:
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), "seagreen").save(picture, "PNG")
        data = {"csrfmiddlewaretoken": self._token()}
        files = {"file": ("마당.png", picture.getvalue(), "image/png")}
        return self._ask("POST", path, data=data, files=files, headers=self._own())

    def call(self, path: str, **body: str) -> httpx.Response:
        return self._ask("POST", path, json=body)

    def _own(self) -> dict[str, str]:
        return {"Sec-Fetch-Site": "same-origin", "Origin": str(self.client.base_url).rstrip("/")}

    def _token(self) -> str:
        page = self.client.get("/auth/login/").text
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if found is None:
            page = self.client.get("/settings/profile/").text
            found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        return found[1] if found else ""

    def _ask(self, method: str, path: str, **options: object) -> httpx.Response:
        began = time.monotonic()
        response = self.client.request(method, path, **options)
        seconds = time.monotonic() - began
        self.answers.append((f"{method} {path}", response.status_code, round(seconds, 3)))
        return response


@contextlib.contextmanager
def live_site(folder: Path, **more: str) -> Iterator[tuple[LiveSite, PostgresServer, RedisServer]]:
    """Yield the running site and the two servers that it needs."""
    redis = RedisServer(folder)
    with postgres_server() as postgres:
        redis.start()
        site = LiveSite(folder, postgres.url, redis.url, **more)
        try:
            site.prepare()
            site.start()
            yield site, postgres, redis
        finally:
            site.stop()
            redis.stop()
