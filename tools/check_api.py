"""Hold the API to its description: lint it, make clients of it, fuzz it, on a demo site of its own.

python -m tools.check_api [--seconds 120] [--seed N] [STEP ...]

Spectral and Redocly find nothing in the description; a Python client made by openapi-python-client
and a TypeScript client made by openapi-typescript tell the story of an author from sign-up to the
revoked token; the command line of docs/api.md does the same by curl; Schemathesis tries every
operation with data that does and data that does not, as a visitor and as a member, and follows the
links. The exit code is 1 if one of them complains. What is made lies in tools/api/made/.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.request
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import bootstrap
from tools.bootstrap import stop as refuse
from tools.demo_site import DemoSite, demo_site
from tools.processes import ROOT, start, stop
from tools.run import worker_command

API = ROOT / "tools" / "api"
MADE = API / "made"
MODULES = API / "node_modules"
PROGRAMS = MODULES / ".bin"
ENVIRONMENT = ROOT / ".venv-api"
REQUIREMENTS = "requirements-api-check.txt"
DOCUMENT = MADE / "openapi.json"
ROOT_PATH = "/api/v1/"

# Every limit a thousand times what it is: a minute of this is a month of a program.
LIMITS_FACTOR = "1000"
FUZZ_SECONDS = 120
"""Of the member’s run; the visitor’s takes a third of it."""

LOGIN = re.compile(r"^\s*(\w+) / (\S+)", re.MULTILINE)
COMMAND_LINE = re.compile(r"^```sh madang\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Complaint(Exception):
    """A tool found something; the text is what it printed."""


@dataclass(frozen=True)
class Author:
    """Somebody of the demo who tells a story, and somebody who answers."""

    handle: str
    password: str
    other: str

    def surroundings(self, site: DemoSite) -> dict[str, str]:
        return {
            **os.environ,
            "MADANG_SITE": site.url,
            "MADANG_HANDLE": self.handle,
            "MADANG_PASSWORD": self.password,
            "MADANG_OTHER": self.other,
            "NO_PROXY": "localhost,127.0.0.1",
        }


# What it needs ----------------------------------------------------------------------------------


def install_python_tools() -> None:
    """Make ``.venv-api`` hold what requirements-api-check.txt says, every package by its hash."""
    wanted = ROOT / REQUIREMENTS
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    stamp = ENVIRONMENT / ".requirements.sha256"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.EnvBuilder(with_pip=False, symlinks=True).create(ENVIRONMENT)
    python = ENVIRONMENT / "bin" / "python"
    uv = Path(sys.prefix) / "bin" / "uv"
    # uv does not read pip's settings: where a person has set an index of their own, use pip.
    if uv.exists() and not bootstrap.pip_setting("index-url"):
        command = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        bootstrap.ensure_pip()
        command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*command, "--require-hashes", "-r", wanted], check=True, cwd=ROOT)
    stamp.write_text(digest)


def install_node_tools() -> None:
    """Install the pinned npm packages unless this very lock file is installed."""
    for program, package in (("node", "nodejs"), ("npm", "npm"), ("curl", "curl")):
        if not shutil.which(program):
            refuse(
                f"{program} 프로그램이 없어요.",
                f"{program} is missing (for example: apt install {package}).",
            )
    lock = hashlib.sha256((API / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".lock.sha256"
    if stamp.exists() and stamp.read_text() == lock:
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=API, check=True)
    stamp.write_text(lock)


def run(
    command: list[str | Path],
    *,
    cwd: Path = MADE,
    surroundings: dict[str, str] | None = None,
    seconds: float = 300,
) -> str:
    """Return what ``command`` printed. Raises Complaint unless it ended with 0."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=surroundings or dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise Complaint(f"Not done after {seconds:.0f} s.") from error
    if done.returncode:
        raise Complaint(done.stdout.strip())
    return done.stdout.strip()


# Steps ------------------------------------------------------------------------------------------


