"""Jekyll, Hugo and nginx as they come with Debian, and the examples of docs/embed.md."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from config.env import ROOT

SITES = Path(__file__).parent / "sites"
GUIDE = (ROOT / "docs" / "embed.md").read_text("utf-8")
PATIENCE = 60  # seconds for servers to answer
PLACES = "client_body proxy fastcgi uwsgi scgi".split()


def program(name: str) -> str:
    """Return the path of a program; the test is skipped without it, and fails in CI."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if path is None:
        missing = f"{name} is not installed (Debian: apt-get install {name})."
        if "CI" in os.environ:
            pytest.fail(missing)
        pytest.skip(missing)
    return path


def example(heading: str) -> str:
    """Return the configuration of nginx that the guide gives under ``heading``."""
    part = GUIDE.split(f"### {heading}\n")[1]
    return re.search(r"```nginx\n(.*?)```", part, re.DOTALL)[1]


class Nginx:
    """One nginx with a configuration of the guide, its names and ports put in."""

    def __init__(self, folder: Path, servers: str):
        self.folder = folder
        path = folder / "nginx.conf"
        owner = "user root;" if os.geteuid() == 0 else ""
        temporary = "\n".join(f"{name}_temp_path {folder}/{name};" for name in PLACES)
        path.write_text(
            f"{owner}\ndaemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/log;\n"
            f"events {{}}\nhttp {{\ntypes {{ text/html html; text/css css; }}\n"
            f"charset utf-8;\naccess_log off;\n{temporary}\n{servers}\n}}\n",
            "utf-8",
        )
        self._command = [program("nginx"), "-p", str(folder), "-c", str(path)]

    def check(self) -> None:
        """Let nginx read the configuration."""
        done = subprocess.run([*self._command, "-t"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def start(self, *addresses: str) -> None:
        """Start it and wait until it answers at ``addresses``."""
        self.check()
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + PATIENCE
        for address in addresses:
            while True:
                try:
                    httpx.get(address, trust_env=False, timeout=PATIENCE)
                    break
                except httpx.TransportError:
                    log = self.folder / "log"
                    words = log.read_text("utf-8") if log.exists() else ""
                    assert time.monotonic() < deadline and self._process.poll() is None, words
                    time.sleep(0.05)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)


def build(generator: str, folder: Path, madang: str, site: str, address: str) -> Path:
    """Build the fixture of ``generator`` with the address of Madang and the key; return where."""
    source, out = folder / "source", folder / "public"
    shutil.copytree(SITES / generator, source)
    if generator == "jekyll":
        (folder / "own.yml").write_text(f"madang:\n  origin: {madang}\n  site: {site}\n")
        settings = f"{source}/_config.yml,{folder}/own.yml"
        command = [program("jekyll"), "build", "-q", "-s", source, "-d", out, "--config", settings]
        command.append("--disable-disk-cache")
    else:
        own = f'[params.madang]\norigin = "{madang}"\nsite = "{site}"\n'
        (folder / "own.toml").write_text(own)
        settings = f"{source}/config.toml,{folder}/own.toml"
        command = [program("hugo"), "-s", source, "-d", out, "--config", settings, "--quiet"]
        command += ["--baseURL", f"{address}/"]
    environment = os.environ | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [str(one) for one in command],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return out
