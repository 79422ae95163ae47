"""A real supervisor with deploy/supervisor/madang.conf, its programs exchanged for ones that wait."""

import configparser
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.tests.deploying import PATIENCE, SUPERVISOR, program
from tools.processes import start, stop, wait_until

pytestmark = pytest.mark.one_engine

PROGRAMS = {"madang-web", "madang-worker-1", "madang-worker-2", "madang-beat"}
STOP_SECONDS = 40
# Waits for what it started, as gunicorn does for its processes: who kills it alone leaves one behind.
WAITING = "#!/bin/sh\ntrap 'exit 0' TERM\nsleep 600 &\nwait\n"


class Supervisor:
    """supervisord with our file alone, and ``supervisorctl`` that speaks to it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.waiting = folder / "waiting"
        self.waiting.write_text(WAITING)
        self.waiting.chmod(0o755)
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(SUPERVISOR / "madang.conf", encoding="utf-8")
        for section in parser.sections():
            if not section.startswith("program:"):
                continue
            parser[section]["command"] = str(self.waiting)
            parser[section]["directory"] = str(folder)
            parser[section]["user"] = pwd.getpwuid(os.geteuid()).pw_name
            parser[section]["startsecs"] = "0"
            logged = Path(parser[section]["stdout_logfile"]).name
            parser[section]["stdout_logfile"] = str(folder / logged)
        parser["supervisord"] = {
            "nodaemon": "true",
            "pidfile": str(folder / "pid"),
            "logfile": str(folder / "log"),
            "user": pwd.getpwuid(os.geteuid()).pw_name,
        }
        parser["unix_http_server"] = {"file": str(folder / "sock")}
        parser["rpcinterface:supervisor"] = {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        }
        parser["supervisorctl"] = {"serverurl": f"unix://{folder}/sock"}
        self.file = folder / "supervisord.conf"
        with open(self.file, "w", encoding="utf-8") as file:
            parser.write(file)

    def control(self, *words: str) -> str:
        command = [program("supervisorctl", "supervisor"), "-c", str(self.file), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def status(self) -> dict[str, tuple[str, str]]:
        """Return state and process of each program of the group."""
        found = re.findall(
            r"^madang:(\S+)\s+(\S+)(?:\s+pid (\d+))?", self.control("status"), re.MULTILINE
        )
        return {name: (state, process) for name, state, process in found}

    def is_all(self, state: str) -> bool:
        found = self.status()
        return set(found) == PROGRAMS and {one[0] for one in found.values()} == {state}


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    daemon = program("supervisord", "supervisor")
    folder = Path(tempfile.mkdtemp(prefix="madang-sv-"))
    made = Supervisor(folder)
    running = start(
        [daemon, "-n", "-c", str(made.file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert wait_until(lambda: made.is_all("RUNNING"), seconds=PATIENCE, process=running)
        yield made
    finally:
        stop(running)
        shutil.rmtree(folder, ignore_errors=True)


def children_of(process: str) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


@pytest.mark.behaviour("OP-37")
def test_one_group_is_started_restarted_and_stopped_as_a_whole(supervisor):
    before = supervisor.status()
    assert set(before) == PROGRAMS  # numprocs made two workers of one program
    assert wait_until(lambda: all(children_of(one[1]) for one in before.values()), seconds=PATIENCE)
    below = [child for one in before.values() for child in children_of(one[1])]

    supervisor.control("restart", "madang:*")
    after = supervisor.status()
    assert supervisor.is_all("RUNNING")
    assert all(after[name][1] != before[name][1] for name in PROGRAMS)
    assert not [one for one in below if lives(one)], "a restart left processes behind"

    began = time.monotonic()
    supervisor.control("stop", "madang:*")
    assert supervisor.is_all("STOPPED") and time.monotonic() - began < STOP_SECONDS
    supervisor.control("start", "madang:*")
    assert supervisor.is_all("RUNNING")


def lives(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.behaviour("OP-37")
def test_a_program_that_is_killed_comes_back(supervisor):
    before = supervisor.status()
    for _state, process in before.values():
        os.kill(int(process), signal.SIGKILL)

    def is_back() -> bool:
        after = supervisor.status()
        return supervisor.is_all("RUNNING") and all(
            after[name][1] not in {"", before[name][1]} for name in PROGRAMS
        )

    assert wait_until(is_back, seconds=PATIENCE)


def test_what_is_stopped_has_longer_than_a_request_may_take():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(SUPERVISOR / "madang.conf", encoding="utf-8")
    programs = [parser[name] for name in parser.sections() if name.startswith("program:")]
    assert {f"program:{name}" for name in parser["group:madang"]["programs"].split(",")} == {
        one.name for one in programs
    }
    for one in programs:
        assert int(one["stopwaitsecs"]) > 30  # OP-13
        assert one["stopasgroup"] == one["killasgroup"] == one["autorestart"] == "true"
        assert one["user"] == "madang"
