"""Sites to time: ours at a size on an engine, and the bare one beside it."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.engines import Engine
from tools.processes import LOOPBACK, ROOT, answers, free_port, start, stop, wait_until

START_SECONDS = 90
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024

# What a run needs to know of the site that it asks.
LOOK = """
import base64, json, random, sys
from django.conf import settings
from config.pagination import encode_cursor
from accounts.actions import make_token
from accounts.models import User
from blog.models import Post
from tools.bench.filling import READERS
exec(sys.stdin.read())
pick = random.Random(7)
posts = Post.objects.filter(status="published", visibility="public", kind="article")
last = Post.objects.order_by("-pk").values_list("pk", flat=True)[0]
chosen = [pick.randint(1, last) for _ in range(9000)]
articles = [post.get_absolute_url() for post in posts.filter(pk__in=chosen[:4000]).select_related("author")]
keys = [post.pk for post in posts.filter(pk__in=chosen)]
people = sorted({pick.randint(1, User.objects.count() - len(READERS)) for _ in range(2000)})
sessions = {handle: sign_in(handle) for handle in READERS}
_, token = make_token(User.objects.get(handle="reader-200"), name="bench", seconds=24 * 3600)
deep = posts.get(pk=min(pk for pk in posts.filter(pk__gt=last // 50).values_list("pk", flat=True)[:1]))
api = base64.urlsafe_b64encode(json.dumps(["f", deep.published_at.isoformat(), deep.pk]).encode())
cursors = {"deep": encode_cursor("o", deep.published_at, deep.pk), "api_deep": api.decode().rstrip("=")}
print(json.dumps({**cursors, "articles": articles, "keys": keys, "people": [f"/@p{pk}/" for pk in people],
  "sessions": sessions, "token": token, "last": last}))
"""
SIGN_IN = """
from importlib import import_module
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
def sign_in(handle):
    person = User.objects.get(handle=handle)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
"""


@dataclass
class Site:
    """A served site, and the processes whose processor time counts as its own."""

    port: int
    surroundings: dict[str, str]
    masters: list[int]
    known: dict = field(default_factory=dict)

    def cpu(self) -> float:
        """Return the seconds of processor time of its processes so far."""
        return sum(_cpu_of(pid) for pid in self.masters)

    def ask(self, code: str, said: str = "") -> Any:
        """Run ``code`` in a process of this site with ``said`` as its input; return what it prints."""
        return ask_inside(self.surroundings, code, said)

    def memory(self) -> float:
        """Return the MB that its web processes hold by themselves and share, each part once."""
        return sum(_pss_of(pid) for pid in [self.masters[0], *_children(self.masters[0])]) / 1024


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_of(pid: int) -> float:
    """Return the seconds of a process, of those it has started and of those that ended."""
    total = 0.0
    for one in [pid, *_children(pid)]:
        # The name may hold spaces: count fields after its closing parenthesis.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
            if one == pid:
                total += int(fields[13]) + int(fields[14])
    return total / TICKS


def _pss_of(pid: int) -> float:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    return 0.0


@contextlib.contextmanager
def served(command: list[str], surroundings: dict[str, str], port: int, path: str) -> Iterator[int]:
    web = start([sys.executable, "-m", "gunicorn", *command], env=surroundings)
    try:
        url = f"http://{LOOPBACK}:{port}{path}"
        if not wait_until(lambda: answers(url), seconds=START_SECONDS, process=web):
            raise RuntimeError(f"{url} does not answer.")
        yield web.pid
    finally:
        stop(web)


def run_inside(surroundings: dict[str, str], module: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, env=surroundings, check=True
    )


def ask_inside(surroundings: dict[str, str], code: str, said: str = "") -> Any:
    """Run ``code`` in Django's shell; return the JSON of the last line that it prints."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", code],
        input=said,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=surroundings,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


@contextlib.contextmanager
def our_site(
    url: str,
    *,
    posts: int,
    folder: Path,
    redis: Engine | None,
    engines: list[int],
    is_filled: bool,
    workers: int = 1,
) -> Iterator[Site]:
    """Fill (unless it is) and serve our site with so many web processes."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    surroundings = dict(
        os.environ,
        DJANGO_SETTINGS_MODULE="config.settings.dev",
        DEBUG="off",
        SECRET_KEY="measured on loopback and thrown away " * 2,
        VAR_DIR=str(folder),
        LOG_FILE=str(folder / "madang.log"),
        LOG_LEVEL="WARNING",
        DATABASE_URL=url,
        REDIS_URL=redis.url if redis else "",
        SITE_URL=f"http://{LOOPBACK}:{port}",
        ALLOWED_HOSTS=LOOPBACK,
        WEB_BIND=f"{LOOPBACK}:{port}",
        WEB_CONCURRENCY=str(workers),
        # Counted as ever, but never reached.
        LIMITS_FACTOR="100000",
    )
    if not is_filled:
        run_inside(surroundings, "tools.bench.filling", str(posts))
        run_inside(surroundings, "django", "collectstatic", "--no-input", "--verbosity=0")
    known = ask_inside(surroundings, LOOK, SIGN_IN)
    command = ["--config", "config/gunicorn.py", "config.wsgi"]
    with served(command, surroundings, port, "/healthz") as pid:
        yield Site(port, surroundings, [pid, *engines], known)


@contextlib.contextmanager
def bare_site(
    url: str, *, redis: Engine | None, engines: list[int], is_filled: bool
) -> Iterator[Site]:
    """Fill (unless it is) and serve the yardstick with one web process."""
    with tempfile.TemporaryDirectory(prefix="madang-bare-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / "static").mkdir()
        surroundings = dict(
            os.environ,
            BARE_FOLDER=folder,
            BARE_DATABASE=url or f"sqlite:///{folder}/bare.sqlite3",
            BARE_REDIS=redis.url.replace("/0", "/1") if redis else "",
            DJANGO_SETTINGS_MODULE="tools.bench.bare.settings",
        )
        fill = "import django; django.setup(); from tools.bench.bare.fill import fill; fill()"
        if not is_filled:
            subprocess.run([sys.executable, "-c", fill], cwd=ROOT, env=surroundings, check=True)
        port = free_port()
        command = ["tools.bench.bare.wsgi", "--bind", f"{LOOPBACK}:{port}"]
        command += ["--worker-class", "gthread", "--threads", "8", "--log-level", "warning"]
        with served([*command, "--no-control-socket"], surroundings, port, "/hello") as pid:
            yield Site(port, surroundings, [pid, *engines])
