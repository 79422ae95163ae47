"""A demo site of its own on a free port, thrown away afterwards, for checks in a real browser."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.processes import LOOPBACK, ROOT, answers, free_port, start, stop, wait_until

PAGES = ROOT / "tools" / "web" / "pages.json"
HEALTH_SECONDS = 60

# Run inside Django: sign somebody in without a form, with the preferences that a page needs.
SIGN_IN = """
import json, sys
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.conf import settings
from importlib import import_module
handle, preferences = json.loads(sys.stdin.read())
people = get_user_model().objects
people.filter(handle=handle).update(**preferences)
person = people.get(handle=handle)
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(person.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = person.get_session_auth_hash()
session.save()
print(settings.SESSION_COOKIE_NAME, session.session_key)
"""


@dataclass(frozen=True)
class NamedPage:
    """A page that must hold every promise of the design: who looks at it, and where it is."""

    name: str
    path: str
    viewer: str = ""
    status: int = 200
    is_indexed: bool = True


@dataclass
class DemoSite:
    """A running site with demo content."""

    url: str
    surroundings: dict[str, str]
    web: subprocess.Popen
    signed_in: dict[str, tuple[dict[str, Any], dict[str, str]]] = field(default_factory=dict)

    def sign_in(self, handle: str, **preferences: Any) -> dict[str, str]:
        """Return a session cookie of a member who has these preferences, as {name: value}."""
        known, cookie = self.signed_in.get(handle, ({}, {}))
        if cookie and known == preferences:
            return cookie
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "--command", SIGN_IN],
            input=json.dumps([handle, preferences]),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self.surroundings,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        name, value = done.stdout.split()[-2:]
        self.signed_in[handle] = (preferences, {name: value})
        return {name: value}

    def read(self, path: str) -> str:
        with urllib.request.urlopen(self.url + quoted(path), timeout=30) as answer:
            return answer.read().decode()

    def pages(self, names: list[str] | None = None) -> Iterator[NamedPage]:
        """Yield the named pages, with the addresses that only the content knows filled in."""
        for entry in json.loads(PAGES.read_text(encoding="utf-8")):
            entry = dict(entry)
            if names and entry["name"] not in names:
                continue
            if find := entry.pop("find", None):
                links = re.findall(r'href="([^"#?]+)"', self.read(find["on"]))
                plain = [urllib.parse.unquote(link) for link in links]
                found = [link for link in plain if re.fullmatch(find["link"], link)]
                if not found:
                    raise RuntimeError(f"{find['on']} has no link like {find['link']}")
                entry["path"] = found[0]
            yield NamedPage(**entry)


def quoted(path: str) -> str:
    return urllib.parse.quote(path, safe="/@?=&%:+")


@contextlib.contextmanager
def demo_site(**settings: str) -> Iterator[DemoSite]:
    """Prepare and serve a demo in a folder of its own; extra settings go to its environment."""
    with tempfile.TemporaryDirectory(prefix="madang-demo-", ignore_cleanup_errors=True) as folder:
        port = free_port()
        surroundings = dict(
            os.environ,
            DJANGO_SETTINGS_MODULE="config.settings.dev",
            VAR_DIR=folder,
            MEDIA_ROOT=str(Path(folder) / "media"),
            LOG_FILE=str(Path(folder) / "log" / "madang.log"),
            DATABASE_URL=f"sqlite:///{folder}/madang.sqlite3",
            REDIS_URL="",
            PORT=str(port),
            WEB_BIND=f"{LOOPBACK}:{port}",
            WEB_CONCURRENCY="1",
            SITE_URL=f"http://localhost:{port}",
            **settings,
        )
        subprocess.run(
            [sys.executable, "-m", "tools.prepare"], cwd=ROOT, env=surroundings, check=True
        )
        web = start(
            [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"],
            env=surroundings,
        )
        try:
            health = f"http://{LOOPBACK}:{port}/healthz"
            if not wait_until(lambda: answers(health), seconds=HEALTH_SECONDS, process=web):
                raise RuntimeError("The demo site does not answer.")
            yield DemoSite(f"http://localhost:{port}", surroundings, web)
        finally:
            stop(web)
