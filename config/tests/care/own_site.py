"""A site of a test's own, in processes of its own: an SQLite file or a database beside the test's."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from django.db import connection

from config.env import ROOT

NOT_INHERITED = {"REDIS_URL", "DATABASE_URL", "VAR_DIR", "STATIC_ROOT", "DATABASE_REPLICA_URL"}


class OwnSite:
    """Runs ``manage.py`` with a database and a folder of its own."""

    def __init__(self, folder: Path, url: str, **variables: str):
        self.folder, self.url = folder, url
        self.environment = {
            name: value for name, value in os.environ.items() if name not in NOT_INHERITED
        } | {
            "DATABASE_URL": url,
            "VAR_DIR": str(folder / "var"),
            "LOG_FILE": str(folder / "log"),
            "SECRET_KEY": "for tests of commands alone, never for a server 한글" * 2,
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "PYTHONUNBUFFERED": "1",
            **variables,
        }

    @property
    def database(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def start(self, *command: str) -> subprocess.Popen:
        """Start ``manage.py``; what it prints is read from ``stdout``."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str) -> tuple[int, str]:
        """Run ``manage.py`` to its end; return its exit code and what it printed."""
        process = self.start(*command)
        said, _nothing = process.communicate(timeout=300)
        return process.returncode, said

    def python(self, code: str) -> str:
        """Run Python in the site's shell, which must end well; return what it printed."""
        status, said = self.run("shell", "--no-imports", "-c", code)
        assert status == 0, said
        return said


def sqlite_site(folder: Path, tables: Path | None = None, **variables: str) -> OwnSite:
    """Return a site in ``folder``, with a copy of the file ``tables`` as its database."""
    folder.mkdir(parents=True, exist_ok=True)
    site = OwnSite(folder, f"sqlite:///{folder / 'site.sqlite3'}", **variables)
    if tables is not None:
        shutil.copy(tables, site.database)
    return site


@contextlib.contextmanager
def own_database(name: str, *, template: str = "template0") -> Iterator[str]:
    """Make a database beside the test's, yield its URL, and drop it."""
    told = connection.settings_dict
    keeper = psycopg2.connect(
        host=told["HOST"],
        port=told["PORT"],
        user=told["USER"],
        password=told["PASSWORD"],
        dbname="postgres",
    )
    keeper.autocommit = True
    name = f"{name}_{secrets.token_hex(4)}"
    with keeper.cursor() as cursor:
        # A thread of a test before this one may have left its connection open.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [template]
        )
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield postgres_url(name)
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    keeper.close()


def postgres_url(name: str) -> str:
    """Return the URL of another database of the server that this test uses."""
    told = connection.settings_dict
    password = f":{told['PASSWORD']}" if told["PASSWORD"] else ""
    return f"postgres://{told['USER']}{password}@{told['HOST']}:{told['PORT']}/{name}"
