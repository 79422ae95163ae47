"""Settings, ``.env.example`` and code name the same variables; production refuses half a house."""

import ast
import fcntl
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.checks import WARNING, run_checks

from config.env import ROOT, Environment
from config.tests.sources import called_name, sources
from tools.processes import wait_until

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
ASSIGNMENT = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$")
GOOD_KEY = "k3y-of-a-real-server-0123456789-abcdefghijklmnopqrstuvwxyz-ABC"
COMPLETE = {
    "SECRET_KEY": GOOD_KEY,
    "ALLOWED_HOSTS": "madang.example",
    "SITE_URL": "https://madang.example",
}
MAY_READ_THE_ENVIRONMENT = {
    "config/env.py": {"environ"},
    "config/aws.py": {"setdefault"},
    "config/celery.py": {"setdefault"},
    "config/wsgi.py": {"setdefault"},
    "config/asgi.py": {"setdefault"},
    "config/metrics.py": {"setdefault"},  # prometheus-client is told its folder in no other way
}
"""Which files touch ``os.environ``; the entry points only name the settings module."""


def example_names() -> list[str]:
    return [match[1] for line in EXAMPLE if (match := ASSIGNMENT.match(line))]


def test_django_has_nothing_to_say():
    found = [str(one) for one in run_checks() if one.level >= WARNING and not one.is_silenced()]
    assert not found, "\n".join(found)


@pytest.mark.behaviour("OP-01")
def test_the_example_names_exactly_what_is_read():
    read, written = list(Environment({}).names), example_names()
    assert sorted(written) == sorted(set(written)), "a variable is twice in .env.example"
    assert not set(read) - set(written), f".env.example lacks {sorted(set(read) - set(written))}"
    assert not set(written) - set(read), (
        f"config/env.py does not read {sorted(set(written) - set(read))}"
    )


@pytest.mark.behaviour("OP-01")
def test_every_variable_of_the_example_has_a_comment_above_it():
    """Directly above, or above the run of variables that it belongs to."""
    bare, has_comment = [], False
    for line in EXAMPLE:
        if line.startswith("#"):
            has_comment = True
        elif not line.strip():
            has_comment = False
        elif (match := ASSIGNMENT.match(line)) and not has_comment:
            bare.append(match[1])
    assert not bare, f"Say above each what it means: {bare}"


@pytest.mark.behaviour("OP-01")
def test_the_example_shows_the_defaults():
    """Copied unchanged, the example changes nothing."""
    shown = dict(match.groups() for line in EXAMPLE if (match := ASSIGNMENT.match(line)))
    default, copied = vars(Environment({})), vars(Environment(shown))
    differing = [name for name in default if default[name] != copied[name]]
    assert not differing, f".env.example does not show the defaults of {differing}"


@pytest.mark.behaviour("OP-01")
def test_the_environment_is_read_in_one_place():
    found = []
    for source in sources():
        allowed = MAY_READ_THE_ENVIRONMENT.get(source.relative, set())
        for node in source.nodes:
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}:
                is_setdefault = any(
                    isinstance(call, ast.Call)
                    and called_name(call) == "setdefault"
                    and isinstance(call.func, ast.Attribute)
                    and call.func.value is node
                    for call in source.nodes
                )
                used = "setdefault" if is_setdefault else "environ"
                if used not in allowed:
                    found.append(f"{source.at(node)} {ast.unparse(node)}")
    assert not found, "Read the environment in config/env.py alone:\n" + "\n".join(found)


@pytest.mark.behaviour("OP-01")
def test_secrets_are_not_in_version_control():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert "/.env" in ignored
    assert "/var/" in ignored
    assert "*.mo" in ignored


def start(module: str, **environment: str) -> subprocess.CompletedProcess:
    """Import a settings module in a process of its own; a ``.env`` on this machine stays unheard."""
    clean = dict.fromkeys(Environment({}).names, "") | environment
    for name in environment:
        if name.endswith("_FILE"):
            clean.pop(name.removesuffix("_FILE"), None)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", f"import {module} as s; print(s.SECRET_KEY, s.DEBUG)"],
        cwd=ROOT,
        env=kept | clean,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.behaviour("OP-03")
def test_production_starts_when_it_is_complete():
    started = start("config.settings.prod", **COMPLETE)
    assert started.returncode == 0, started.stderr
    assert started.stdout.split() == [GOOD_KEY, "False"]


