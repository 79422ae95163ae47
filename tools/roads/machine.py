"""A bare Debian server that lives for one walk: systemd as process 1, a network of its own.

Its root comes from ``mmdebstrap`` (kept as a tar beside other caches), its life from
``systemd-nspawn --boot``, its way out from ``slirp4netns``: this machine's network is not changed. A
second network stands for a reader somewhere else. Needs root and the three packages of those names.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tools.processes import ROOT

SUITE = "bookworm"
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,iproute2,procps,openssh-server,sudo"
"""What a bare image of a hoster has."""

PROGRAMS = ("mmdebstrap", "systemd-nspawn", "slirp4netns", "nsenter", "curl", "git")
PERSON = "minah"
REPOSITORY = "https://git.example.org/madang.git"
SERVER_ADDRESSES = ("198.51.100.10/24", "2001:db8:100::10/64")
READER_ADDRESSES = ("198.51.100.77/24", "2001:db8:100::77/64")
OWN_SETTINGS = ("/etc/pip.conf", "/usr/local/share/ca-certificates", "/etc/apt/apt.conf.d/")
PIP_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
MEMORY_GROUPS = Path("/sys/fs/cgroup/memory")
SHUT_DOWN = signal.SIGRTMIN + 4
BOOT_SECONDS = 120
SHUT_DOWN_SECONDS = 90


class WalkFailed(Exception):
    """A command did not do what its page says, or the server did not answer as it should."""


def missing_programs() -> list[str]:
    """Return what has to be installed before a machine can be made."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def base_root() -> Path:
    """Return the tar of a bare Debian, made once."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "/var/cache")) / "madang-roads"
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"{SUITE}.tar"
    if not kept.exists():
        partial = cache / f"{SUITE}.partial.tar"
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", SUITE, partial],
            check=True,
        )
        partial.rename(kept)
    return kept


def snapshot(folder: Path) -> None:
    """Write a repository with what is here now, committed or not: what a reader would clone."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    for name in (os.fsdecode(name) for name in names if name):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    git = ["git", "-c", "user.name=Madang", "-c", "user.email=madang@example.org"]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "As it is"]):
        subprocess.run([*git, *command], cwd=folder, check=True)


