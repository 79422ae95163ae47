"""A site of its own in processes of its own: database, queue, workers, schedulers."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tools.processes import LOOPBACK, free_port, is_port_free, start, stop, wait_until

SECONDS = 60
SITE_VARIABLES = frozenset({"DEBUG", "REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"})


class OwnSite:
    """A folder with everything that a small site has; ``tables`` is an empty database to copy."""

    def __init__(self, folder: Path, tables: Path, **environment: str):
        self.folder = folder
        self.path = folder / "site.sqlite3"
        shutil.copy(tables, self.path)
        kept = {name: value for name, value in os.environ.items() if name not in SITE_VARIABLES}
        self.environment = kept | {
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{self.path}",
            "DJANGO_SETTINGS_MODULE": "config.tests.quick_settings",
            "LANGUAGE_CODE": "en",
            "LOG_TO_STDOUT": "on",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
            **environment,
        }
        self.begun: list[subprocess.Popen] = []

    def celery(self, *parts: str, log: str, **environment: str) -> subprocess.Popen:
        """Start ``celery --app config`` with ``parts``; what it says goes to the file ``log``."""
        command = [sys.executable, "-m", "celery", "--app", "config", "--quiet", *parts]
        with (self.folder / log).open("ab") as out:
            process = start(command, env=self.environment | environment, stdout=out, stderr=out)
        self.begun.append(process)
        return process

    def worker(self, *parts: str, log: str = "worker.log", **environment: str) -> subprocess.Popen:
        """Start a worker that has the tasks of this package's tests, too."""
        options = ["--include", "config.tests.trial_tasks"]
        return self.celery("worker", *options, *parts, log=log, **environment)

    def run(self, code: str) -> str:
        """Do ``code`` in a process of the site; return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", code],
            env=self.environment,
            text=True,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, sql: str, *values: Any) -> list[tuple]:
        """Return what the database answers."""
        with closing(sqlite3.connect(self.path, timeout=20)) as connection:
            return connection.execute(sql, values).fetchall()

    def said(self, log: str = "worker.log") -> str:
        """Return what a process said."""
        return (self.folder / log).read_text(errors="replace")

    def marks(self) -> list[str]:
        """Return what the trial tasks left behind, each run a line."""
        try:
            return (self.folder / "marks").read_text().splitlines()
        except FileNotFoundError:
            return []

    def wait_for(self, is_so: Any, what: str, seconds: float = SECONDS) -> None:
        """Wait until ``is_so`` answers true; fails with what the processes said."""
        if not wait_until(is_so, seconds=seconds):
            told = "\n".join(f"{path.name}:\n{path.read_text()[-3000:]}" for path in self.logs())
            raise AssertionError(f"{what}\n{self.marks()}\n{told}")

    def logs(self) -> list[Path]:
        return sorted(self.folder.glob("*.log"))

    def end(self) -> None:
        """Stop whatever still runs."""
        for process in self.begun:
            stop(process)


class OwnRedis:
    """A Redis that can be stopped and started again at the same address."""

    def __init__(self, program: str, folder: Path):
        self.program, self.folder, self.port = program, folder, free_port()
        self.url = f"redis://{LOOPBACK}:{self.port}/0"
        self.begin()

    def begin(self) -> None:
        command = [self.program, "--port", str(self.port), "--bind", LOOPBACK, "--save", ""]
        command += ["--dir", str(self.folder)]
        self.process = start(command, stdout=subprocess.DEVNULL)
        assert wait_until(
            lambda: not is_port_free(LOOPBACK, self.port), seconds=10, process=self.process
        )
        time.sleep(0.1)

    def end(self) -> None:
        stop(self.process)
