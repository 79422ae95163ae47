"""What supervisor does for the processes of a site."""

import re
import time

from tools.roads.looks.asking import (
    NAME,
    RESTART_SECONDS,
    STOP_SECONDS,
    Wrong,
    require,
    status,
    wait_for_answer,
)
from tools.roads.machine import Machine


def supervised(here: Machine) -> dict[str, tuple[str, str]]:
    """Return state and process number of each program of the group."""
    shown = here.inside("supervisorctl", "status", "madang:*", check=False)
    found = re.findall(r"^madang:(\S+)\s+(\S+)(?:\s+pid (\d+))?", shown, re.MULTILINE)
    return {name: (state, process) for name, state, process in found}


def group_runs(here: Machine) -> str:
    """The group is web, two workers and a scheduler, all of the site's user."""
    seen = supervised(here)
    owners = here.inside("ps", "-o", "user:12=", "-p", ",".join(one[1] for one in seen.values()))
    wanted = {"madang-web", "madang-worker-1", "madang-worker-2", "madang-beat"}
    is_right = set(seen) == wanted and {one[0] for one in seen.values()} == {"RUNNING"}
    return require(
        is_right and set(owners.split()) == {"madang"}, f"{sorted(seen)} {set(owners.split())}"
    )


def group_restarts(here: Machine) -> str:
    """Restarting the group gives every program a new process."""
    before = supervised(here)
    began = time.monotonic()
    here.inside("supervisorctl", "restart", "madang:*")
    took = time.monotonic() - began
    wait_for_answer(here, f"https://{NAME}/healthz")
    after = supervised(here)
    is_new = all(after[name][1] not in {"", before[name][1]} for name in before)
    return require(is_new and len(before) == 4, f"{len(before)} programs in {took:.1f} s")


def group_stops(here: Machine) -> str:
    """Stopping the group takes less than 40 s and leaves nothing behind; it starts again."""
    began = time.monotonic()
    here.inside("supervisorctl", "stop", "madang:*")
    took = time.monotonic() - began
    left = here.inside("sh", "-c", "ps -u madang -o args= || true").strip()
    down = status(here, f"https://{NAME}/")
    here.inside("supervisorctl", "start", "madang:*")
    again = wait_for_answer(here, f"https://{NAME}/healthz")
    seen = f"{took:.1f} s, then {down}, {left or 'no process'}; up again after {again:.1f} s"
    return require(took < STOP_SECONDS and not left and down == "502", seen)


def killed_programs_come_back(here: Machine) -> str:
    """Killed by signal 9, each program comes back."""
    before = supervised(here)
    here.inside("kill", "-9", *(process for _state, process in before.values()))
    began = time.monotonic()
    while time.monotonic() - began < RESTART_SECONDS:
        after = supervised(here)
        if all(
            after[name][0] == "RUNNING" and after[name][1] != before[name][1] for name in before
        ):
            wait_for_answer(here, f"https://{NAME}/healthz")
            return f"{len(before)} programs after {time.monotonic() - began:.1f} s"
        time.sleep(0.5)
    raise Wrong(str(supervised(here)))


def supervised_logs(here: Machine) -> str:
    """Each program has its log."""
    shown = here.inside("sh", "-c", "ls /var/log/supervisor/madang-*")
    wanted = ("web.log", "worker-1.log", "worker-2.log", "beat.log")
    return require(all(f"madang-{one}" in shown for one in wanted), " ".join(shown.split()))