def _join_own_cgroups(name: str, memory: int) -> None:
    """Stand in control groups of our own: a second systemd in those of the first would sweep them."""
    for top in (
        Path("/sys/fs/cgroup/systemd"),
        Path("/sys/fs/cgroup/unified"),
        Path("/sys/fs/cgroup"),
    ):
        if (top / "cgroup.procs").exists():
            with contextlib.suppress(OSError):
                (top / name).mkdir(exist_ok=True)
                (top / name / "cgroup.procs").write_text("0")
    if memory:
        group = MEMORY_GROUPS / name
        group.mkdir(exist_ok=True)
        (group / "memory.limit_in_bytes").write_text(str(memory))
        (group / "cgroup.procs").write_text("0")
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Machine:
    """A running server. ``type`` is a person at its keyboard, ``ask`` a reader elsewhere."""

    def __init__(self, folder: Path, *, memory: int = 0):
        self.folder = folder
        self.memory = memory if (MEMORY_GROUPS / "memory.limit_in_bytes").exists() else 0
        self.root = folder / "root"
        self.name = f"madang-roads-{os.getpid()}"
        self.networks = (f"{self.name}-s", f"{self.name}-r")
        self._children: list[subprocess.Popen] = []
        self._nspawn: subprocess.Popen | None = None
        self._first = 0

    # Life -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Unpack, furnish, connect, boot. Raises WalkFailed."""
        self.root.mkdir()
        subprocess.run(["tar", "-C", self.root, "-xf", base_root()], check=True)
        snapshot(self.root / "srv" / "repository")
        self._furnish()
        self._connect()
        self.boot()

    def boot(self) -> None:
        """Switch it on; returns when systemd says that it runs. Raises WalkFailed."""
        server, _reader = self.networks
        with open(self.folder / "boot.log", "wb") as log:
            nspawn = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "-D", self.root, "--register=no", "--keep-unit"]
                + ["--boot", "--console=pipe", f"--network-namespace-path=/run/netns/{server}"]
                + ["--resolv-conf=copy-host", "--timezone=off"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: _join_own_cgroups(self.name, self.memory),
            )
        self._nspawn = nspawn
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(IndexError, OSError):
                path = f"/proc/{nspawn.pid}/task/{nspawn.pid}/children"
                self._first = int(Path(path).read_text().split()[0])
                state = self.inside("systemctl", "is-system-running", check=False)
                if state.strip() in {"running", "degraded"}:
                    return
            time.sleep(0.5)
        raise WalkFailed("systemd did not boot: " + (self.folder / "boot.log").read_text()[-2000:])

    def shut_down(self) -> None:
        """Switch it off, in order."""
        if self._nspawn is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._first, SHUT_DOWN)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._nspawn.wait(SHUT_DOWN_SECONDS)
        if self._nspawn.poll() is None:
            self._nspawn.terminate()
            self._nspawn.wait(10)
        self._nspawn = None

    def reboot(self) -> None:
        """Switch it off and on again."""
        self.shut_down()
        self.boot()

    def stop(self) -> None:
        """Shut down and take away what was made."""
        self.shut_down()
        for child in self._children:
            child.terminate()
            child.wait(10)
        for network in self.networks:
            subprocess.run(["ip", "netns", "del", network], capture_output=True, check=False)
        for top in ("systemd", "unified", "memory", "."):
            group = Path("/sys/fs/cgroup", top, self.name)
            for path in sorted(group.glob("**/"), reverse=True) if group.exists() else []:
                with contextlib.suppress(OSError):
                    path.rmdir()

    def _furnish(self) -> None:
        """Give it a person with sudo, the packages' way in that this machine has, and our address."""
        for name in OWN_SETTINGS:
            source = Path(name)
            if source.is_dir():
                target = self.root / name.strip("/")
                for file in source.glob("99*" if "apt" in name else "*"):
                    shutil.copy2(file, target / file.name)
            elif source.exists():
                shutil.copy2(source, self.root / name.strip("/"))
        self._chroot("update-ca-certificates")
        self._chroot("useradd", "--create-home", "--shell", "/bin/bash", PERSON)
        (self.root / "etc/sudoers.d/person").write_text(f"{PERSON} ALL=(ALL) NOPASSWD: ALL\n")
        (self.root / "etc/gitconfig").write_text(
            f'[url "/srv/repository/.git"]\n\tinsteadOf = {REPOSITORY}\n[safe]\n\tdirectory = *\n'
        )
        (self.root / "etc/hostname").write_text("server\n")
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost server\n::1 localhost\n")

    def _chroot(self, *command: str) -> None:
        subprocess.run(["chroot", self.root, *command], check=True, capture_output=True)

    def _connect(self) -> None:
        server, reader = self.networks
        for network in self.networks:
            self._ip("netns", "add", network)
            self._ip("-n", network, "link", "set", "lo", "up")
        ends = ("ve-server", "ve-reader")
        self._ip("-n", server, "link", "add", ends[0], "type", "veth", "peer", ends[1])
        self._ip("-n", server, "link", "set", ends[1], "netns", reader)
        for network, end, addresses in (
            (server, ends[0], SERVER_ADDRESSES),
            (reader, ends[1], READER_ADDRESSES),
        ):
            for address in addresses:
                still = ("nodad",) if ":" in address else ()
                self._ip("-n", network, "address", "add", address, "dev", end, *still)
            self._ip("-n", network, "link", "set", end, "up")
        way_out = ["slirp4netns", "--configure", "--mtu=65520", "--netns-type=path"]
        self._children.append(
            subprocess.Popen(
                [*way_out, f"/run/netns/{server}", "tap0"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    @staticmethod
    def _ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True)

    # Doors ----------------------------------------------------------------------------------------

    def inside(self, *command: str, check: bool = True, text: str | None = None) -> str:
        """Run a command as root inside and return what it printed. Raises WalkFailed."""
        clean = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        clean |= {name: os.environ[name] for name in PIP_VARIABLES if name in os.environ}
        done = subprocess.run(
            ["nsenter", "--target", str(self._first), "--all", "--wdns=/", *command],
            input=text,
            capture_output=True,
            text=True,
            env=clean | {"TERM": "dumb", "LANG": "C.UTF-8"},
            check=False,
        )
        if check and done.returncode:
            shown = done.stdout[-3000:] + done.stderr[-3000:]
            raise WalkFailed(f"{' '.join(command)} ended with {done.returncode}:\n{shown}")
        return done.stdout

    def type(self, text: str) -> str:
        """Type lines as the person in their home, errors ending it; return what they saw."""
        script = f"exec 2>&1\nset -euo pipefail\n{text}"
        return self.inside("runuser", "--login", PERSON, "--command", "bash -s", text=script)

    def outside(self, *command: str) -> str:
        """Run a command of this machine and return what it printed."""
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).strip()

    def told_of_memory(self) -> str:
        """Return how much memory the machine has and how often it asked for more."""
        if not self.memory:
            return "the machine's memory is not limited here"
        group = MEMORY_GROUPS / self.name
        refused = int((group / "memory.oom_control").read_text().rpartition("oom_kill ")[2])
        return f"the machine has {self.memory // 1024**2} MB, killed for want of it: {refused}"

    def main_process(self, unit: str) -> str:
        """Return the number of a unit's process as seen inside."""
        return self.inside("systemctl", "show", "--property=MainPID", "--value", unit).strip()

    def wait_until_inactive(self, *units: str) -> None:
        """Return when none of these units runs any more. Raises WalkFailed."""
        deadline = time.monotonic() + SHUT_DOWN_SECONDS
        while time.monotonic() < deadline:
            states = self.inside("systemctl", "is-active", *units, check=False).split()
            if not set(states) & {"active", "activating", "deactivating", "reloading"}:
                return
            time.sleep(0.1)
        raise WalkFailed(f"still running: {units}")

    def ask(self, *arguments: str) -> str:
        """Ask by curl from the reader's network; certificates are not looked at."""
        _server, reader = self.networks
        done = subprocess.run(
            ["ip", "netns", "exec", reader, "curl", "--silent", "--show-error", "--insecure"]
            + ["--noproxy", "*", "--max-time", "20", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr


@contextlib.contextmanager
def machine(*, memory: int = 0) -> Iterator[Machine]:
    """Yield a running server, with no more memory than that, and take it away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="madang-roads-"))
    made = Machine(folder, memory=memory)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
