"""What is installed is locked: every package pinned, with hashes, the same in all files."""

import re
from pathlib import Path

import pytest

from tools import requirements
from tools.processes import ROOT

pytestmark = pytest.mark.one_engine

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
DEVELOPMENT = ("pytest", "ruff", "mypy", "playwright", "hypothesis", "fakeredis", "uv")
SITE_FILES = [
    name
    for name in requirements.FILES
    if name.startswith("requirements-")
    and name
    not in {
        "requirements-dev.txt",
        "requirements-api-check.txt",
    }
]


def entries(name: str) -> list[str]:
    """Return the requirements of a file, each with its hashes in one line."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]


def pins(name: str) -> dict[str, set[str]]:
    """Return {package: versions}; markers may ask for another one on another Python."""
    found: dict[str, set[str]] = {}
    for line in entries(name):
        match = PIN.match(line)
        assert match, f"{name}: not pinned: {line[:80]}"
        found.setdefault(match["name"].lower(), set()).add(match["version"])
    return found


@pytest.mark.behaviour("OP-41")
@pytest.mark.parametrize("name", requirements.FILES)
def test_every_requirement_is_pinned_and_has_hashes(name):
    lines = entries(name)
    assert lines
    for line in lines:
        assert PIN.match(line), line[:80]
        assert "--hash=sha256:" in line, line[:80]


@pytest.mark.behaviour("OP-41")
@pytest.mark.parametrize("name", SITE_FILES)
def test_extras_hold_what_the_site_holds_in_the_same_versions(name):
    site, extra = pins("requirements.txt"), pins(name)
    assert {package: extra.get(package) for package in site} == site
    assert set(extra) > set(site)


@pytest.mark.behaviour("OP-41")
def test_tools_of_development_are_not_installed_on_servers():
    for name in ("requirements.txt", *SITE_FILES):
        assert not set(DEVELOPMENT) & set(pins(name)), name
    assert set(DEVELOPMENT) <= set(pins("requirements-dev.txt"))


@pytest.mark.behaviour("OP-41")
def test_what_is_asked_for_by_name_is_in_the_file_that_is_made_of_it():
    for target, sources in requirements.FILES.items():
        locked = pins(target)
        for source in sources:
            for line in Path(ROOT, source).read_text(encoding="utf-8").splitlines():
                wanted = re.match(r"^[A-Za-z0-9._-]+", line)
                if wanted and not line.startswith("-"):
                    name = wanted[0].lower().replace("_", "-")
                    assert name in locked, f"{source} asks for {name}: run make requirements"