def spectral(site: DemoSite) -> str:
    """Lint the description with Spectral; a warning is a complaint too."""
    rules = API / "spectral.yaml"
    command = [PROGRAMS / "spectral", "lint", DOCUMENT, "--ruleset", rules]
    return run([*command, "--fail-severity", "hint"])


def redocly(site: DemoSite) -> str:
    """Lint the description with Redocly; a warning is a complaint too."""
    command = [PROGRAMS / "redocly", "lint", DOCUMENT, "--config", API / "redocly.yaml"]
    surroundings = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "1"}
    return run(command, surroundings=surroundings).rpartition("\n")[2]


def python_client(site: DemoSite) -> str:
    """Generate a Python client and tell an author's story with it."""
    folder = MADE / "python"
    shutil.rmtree(folder, ignore_errors=True)
    generator = ENVIRONMENT / "bin" / "openapi-python-client"
    command = [generator, "generate", "--path", DOCUMENT, "--output-path", folder, "--meta", "none"]
    path = f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ['PATH']}"
    config = API / "python-client.yaml"
    said = run(
        [*command, "--fail-on-warning", "--config", config],
        surroundings={**os.environ, "PATH": path},
    )
    if "WARNING" in said.upper():
        raise Complaint(said)
    surroundings = demo_author(site).surroundings(site) | {"PYTHONPATH": str(MADE)}
    (MADE / "madang_client").unlink(missing_ok=True)
    (MADE / "madang_client").symlink_to(folder)
    return run([ENVIRONMENT / "bin" / "python", API / "author_story.py"], surroundings=surroundings)


def typescript_client(site: DemoSite) -> str:
    """Generate types, check an author's story against them strictly, and tell it."""
    run([PROGRAMS / "openapi-typescript", DOCUMENT, "--output", MADE / "schema.d.ts"])
    run([PROGRAMS / "tsc", "--project", API / "tsconfig.json"])
    surroundings = demo_author(site).surroundings(site)
    return run(["node", MADE / "author_story.js"], surroundings=surroundings)


def command_line(site: DemoSite) -> str:
    """Run the command line of docs/api.md, by curl alone."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = COMMAND_LINE.findall(text)
    if not blocks:
        raise Complaint("docs/api.md has no command line (```sh madang).")
    (MADE / "madang.sh").write_text("\n".join(blocks), encoding="utf-8")
    surroundings = demo_author(site).surroundings(site) | {"HOME": str(MADE)}
    script = API / "command_line.sh"
    worker = start(
        worker_command(),
        env=site.surroundings | {"PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:  # which writes the export
        return run(["sh", "-eu", script, MADE / "madang.sh"], surroundings=surroundings)
    finally:
        stop(worker)


def visitor(site: DemoSite, seconds: int, seed: int | None) -> str:
    """Try every operation as somebody without a token."""
    return fuzz(site, "visitor", {}, seconds // 3, seed)


def member(site: DemoSite, seconds: int, seed: int | None) -> str:
    """Try every operation as a member, follow links, and see that the token outlived it."""
    author = demo_author(site)
    token = token_of(site, author)
    known = {
        "MADANG_TOKEN": token,
        "MADANG_HANDLE": author.handle,
        "MADANG_PASSWORD": author.password,
    }
    said = fuzz(site, "member", known, seconds, seed)
    asked = urllib.request.Request(
        f"{site.url}{ROOT_PATH}me/", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        json.load(answer)  # a dead token would have made most of it vain: an exception
    return said


def fuzz(site: DemoSite, who: str, known: dict[str, str], seconds: int, seed: int | None) -> str:
    """Run Schemathesis as ``who`` with the settings of that name."""
    settings = API / f"schemathesis-{who}.toml"
    require_known_operations(settings)
    command = [ENVIRONMENT / "bin" / "schemathesis", "--no-color"]
    command += ["--config-file", settings, "run", DOCUMENT]
    command += ["--url", site.url, "--max-time", str(seconds), "--continue-on-failure"]
    command += [] if seed is None else ["--seed", str(seed)]
    said = run(
        command,
        surroundings={
            **os.environ,
            **known,
            "NO_PROXY": "localhost,127.0.0.1",
            "SCHEMATHESIS_HOOKS": str(API / "hooks.py"),
        },
        seconds=seconds * 2 + 120,
    )
    return "\n".join(line for line in said.splitlines() if re.search(r"generated|Seed", line))


def require_known_operations(settings: Path) -> None:
    """Raise Complaint if the settings name an operation that there is not (any more)."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    known = {one["operationId"] for item in document["paths"].values() for one in item.values()}
    named = {
        name
        for entry in tomllib.loads(settings.read_text(encoding="utf-8"))["operations"]
        for name in entry.get("include-operation-id", ())
    }
    if unknown := named - known:
        raise Complaint(f"{settings.name} names {', '.join(sorted(unknown))}")


