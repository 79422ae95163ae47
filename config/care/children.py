"""Programs that care starts: this site's own commands on another database, PostgreSQL's tools."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg2.extensions

from config import env as environment
from config.care.databases import is_sqlite, postgres_parameters, url_of
from config.care.exceptions import CareRefused

VERSIONS = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version beside one another."""

TOLD_LINES = 15


def migrate(database: Mapping[str, Any]) -> None:
    """Apply every migration of this code to a database, in a process of its own.

    Migrations name the default database; so it is that for the process. Also makes the triggers.
    """
    changed = {
        "DATABASE_URL": url_of(database),
        "DATABASE_REPLICA_URL": "",
        "DATABASE_POOLER": "",
        "SERVERLESS": "",
        "LOG_TO_STDOUT": "on",  # its file may be closed to us; what is said here is dropped
    }
    if environment.load().SEARCH_ENGINE != "opensearch":
        changed["SEARCH_ENGINE"] = ""
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"],
        cwd=environment.ROOT,
        env=environment.surroundings(**changed),
        capture_output=True,
        encoding="utf-8",
        close_fds=False,  # the lock of a restore: it holds until this has ended, too
    )
    if done.returncode:
        # Of a traceback only what it ends with.
        lines = [line for line in done.stderr.splitlines() if line.strip() and line[0] not in " ^"]
        told = [line for line in lines if not line.startswith(("Traceback", "The above"))]
        raise CareRefused("The migrations failed:\n" + "\n".join(told[-TOLD_LINES:]))


def find_program(name: str, *, least: int) -> str:
    """Return the path of ``pg_dump``, ``pg_restore`` or ``psql`` of at least version ``least``.

    Raises CareRefused, saying what to install.
    """
    paths = [path for path in VERSIONS.glob(f"*/bin/{name}") if path.parent.parent.name.isdigit()]
    paths.sort(key=lambda path: int(path.parent.parent.name))
    named = shutil.which(name)
    known = []
    for path in ([named] if named else []) + [str(path) for path in paths]:
        if (version := _version(path)) >= least:
            return path
        known.append(f"{path} is version {version}")
    why = f"({'; '.join(known)})" if known else "(none is installed)"
    raise CareRefused(
        f"The server is PostgreSQL {least}, and there is no {name} of that version or a newer one "
        f"{why}. On Debian and Ubuntu: apt install postgresql-client-{least}"
    )


def _version(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, encoding="utf-8")  # noqa: S603
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def connection_of(database: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return how libpq's programs reach a database: a text, and variables that hold the secret."""
    if is_sqlite(database):
        raise CareRefused("An SQLite file is no server.")
    given = postgres_parameters(database)
    password = given.pop("password", "")
    secret = environment.surroundings(**({"PGPASSWORD": str(password)} if password else {}))
    return psycopg2.extensions.make_dsn(**given), secret
