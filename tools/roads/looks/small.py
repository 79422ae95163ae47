"""A site without nginx, PostgreSQL and Redis on a small machine."""

import re
import time

from tools.roads.looks.asking import (
    MONTH,
    NAME,
    STOP_SECONDS,
    YEAR,
    body,
    require,
    status,
    wait_for_answer,
)
from tools.roads.looks.units import kill_and_wait
from tools.roads.machine import Machine


def it_is_up(here: Machine) -> str:
    """After the last block it answers."""
    return f"after {wait_for_answer(here, f'http://{NAME}:8000/healthz'):.1f} s"


def port_8000_answers(here: Machine) -> str:
    """Port 8000 answers in the network, without nginx; unknown names get 400."""
    seen = [status(here, f"http://{host}:8000/") for host in (NAME, "elsewhere.example")]
    return require(seen == ["200", "400"], " ".join(seen))


def static_files_of_the_site(here: Machine) -> str:
    """The site serves its static files itself: a year, 30 days."""
    page = body(here, f"http://{NAME}:8000/")
    hashed = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    require(hashed, "the front page names no hashed style")
    seen = []
    for path in (hashed[1], "/static/madang/icons.svg"):  # type: ignore[index]
        answer = body(here, f"http://{NAME}:8000{path}", "--head")
        seen.append(re.search(r"(?i)cache-control: ([^\r\n]*)", answer)[1])  # type: ignore[index]
    is_right = f"max-age={YEAR}," in seen[0] and "immutable" in seen[0] and str(MONTH) in seen[1]
    return require(is_right, " | ".join(seen))


def memory(here: Machine) -> str:
    """Memory after every page of a walk and a job, with Korean searched."""
    here.inside("madang", "load_demo", check=False)
    for _round in range(3):
        for path in (
            "/",
            "/search/?q=%EB%A7%88%EB%8B%B9",
            "/explore/",
            "/api/v1/posts/",
            "/sitemap.xml",
        ):
            status(here, f"http://{NAME}:8000{path}")
    shown = []
    total = 0
    for unit in ("madang-web", "madang-runner"):
        processes = here.inside("systemctl", "show", "-p", "ControlGroup", "--value", unit).strip()
        listed = here.inside(
            "sh",
            "-c",
            f"cat /sys/fs/cgroup/systemd{processes}/cgroup.procs /sys/fs/cgroup{processes}/cgroup.procs 2>/dev/null || true",
        )
        share = 0
        for number in set(listed.split()):
            told = here.inside("sh", "-c", f"grep ^Pss: /proc/{number}/smaps_rollup || true")
            share += int((told.split() or ["", "0"])[1])
        total += share
        shown.append(f"{unit} {share // 1024} MB")
    return require(
        0 < total < 512 * 1024,
        ", ".join(shown) + f", together {total // 1024} MB; {here.told_of_memory()}",
    )


def small_crashes_are_mended(here: Machine) -> str:
    """Killed by signal 9, both come back."""
    return kill_and_wait(here, ("madang-web", "madang-runner"), f"http://{NAME}:8000/healthz")


def small_stops(here: Machine) -> str:
    """Stopping takes less than 40 s; it starts again."""
    began = time.monotonic()
    here.inside("systemctl", "stop", "madang.target")
    here.wait_until_inactive("madang-web", "madang-runner")
    took = time.monotonic() - began
    here.inside("systemctl", "start", "madang.target")
    again = wait_for_answer(here, f"http://{NAME}:8000/healthz")
    return require(took < STOP_SECONDS, f"{took:.1f} s; up again after {again:.1f} s")


def small_reboots(here: Machine) -> str:
    """After a reboot of the machine it answers by itself."""
    here.reboot()
    return f"{wait_for_answer(here, f'http://{NAME}:8000/healthz'):.1f} s after systemd"