def token_of(site: DemoSite, author: Author) -> str:
    """Return a token of ``author``, made as programs make one."""
    basic = base64.b64encode(f"{author.handle}:{author.password}".encode()).decode()
    asked = urllib.request.Request(
        f"{site.url}{ROOT_PATH}tokens/",
        data=json.dumps({"name": "check-api", "expires_in": 7200}).encode(),
        headers={"Authorization": f"Basic {basic}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)["token"]


def demo_author(site: DemoSite) -> Author:
    """Return two members of the demo who may sign in."""
    text = (Path(site.surroundings["VAR_DIR"]) / "logins.txt").read_text(encoding="utf-8")
    (handle, password), (other, _password) = LOGIN.findall(text)[:2]
    return Author(handle, password, other)


def fetch_description(site: DemoSite) -> None:
    """Store the description as the site serves it, in both formats."""
    for name, query in (("openapi.json", ""), ("openapi.yaml", "?format=yaml")):
        with urllib.request.urlopen(f"{site.url}{ROOT_PATH}schema/{query}", timeout=60) as answer:
            (MADE / name).write_bytes(answer.read())


# All of it --------------------------------------------------------------------------------------


def steps(wanted: argparse.Namespace) -> dict[str, Callable[[DemoSite], str]]:
    """Return the steps by name, in their order: what ends soon first."""
    return {
        "spectral": spectral,
        "redocly": redocly,
        "python": python_client,
        "typescript": typescript_client,
        "curl": command_line,
        "visitor": lambda site: visitor(site, wanted.seconds, wanted.seed),
        "member": lambda site: member(site, wanted.seconds, wanted.seed),
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="check_api")
    parser.add_argument("steps", nargs="*")
    parser.add_argument("--seconds", type=int, default=FUZZ_SECONDS)
    parser.add_argument("--seed", type=int)
    wanted = parser.parse_args(arguments)
    chosen = {
        name: step
        for name, step in steps(wanted).items()
        if not wanted.steps or name in wanted.steps
    }
    began = time.monotonic()
    install_python_tools()
    install_node_tools()
    MADE.mkdir(exist_ok=True)
    broken = 0
    # The plain analyser: what is tried here is not how well words are found.
    with demo_site(LIMITS_FACTOR=LIMITS_FACTOR, SEARCH_ANALYZER="bigram") as site:
        fetch_description(site)
        for name, step in chosen.items():
            step_began = time.monotonic()
            try:
                said, mark = step(site), "✓"
            except Complaint as error:
                said, mark, broken = str(error), "✗", broken + 1
            print(f"{mark} {name:12} {time.monotonic() - step_began:6.1f} s", flush=True)
            if said:
                print("    " + said.replace("\n", "\n    "), flush=True)
    with contextlib.suppress(OSError):
        (MADE / "madang_client").unlink()
    print(f"\n{len(chosen) - broken} of {len(chosen)} in {time.monotonic() - began:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
