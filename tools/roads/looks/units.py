"""What systemd does for the processes of a site."""

import re
import time

from tools.roads.looks.asking import (
    NAME,
    RESTART_SECONDS,
    STOP_SECONDS,
    require,
    status,
    wait_for_answer,
)
from tools.roads.machine import Machine


def socket_and_owners(here: Machine) -> str:
    """The socket is the group's; every process is the site's user's."""
    mode = here.inside("stat", "-c", "%A %U:%G", "/run/madang/web.sock").strip()
    shown = here.inside("ps", "-eo", "user:12,group:12,args")
    owners = {tuple(line.split()[:2]) for line in shown.splitlines() if "/srv/madang/.venv" in line}
    seen = f"{mode}; " + ", ".join(sorted(":".join(owner) for owner in owners))
    return require(
        mode == "srw-rw---- madang:www-data"
        and owners == {("madang", "www-data"), ("madang", "madang")},
        seen,
    )


def nginx_sees_no_data(here: Machine) -> str:
    """nginx's user can read neither data nor settings nor backups."""
    tried = {}
    for place in ("/var/lib/madang", "/etc/madang/madang.env", "/var/backups/madang"):
        found = here.inside("sh", "-c", f"runuser -u www-data -- ls -l {place}/ 2>&1 || true")
        tried[place] = "Permission denied" in found
        read = here.inside("sh", "-c", f"runuser -u www-data -- cat {place} 2>&1 || true")
        tried[place] = "Permission denied" in found + read
    return require(all(tried.values()), str(tried))


def code_is_read_only(here: Machine) -> str:
    """The site's user cannot change its own code."""
    shown = here.inside("sh", "-c", "runuser -u madang -- touch /srv/madang/x 2>&1 || true")
    return require("Permission denied" in shown, shown)


def crashes_are_mended(here: Machine) -> str:
    """Killed by signal 9, web, worker and scheduler come back."""
    units = ("madang-web", "madang-worker@1", "madang-beat")
    return kill_and_wait(here, units, f"https://{NAME}/healthz")


def kill_and_wait(here: Machine, units: tuple[str, ...], url: str) -> str:
    seen = []
    for unit in units:
        before = here.main_process(unit)
        here.inside("kill", "-9", before)
        began = time.monotonic()
        while here.main_process(unit) in {before, "0"}:
            require(time.monotonic() - began < RESTART_SECONDS, f"{unit} did not come back")
            time.sleep(0.2)
        took = time.monotonic() - began
        seen.append(f"{unit} after {took:.1f} s")
    wait_for_answer(here, url)
    return ", ".join(seen)


def work_is_done(here: Machine) -> str:
    """A job that is queued is done by the worker."""
    here.inside(
        *("env", "DJANGO_SUPERUSER_PASSWORD=열다섯 마당에 핀 꽃", "madang", "createsuperuser"),
        *("--no-input", "--handle", "minah", "--email", "minah@example.org"),
        check=False,  # she is there from an earlier look
    )
    shown = here.inside("madang", "probe_job", "3")
    return require("3" in shown and "fail" not in shown.lower(), " / ".join(shown.split("\n")[-4:]))


def stopping_takes_seconds(here: Machine) -> str:
    """Stopping all of it takes less than 40 s; the socket is gone; it starts again."""
    began = time.monotonic()
    here.inside("systemctl", "stop", "madang.target")
    here.wait_until_inactive("madang-web", "madang-worker@1", "madang-beat")
    took = time.monotonic() - began
    left = here.inside("sh", "-c", "ls /run/madang/web.sock 2>&1 || true")
    results = here.inside(
        "systemctl", "show", "-p", "Result", "madang-web", "madang-worker@1", "madang-beat"
    )
    down = status(here, f"https://{NAME}/")
    here.inside("systemctl", "start", "madang.target")
    again = wait_for_answer(here, f"https://{NAME}/healthz")
    seen = f"{took:.1f} s, then {down}; up again after {again:.1f} s"
    require("timeout" not in results, results)
    return require(took < STOP_SECONDS and "No such file" in left and down == "502", seen)


def reboots_bring_it_back(here: Machine) -> str:
    """After a reboot of the machine it answers by itself."""
    here.reboot()
    return f"{wait_for_answer(here, f'https://{NAME}/healthz'):.1f} s after systemd"


def backups_are_made(here: Machine) -> str:
    """The unit of the timer makes a backup."""
    here.inside("systemctl", "start", "madang-backup")
    shown = here.inside(
        "sh",
        "-c",
        "ls -l /var/backups/madang; systemctl list-timers --no-pager madang-backup.timer",
    )
    return require(
        "madang-backup.timer" in shown and len(shown.splitlines()) > 4, shown.splitlines()[1]
    )


def sandbox_is_tight(here: Machine) -> str:
    """What systemd says of the units' exposure (0 is none, 10 is all)."""
    units = ("madang-web", "madang-worker@1", "madang-beat", "madang-backup")
    seen = []
    for unit in units:
        shown = here.inside("systemd-analyze", "security", "--no-pager", unit)
        seen.append(f"{unit} " + re.search(r"exposure level for \S+: ([\d.]+)", shown)[1])  # type: ignore[index]
    return require(all(float(one.split()[1]) <= 2.5 for one in seen), ", ".join(seen))


def nothing_failed(here: Machine) -> str:
    """systemd has no failed units, and the site logged no errors."""
    failed = here.inside("systemctl", "--failed", "--no-legend", "--plain").split("\n")
    units = here.inside("systemctl", "list-units", "--plain", "--no-legend", "madang*.service")
    errors = []
    for unit in (line.split()[0] for line in units.splitlines()):
        told = here.inside("journalctl", "--no-pager", "--output=cat", "--unit", unit)
        errors += [f"{unit}: {fault}" for fault in faults_of(told)]
    found = [one for one in (*failed, *errors) if one]
    return require(not found, "\n".join(found[:10]) or "none")


def faults_of(log: str) -> list[str]:
    """Return the errors of a log; of a traceback the line that it ends with.

    Names that are not the site's were asked for by a look, and each is logged as an error.
    """
    found = []
    is_in_trace = False
    for line in log.splitlines():
        if line.startswith("Traceback"):
            is_in_trace = True
        elif is_in_trace and line[:1].strip():
            found.append(line)
            is_in_trace = False
        elif re.search(r"\[(?:error|critical)\s*\]", line):
            found.append(line)
    return [one for one in found if "DisallowedHost" not in one]
