"""A small machine: two processes, one file, the light analyser, and the memory that they take."""

import contextlib
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import psutil
import pytest

from config.env import ROOT, Environment
from config.tests.deploying import PATIENCE, SMALL, VM, managed, settings_of
from config.tests.test_deploy_server import commands_of
from tools.processes import LOOPBACK, free_port, start, stop, wait_until

pytestmark = pytest.mark.one_engine

MOST_BYTES = 450 * 1024 * 1024
"""Of 1 GB: the rest is for the system, the cache of the disk and what comes rarely."""


def test_the_settings_of_a_small_machine_need_no_other_server():
    lines = (SMALL / "madang.env").read_text("utf-8").splitlines()
    given = Environment(dict(line.split("=", 1) for line in lines if line and line[0] != "#"))
    assert given.DATABASE["ENGINE"].endswith("sqlite3") and not given.REDIS_URL
    assert (given.WEB_CONCURRENCY, given.WEB_PRELOAD, given.WORKER_CONCURRENCY) == (1, False, 1)
    assert given.SEARCH_ANALYZER == "mecab"
    for path in (SMALL / "madang-runner.service", SMALL / "README.md"):
        assert "apt-get install -y postgresql" not in path.read_text("utf-8")


@contextlib.contextmanager
def both(folder: Path) -> Iterator[tuple[str, dict[str, str], list[psutil.Process]]]:
    """Run what the two units start; yield the address, the settings and the processes."""
    port = free_port()
    settings = settings_of(SMALL / "madang.env", folder) | {
        "DATABASE_URL": f"sqlite:///{folder}/madang.sqlite3",
        "SITE_URL": f"http://example.org:{port}",
        "WEB_BIND": f"{LOOPBACK}:{port}",
    }
    managed(settings, "prepare")
    running = []
    try:
        for unit in (VM / "systemd" / "madang-web.service", SMALL / "madang-runner.service"):
            *_before, words = commands_of(unit)
            command = [sys.executable, "-m", Path(words[0]).name, *words[1:]]
            with open(folder / f"{unit.stem}.log", "wb") as log:
                running.append(start(command, cwd=ROOT, env=settings, stdout=log, stderr=log))
        address = f"http://{LOOPBACK}:{port}"
        assert wait_until(lambda: answers(f"{address}/healthz"), seconds=PATIENCE)
        yield address, settings, [psutil.Process(one.pid) for one in running]
    finally:
        for one in running:
            stop(one)


def answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, headers={"Host": "example.org"}).status_code == HTTPStatus.OK
    return False


def memory_of(process: psutil.Process) -> int:
    """Return the share of memory of a process and all below it, in bytes."""
    family = [process, *process.children(recursive=True)]
    return sum(one.memory_full_info().pss for one in family)


@pytest.mark.thorough
@pytest.mark.behaviour("OP-40")
def test_two_processes_serve_and_work_within_half_of_a_gigabyte(tmp_path):
    owner = {"DJANGO_SUPERUSER_PASSWORD": "열다섯 마당에 핀 꽃"}
    with both(tmp_path) as (address, settings, processes):
        made = ("--no-input", "--handle", "minah", "--email", "minah@example.org")
        managed(settings | owner, "createsuperuser", *made)
        told = managed(settings, "probe_job", "1", "--patience", str(PATIENCE))
        assert "1 of 1" in told  # the runner took it from a folder of files
        for path in ("/", "/search/?q=마당에 핀 꽃", "/sitemap.xml", "/api/v1/posts/"):
            answer = httpx.get(
                f"{address}{path}", headers={"Host": "example.org"}, timeout=PATIENCE
            )
            assert answer.status_code == HTTPStatus.OK, path
        refused = httpx.get(f"{address}/", headers={"Host": "elsewhere.example"}, timeout=PATIENCE)
        assert refused.status_code == HTTPStatus.BAD_REQUEST
        taken = {one.pid: memory_of(one) for one in processes}
        assert sum(taken.values()) < MOST_BYTES, taken
        assert [one.is_running() for one in processes] == [True, True]
