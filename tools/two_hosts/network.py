"""Hosts as network namespaces on one bridge: each has an address, a loopback and processes of its own."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.processes import ROOT

BRIDGE = "madang-br"
NETWORK = "10.77.0"
STOP_SECONDS = 40


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@dataclass
class Process:
    """A command that is kept running on a host, as a service manager would keep it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    options: dict
    is_wanted: bool = True
    popen: subprocess.Popen | None = None
    starts: int = 0


@dataclass
class Host:
    """A namespace, its address, and what runs there."""

    name: str
    number: int
    folder: Path
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{NETWORK}.{self.number}"

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], **options
    ) -> None:
        """Run a command here, and again whenever it ends, until it is stopped or killed for good."""
        self.processes[name] = Process(name, command, environment, options)
        self._run(self.processes[name])

    def _run(self, process: Process) -> None:
        with open(self.folder / f"{self.name}-{process.name}.log", "ab") as log:
            process.popen = subprocess.Popen(
                ["ip", "netns", "exec", self.name, *process.command],
                env=dict(process.environment),
                cwd=process.options.get("cwd", ROOT),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process.starts += 1

    def keep(self) -> None:
        """Start again what ended by itself or was killed."""
        for process in self.processes.values():
            if process.is_wanted and process.popen and process.popen.poll() is not None:
                self._run(process)

    def kill(self, *names: str) -> None:
        """Kill processes as a power cut would; they stay dead until ``revive``."""
        for process in self._chosen(names):
            process.is_wanted = False
            _signal(process, signal.SIGKILL)

    def crash(self, *names: str) -> None:
        """Kill processes that the service manager then starts again."""
        for process in self._chosen(names):
            _signal(process, signal.SIGKILL)

    def revive(self, *names: str) -> None:
        """Let what was killed start again."""
        for process in self._chosen(names):
            process.is_wanted = True
            self._run(process)

    def cut(self) -> None:
        """Pull the cable."""
        ip("link", "set", f"md{self.number}o", "down")

    def join(self) -> None:
        """Plug it in again."""
        ip("link", "set", f"md{self.number}o", "up")

    def stop(self, *names: str, sign: int = signal.SIGTERM) -> None:
        """Ask processes to end, and end them by force if they do not."""
        for process in self._chosen(names):
            process.is_wanted = False
            if process.popen and process.popen.poll() is None:
                process.popen.send_signal(sign)
        for process in self._chosen(names):
            if process.popen:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.popen.wait(STOP_SECONDS)
                _signal(process, signal.SIGKILL)

    def _chosen(self, names: Sequence[str]) -> list[Process]:
        return [one for one in self.processes.values() if not names or one.name in names]


def _signal(process: Process, sign: int) -> None:
    if process.popen is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.popen.pid, sign)
    process.popen.wait()


@contextlib.contextmanager
def network(names: Sequence[str], folder: Path) -> Iterator[dict[str, Host]]:
    """Yield hosts that reach each other, and us as ``NETWORK.1``; all of it goes away at the end."""
    hosts = {name: Host(f"madang-{name}", 10 + at, folder) for at, name in enumerate(names)}
    # A run that was cut off by force leaves its wires.
    _take_down(hosts.values())
    try:
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for host in hosts.values():
            outside, inside = f"md{host.number}o", f"md{host.number}i"
            ip("netns", "add", host.name)
            ip("link", "add", outside, "type", "veth", "peer", "name", inside)
            ip("link", "set", outside, "master", BRIDGE, "up")
            ip("link", "set", inside, "netns", host.name)
            ip("-n", host.name, "addr", "add", f"{host.address}/24", "dev", inside)
            ip("-n", host.name, "link", "set", inside, "up")
            ip("-n", host.name, "link", "set", "lo", "up")
        yield hosts
    finally:
        for host in hosts.values():
            host.stop()
        _take_down(hosts.values())


def _take_down(hosts: Iterable[Host]) -> None:
    for host in hosts:
        for words in (("netns", "del", host.name), ("link", "del", f"md{host.number}o")):
            with contextlib.suppress(subprocess.CalledProcessError):
                ip(*words)
    time.sleep(0.2)
    with contextlib.suppress(subprocess.CalledProcessError):
        ip("link", "del", BRIDGE)
