"""The folders of deploy/, and the programs that its tests start."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import ROOT, Environment
from config.tests.test_guard_settings import GOOD_KEY

VM, SUPERVISOR, SMALL = (ROOT / "deploy" / name for name in ("vm", "supervisor", "small"))
PATIENCE = 60  # seconds for servers to answer


def program(name: str, package: str) -> str:
    """Return the path of a program; the test is skipped without it, and fails in CI."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if path is None:
        missing = f"{name} is not installed (Debian: apt-get install {package})."
        if "CI" in os.environ:
            pytest.fail(missing)
        pytest.skip(missing)
    return path


def configuration_of_nginx() -> str:
    """Return all that nginx is given, one file after the other."""
    return "".join(path.read_text("utf-8") for path in sorted((VM / "nginx").iterdir()))


def settings_of(example: Path, folder: Path) -> dict[str, str]:
    """Return a process environment with the settings of an example, its data in ``folder``."""
    lines = example.read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    # A ``.env`` of this machine says nothing; gunicorn itself reads WEB_CONCURRENCY as a number.
    silent = dict.fromkeys(Environment({}).names, "") | {"WEB_CONCURRENCY": "1"}
    return (
        kept
        | silent
        | given
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings.prod",
            "SECRET_KEY": GOOD_KEY,
            "VAR_DIR": str(folder),
            "STATIC_ROOT": str(folder / "static"),
        }
    )


def managed(settings: dict[str, str], *arguments: str) -> str:
    """Run ``manage.py`` with these settings and return what it printed; it has to succeed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
