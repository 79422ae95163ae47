"""The analyser is loaded once for all processes of a fork."""

import os
import runpy
import subprocess
import sys

import pytest

from config import preloading
from config.env import ROOT, Environment

FORK = """
import os, sys
import django
django.setup()
from config import preloading
from search.analysis import get_analyzer

def private():
    with open("/proc/self/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))

preloading.load_before_fork()
threads = len(os.listdir("/proc/self/task"))
child = os.fork()
if child == 0:
    text = "도커로 웹서버를 켜고 데이터베이스를 연결했다. " * 100
    found = len(get_analyzer().units(text))
    print(threads, found, private() // 1024, flush=True)
    sys.exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
MOST_PRIVATE = 60  # MB


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_children_of_a_fork_share_the_analyser_and_end_well():
    ran = subprocess.run(
        [sys.executable, "-c", FORK],
        env=dict(os.environ, DJANGO_SETTINGS_MODULE="config.settings.test"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    threads, found, private = map(int, ran.stdout.split())
    assert threads == 1
    assert found == 500
    assert private <= MOST_PRIVATE


def test_loading_in_the_background_ends():
    thread = preloading.load_soon(pause=0)
    thread.join(timeout=60)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("processes", "debug", "preloads"),
    [("1", "off", False), ("3", "off", True), ("3", "on", False)],
)
def test_a_web_server_loads_before_the_fork_when_it_forks_more_than_once(
    monkeypatch, tmp_path, processes, debug, preloads
):
    variables = {"WEB_CONCURRENCY": processes, "DEBUG": debug, "VAR_DIR": str(tmp_path)}
    assert Environment(variables).WEB_PRELOAD is preloads
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert runpy.run_path(str(ROOT / "config" / "gunicorn.py"))["preload_app"] is preloads


def test_a_loader_that_fails_keeps_nobody_from_loading(monkeypatch, caplog):
    loaded = []

    def fails():
        raise RuntimeError("no")

    monkeypatch.setattr(preloading, "_loaders", {})
    preloading.register_loader("first", fails)
    preloading.register_loader("second", lambda: loaded.append(True))
    preloading.load_all()
    assert loaded == [True]
    assert "first could not be loaded" in caplog.text
