"""The commands that the README promises exist and say what is wrong in plain words."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools import bootstrap, run
from tools.processes import LOOPBACK, ROOT, free_port, is_port_free, start, wait_until

pytestmark = pytest.mark.one_engine

PAGES = ("README.md", "docs/operations.md", "docs/architecture.md", "docs/api.md")


def makefile_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.behaviour("OP-51")
def test_every_make_command_that_a_page_names_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)", text))
    # "set", "it" and the like follow "make" in sentences; commands are written as code.
    code = "\n".join(re.findall(r"`[^`]+`|```.*?```", text, re.DOTALL))
    commands = {name for name in named if f"make {name}" in code}
    assert commands
    assert commands <= makefile_targets()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page):
    path = ROOT / page
    links = re.findall(r"(?<!!)\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    missing = [link for link in links if not (path.parent / link).exists() and "://" not in link]
    assert not missing


@pytest.mark.behaviour("OP-05")
def test_run_names_a_taken_port_and_offers_a_free_one(tmp_path):
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "tools.run"],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port), "VAR_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert f"{port}번 포트" in done.stderr
    assert re.search(r"make run PORT=\d+", done.stderr)


def process(code: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", code])


@pytest.fixture
def web():
    serving = process("import time; time.sleep(60)")
    yield serving
    serving.kill()
    serving.wait()


@pytest.mark.behaviour("OP-17")
def test_a_worker_that_ends_is_started_anew_and_the_site_goes_on(web, monkeypatch):
    monkeypatch.setattr(run, "PAUSE_SECONDS", 0.01)
    begun = []

    def start_worker():
        begun.append("worker")
        web.kill()  # which ends the watch
        return process("")

    children = {"web": web, "worker": process("raise SystemExit(3)")}
    children["worker"].wait()
    run.watch(children, start_worker)
    assert begun == ["worker"]
    children["worker"].wait()


def test_what_a_dead_worker_left_behind_ends_before_the_next_starts(web, monkeypatch, tmp_path):
    monkeypatch.setattr(run, "PAUSE_SECONDS", 0.01)
    left = tmp_path / "pid"
    scheduler = "import time; time.sleep(60)"
    code = (
        "import pathlib, subprocess, sys\n"
        f"one = subprocess.Popen([sys.executable, '-c', {scheduler!r}])\n"
        f"pathlib.Path({str(left)!r}).write_text(str(one.pid))\n"
        "raise SystemExit(3)"
    )
    is_gone = []

    def start_worker():
        pid = int(left.read_text())
        is_gone.append(wait_until(lambda: not is_running(pid), seconds=10))
        web.kill()
        return process("")

    worker = start([sys.executable, "-c", code])
    worker.wait()
    children = {"web": web, "worker": worker}
    run.watch(children, start_worker)
    assert is_gone == [True]
    children["worker"].wait()


def is_running(pid: int) -> bool:
    """Return whether a process lives; one that ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_worker_that_ends_again_and_again_stops_the_site(web, monkeypatch):
    monkeypatch.setattr(run, "PAUSE_SECONDS", 0.01)
    begun = []

    def start_worker():
        begun.append(process(""))
        begun[-1].wait()
        return begun[-1]

    run.watch({"web": web, "worker": start_worker()}, start_worker)
    assert web.poll() is None
    assert len(begun) == run.WORKER_ENDS


@pytest.mark.behaviour("OP-05")
def test_an_old_python_is_refused_with_the_way_out(tmp_path):
    old = tmp_path / "python3.8"
    old.write_text("#!/bin/sh\necho 3 8\n")
    old.chmod(0o755)
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "bootstrap.py"],
        env={"PYTHON": str(old), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "make run PYTHON=" in done.stderr


def test_the_bootstrap_can_be_parsed_by_an_old_python():
    import ast

    source = (ROOT / "tools" / "bootstrap.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 4))
    assert "f'" not in source
    assert not re.search(r"\bf\"", source)


@pytest.mark.behaviour("OP-41")
def test_every_locked_package_has_a_hash_and_no_index_is_named():
    locked = ("requirements.txt", "requirements-dev.txt", "requirements-api-check.txt")
    for name in (*locked, "requirements/pip.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        packages = re.findall(r"^[A-Za-z0-9][^ \n]*==", text, re.MULTILINE)
        blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
        assert len(blocks) == len(packages)
        assert all("--hash=sha256:" in block for block in blocks)
        assert "://" not in text
        assert "--index" not in text


def test_a_stamp_is_only_right_for_the_same_requirements(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path))
    (tmp_path / "requirements.txt").write_text("a==1\n")
    assert not bootstrap.is_installed("requirements.txt")
    (tmp_path / ".requirements.txt.sha256").write_text(bootstrap.fingerprint("requirements.txt"))
    assert bootstrap.is_installed("requirements.txt")
    (tmp_path / "requirements.txt").write_text("a==2\n")
    assert not bootstrap.is_installed("requirements.txt")


def test_a_listening_port_is_not_free():
    port = free_port()
    assert is_port_free(LOOPBACK, port)
    with socket.create_server((LOOPBACK, port)):
        assert not is_port_free(LOOPBACK, port)
