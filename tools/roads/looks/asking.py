"""Asking a server that was set up: from another machine by curl, and inside."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from tools.roads.machine import READER_ADDRESSES, SERVER_ADDRESSES, Machine, WalkFailed

NAME = "example.org"
ADDRESS, ADDRESS_6 = (address.partition("/")[0] for address in SERVER_ADDRESSES)
READER = READER_ADDRESSES[0].partition("/")[0]
RESTART_SECONDS = 120
STOP_SECONDS = 40
SUPERVISED = "/etc/supervisor/conf.d/madang.conf"
YEAR, MONTH = 365 * 24 * 3600, 30 * 24 * 3600


class Wrong(Exception):
    """What was seen is not what has to be."""


@dataclass(frozen=True)
class Look:
    """One question to a running server, and what it printed."""

    ask: Callable[[Machine], str]

    def tell(self, here: Machine) -> bool:
        """Print what was seen; return whether it is right."""
        title = (self.ask.__doc__ or "").splitlines()[0].rstrip(".")
        try:
            seen, is_right = self.ask(here), True
        except (Wrong, WalkFailed) as error:
            seen, is_right = str(error), False
        print(f"{'ok   ' if is_right else 'WRONG'} {title}: {seen.strip()}", flush=True)
        return is_right


def require(is_right: object, seen: str) -> str:
    """Return what was seen. Raises Wrong."""
    if not is_right:
        raise Wrong(seen)
    return seen


def status(here: Machine, url: str, *arguments: str, address: str = ADDRESS) -> str:
    """Return ``code location`` of one GET, the name leading to the server."""
    host = re.match(r"\w+://([^/:\[\]]+|\[[^\]]+\])", url)[1]  # type: ignore[index]
    leads = () if host in {ADDRESS, f"[{ADDRESS_6}]"} else _leads(host, address)
    shown = "%{http_code} %{redirect_url}"
    return here.ask("--globoff", "-o", "/dev/null", "-w", shown, *leads, *arguments, url).strip()


def body(here: Machine, url: str, *arguments: str) -> str:
    """Return headers and body of one GET."""
    host = re.match(r"\w+://([^/:]+)", url)[1]  # type: ignore[index]
    return here.ask("--include", *_leads(host, ADDRESS), *arguments, url)


def _leads(host: str, address: str) -> tuple[str, ...]:
    there = f"[{address}]" if ":" in address else address
    return tuple(
        part for port in (80, 443, 8000) for part in ("--resolve", f"{host}:{port}:{there}")
    )


def wait_for_answer(here: Machine, url: str, wanted: str = "200") -> float:
    """Return after how many seconds the site answered. Raises Wrong."""
    began = time.monotonic()
    seen = ""
    while time.monotonic() - began < RESTART_SECONDS:
        seen = status(here, url)
        if seen.startswith(wanted):
            return time.monotonic() - began
        time.sleep(0.2)
    raise Wrong(f"after {RESTART_SECONDS} s still {seen!r}")


def restart_site(here: Machine) -> None:
    """Let changed settings count, by whatever keeps the processes of this road."""
    has_supervisor = here.inside("sh", "-c", f"ls {SUPERVISED} 2>/dev/null || true").strip()
    command = (
        ("supervisorctl", "restart", "madang:*")
        if has_supervisor
        else ("systemctl", "restart", "madang.target")
    )
    here.inside(*command)