@pytest.mark.thorough
@pytest.mark.behaviour("OP-03")
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, ["SECRET_KEY"]),
        ({"SECRET_KEY": GOOD_KEY[:49]}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "a" * 80}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "django-insecure-" + GOOD_KEY}, ["SECRET_KEY"]),
        ({"DEBUG": "1"}, ["DEBUG"]),
        ({"ALLOWED_HOSTS": ""}, ["ALLOWED_HOSTS"]),
        ({"SITE_URL": ""}, ["SITE_URL"]),
        ({"SITE_URL": "madang.example"}, ["SITE_URL"]),
        ({"SITE_URL": "http://localhost:8000"}, ["SITE_URL"]),
        ({"SOCIAL_KAKAO_ID": "half"}, ["SOCIAL_KAKAO_ID", "SOCIAL_KAKAO_SECRET"]),
        ({"MAIL_PASSWORD": "half"}, ["MAIL_USERNAME", "MAIL_PASSWORD"]),
        ({"DATABASE_URL": "mysql://u:p@h/d"}, ["DATABASE_URL", "mysql"]),
        ({"PORT": "eighty"}, ["PORT"]),
    ],
    ids=lambda value: (
        ",".join(f"{k}={v[:24]}" for k, v in value.items()) if isinstance(value, dict) else None
    ),
)
def test_production_refuses_to_start_and_says_why(changes, named):
    started = start("config.settings.prod", **(COMPLETE | changes))
    assert started.returncode != 0
    last_line = started.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last_line
    for name in named:
        assert name in last_line


@pytest.mark.behaviour("OP-03")
def test_production_names_each_fault_at_once():
    started = start("config.settings.prod", SECRET_KEY="weak", DEBUG="1")
    assert started.returncode != 0
    for name in ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "SITE_URL"):
        assert name in started.stderr.split("ImproperlyConfigured")[-1]


@pytest.mark.thorough
def test_production_takes_its_key_from_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(GOOD_KEY + "\n", encoding="utf-8")
    environment = {name: value for name, value in COMPLETE.items() if name != "SECRET_KEY"}
    started = start("config.settings.prod", SECRET_KEY_FILE=str(secret), **environment)
    assert started.returncode == 0, started.stderr


@pytest.mark.thorough
def test_a_laptop_makes_its_own_key_and_keeps_it(tmp_path):
    first = start("config.settings.dev", VAR_DIR=str(tmp_path / "var"))
    assert first.returncode == 0, first.stderr
    key, debug = first.stdout.split()
    assert len(key) >= 50
    assert debug == "False"
    held = tmp_path / "var" / "secret-key"
    assert held.read_text(encoding="utf-8") == key
    assert stat.S_IMODE(held.stat().st_mode) == 0o600
    second = start("config.settings.dev", VAR_DIR=str(tmp_path / "var"))
    assert second.stdout.split()[0] == key


@pytest.mark.thorough
def test_processes_of_a_laptop_that_begin_at_once_have_one_key(tmp_path):
    held = tmp_path / "secret-key"
    held.touch(mode=0o600)  # the first of them just made it, and has written nothing so far
    with ThreadPoolExecutor(3) as pool, held.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        others = [pool.submit(start, "config.settings.dev", VAR_DIR=str(tmp_path)) for _ in "123"]
        assert wait_until(lambda: waiting_for(held) == 3, seconds=60)
        file.write(GOOD_KEY)
        file.close()
    assert [one.result().stdout.split()[0] for one in others] == [GOOD_KEY] * 3


@pytest.mark.thorough
def test_a_laptop_that_died_before_it_wrote_its_key_makes_another(tmp_path):
    held = tmp_path / "secret-key"
    held.touch(mode=0o600)
    key = start("config.settings.dev", VAR_DIR=str(tmp_path)).stdout.split()[0]
    assert len(key) >= 50
    assert held.read_text(encoding="utf-8") == key


def waiting_for(path: Path) -> int:
    """Return how many wait for the lock of a file."""
    lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    return sum(" -> " in line and f":{path.stat().st_ino} " in line for line in lines)


def test_the_suite_uses_nothing_of_the_laptop(settings):
    assert not settings.DEBUG
    for folder in (settings.VAR_DIR, settings.MEDIA_ROOT, settings.STATIC_ROOT, settings.QUEUE_DIR):
        assert ROOT not in folder.parents
