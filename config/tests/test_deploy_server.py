"""The files of deploy/: what nginx, systemd and supervisor make of them, in front of the real site."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from config.env import ROOT, Environment
from config.tests.deploying import (
    SMALL,
    SUPERVISOR,
    VM,
    configuration_of_nginx,
    managed,
    program,
    settings_of,
)
from tools.roads.__main__ import PAGES
from tools.roads.looks.units import faults_of
from tools.roads.pages import blocks
from tools.roads.versions import PULLS

pytestmark = pytest.mark.one_engine

UNITS = [*sorted((VM / "systemd").iterdir()), *sorted(SMALL.glob("*.service"))]
SERVICES = [path for path in UNITS if path.suffix == ".service"]
SETTINGS = [VM / "madang.env", SMALL / "madang.env"]
GUIDES = [ROOT / "docs" / "server.md", ROOT / "docs" / "trouble.md"]
ROAD_PAGES = [folder / "README.md" for folder in (VM, SUPERVISOR, SMALL)]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# What the files name ---------------------------------------------------------------------------------


def unit(path: Path) -> dict[str, list[str]]:
    """Return the settings of a unit: name, and every value that it was given."""
    found: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def commands_of(path: Path) -> Iterator[list[str]]:
    """Yield what a unit or a file of supervisor starts, word by word."""
    if path.suffix == ".conf":
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(path, encoding="utf-8")
        for section in parser.sections():
            if command := parser[section].get("command"):
                words = shlex.split(command)
                yield from _simple(words[2]) if words[:2] == ["/bin/sh", "-c"] else [words]
        return
    found = unit(path)
    for key in ("ExecStartPre", "ExecStart"):
        yield from (shlex.split(one) for one in found.get(key, []))


def _simple(script: str) -> Iterator[list[str]]:
    for part in re.split(r";|&&", script):
        words = shlex.split(part.replace("exec ", "", 1))
        if words[0] != "umask":
            yield words


@pytest.mark.parametrize("path", [*SERVICES, SUPERVISOR / "madang.conf"], ids=name_of)
def test_everything_that_is_started_is_in_the_project(path):
    started = list(commands_of(path))
    assert started
    for words in started:
        kind = words[0].removeprefix("/srv/madang/")
        assert kind.startswith(".venv/bin/"), words
        match kind.removeprefix(".venv/bin/"):
            case "python":
                assert words[1] == "manage.py" and words[2] in get_commands(), words
            case "gunicorn":
                assert (ROOT / words[words.index("--config") + 1]).is_file()
                assert words[-1] == "config.wsgi"
            case "celery":
                assert words[1:3] == ["--app", "config"] and words[3] in {"worker", "beat"}
            case other:
                pytest.fail(f"{other} is no program of ours")


@pytest.mark.parametrize("path", SETTINGS, ids=name_of)
def test_every_setting_of_an_example_is_one_of_ours_and_makes_a_site(path, tmp_path):
    lines = [line for line in path.read_text("utf-8").splitlines() if line and line[0] != "#"]
    given = dict(line.split("=", 1) for line in lines)
    assert set(given) <= set(Environment({}).names)
    managed(settings_of(path, tmp_path), "check")
    assert Environment(given).WEB_BIND in {"unix:/run/madang/web.sock", "0.0.0.0:8000"}


def test_an_example_keeps_no_secret():
    for path in SETTINGS:
        assert "SECRET_KEY=change-me\n" in path.read_text("utf-8")
        assert not re.search(r"^\w*(PASSWORD|TOKEN|DSN)=.+", path.read_text("utf-8"), re.MULTILINE)


def test_no_road_hands_gunicorn_an_empty_number_of_processes():
    """It reads WEB_CONCURRENCY while it is imported; of .env files config.env takes care."""
    read = [path for path in (ROOT / "deploy").rglob("*") if path.is_file()]
    read += [ROOT / name for name in ("compose.yaml", "app.json", "Procfile", "Dockerfile")]
    empty = re.compile(
        r"""^[^#\n]*WEB_CONCURRENCY"?\s*[=:][ \t]*(?:""|''|\$\{WEB_CONCURRENCY\})?[ \t]*,?$""",
        re.MULTILINE,
    )
    assert empty.search("WEB_CONCURRENCY=\n") and empty.search('  "WEB_CONCURRENCY": "",')
    assert not [path for path in read if empty.search(path.read_text("utf-8"))]


# systemd -----------------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-36")
def test_systemd_has_nothing_against_the_units(tmp_path):
    verify = program("systemd-analyze", "systemd")
    folder = units_with_programs(tmp_path)
    names = ["madang.target", "madang-worker@1.service", "madang-backup.timer"]
    names += [path.name for path in SERVICES if "@" not in path.name]
    done = subprocess.run(
        [verify, "verify", "--man=no", *(folder / name for name in names)],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{folder}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in (done.stdout + done.stderr).splitlines() if "madang" in line]
    assert done.returncode == 0 and not told, done.stdout + done.stderr


def units_with_programs(tmp_path: Path) -> Path:
    """Return a copy of the units whose programs exist, as after an installation."""
    folder, programs = tmp_path / "units", tmp_path / "srv" / "madang" / ".venv" / "bin"
    folder.mkdir()
    programs.mkdir(parents=True)
    for name in ("python", "gunicorn", "celery"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    for path in UNITS:
        text = path.read_text("utf-8").replace("/srv/madang", str(tmp_path / "srv" / "madang"))
        (folder / path.name).write_text(text)
    shutil.copy(folder / "madang-worker@.service", folder / "madang-worker@1.service")
    return folder


@pytest.mark.behaviour("OP-36")
def test_enabled_units_start_at_boot_together(tmp_path):
    control = program("systemctl", "systemd")
    place = tmp_path / "etc" / "systemd" / "system"
    place.mkdir(parents=True)
    for path in UNITS:
        shutil.copy(path, place / path.name)
    names = ["madang.target", "madang-web", "madang-worker@1", "madang-beat", "madang-backup.timer"]
    subprocess.run([control, f"--root={tmp_path}", "--quiet", "enable", *names], check=True)
    assert (place / "multi-user.target.wants" / "madang.target").is_symlink()
    assert (place / "timers.target.wants" / "madang-backup.timer").is_symlink()
    wanted = {path.name for path in (place / "madang.target.wants").iterdir()}
    assert wanted == {"madang-web.service", "madang-worker@1.service", "madang-beat.service"}


@pytest.mark.behaviour("OP-36")
@pytest.mark.parametrize(
    "path", [path for path in SERVICES if "backup" not in path.name], ids=name_of
)
def test_a_unit_waits_for_the_network_has_its_own_user_and_comes_back(path):
    found = unit(path)
    assert (
        "network-online.target" in found["After"][0]
        and "network-online.target" in found["Wants"][0]
    )
    assert found["User"] == ["madang"]
    assert found["Group"] == (["www-data"] if "web" in path.name else ["madang"])
    assert found["Restart"] == ["on-failure"] and found["KillMode"] == ["mixed"]
    assert int(found["TimeoutStopSec"][0]) > 30  # what a request may take to end (OP-13)
    assert found["WantedBy"] == ["madang.target"] and found["PartOf"] == ["madang.target"]


@pytest.mark.parametrize("path", SERVICES, ids=name_of)
def test_a_unit_may_do_little(path, tmp_path):
    found = unit(path)
    assert found["NoNewPrivileges"] == ["yes"] and found["CapabilityBoundingSet"] == [""]
    assert found["ProtectSystem"] == ["strict"] and found["PrivateTmp"] == ["yes"]
    writes = {place for value in found["ReadWritePaths"] for place in value.split()}
    assert writes <= {"/var/lib/madang", "/var/www/madang", "/var/backups/madang"}
    # It would hide /proc/cpuinfo, and the Korean analyser would take its slowest way.
    assert "ProcSubset" not in found


# The pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [*GUIDES, *ROAD_PAGES], ids=name_of)
@pytest.mark.behaviour("OP-38")
def test_every_block_of_a_page_is_a_script_that_a_shell_can_read(page):
    program("bash", "bash")
    found = blocks(page)
    assert found
    faults = [f"{page}:{block.line}: {fault}" for block in found if (fault := block.fault())]
    assert not faults


@pytest.mark.parametrize("page", [*GUIDES, *ROAD_PAGES], ids=name_of)
def test_a_page_names_only_commands_units_and_files_that_exist(page):
    text = page.read_text("utf-8")
    assert set(re.findall(r"sudo madang ([a-z_]+)", text)) <= set(get_commands())
    units = {path.name.partition(".")[0].rstrip("@") for path in UNITS}
    for named in re.findall(r"\b(madang-(?:web|worker|beat|runner|backup)\w*)", text):
        assert named in units, named
    for named in re.findall(r"(?<![\w/])((?:deploy|tools|docs|config)/[\w./-]+\w)", text):
        assert (ROOT / named).exists() or named.replace("/", ".") in text, named
    links = re.findall(r"\]\(([^)#\s]+)(#[\w-]+)?\)", text)
    for link, _anchor in links:
        assert "://" in link or (page.parent / link).exists(), link
    headings = {
        re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-")
        for one in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    for anchor in re.findall(r"\]\(#([\w-]+)\)", text):
        assert anchor in headings, anchor


@pytest.mark.parametrize("road", PAGES)
def test_a_road_tells_how_a_newer_version_comes_and_its_walk_types_it(road):
    typed = [block.text for page in PAGES[road] for block in blocks(ROOT / page) if block.is_tried]
    (newer,) = [text for text in typed if PULLS in text]
    steps = ("--require-hashes", "tools.catalogues compile", "sudo madang upgrade", "restart")
    places = [newer.index(step) for step in (PULLS, *steps)]
    assert places == sorted(places)


def test_a_walk_finds_errors_in_a_log_but_not_the_names_that_it_asked_for_itself():
    log = """2026-11-22T21:44:24Z [error    ] Invalid HTTP_HOST header [django.security.DisallowedHost]
Traceback (most recent call last):
  File "/srv/madang/config/middleware.py", line 1, in x
django.core.exceptions.DisallowedHost: Invalid HTTP_HOST header: 'elsewhere.example'.
2026-11-22T21:44:25Z [info     ] request_done
Traceback (most recent call last):
  File "/srv/madang/blog/views.py", line 1, in y
ZeroDivisionError: division by zero
2026-11-22T21:44:26Z [critical ] all_is_lost
"""
    found = faults_of(log)
    assert [line.partition("] ")[2] or line for line in found] == [
        "ZeroDivisionError: division by zero",
        "all_is_lost",
    ]


@pytest.mark.behaviour("OP-38")
def test_the_guide_opens_22_before_the_firewall_is_switched_on():
    text = (ROOT / "docs" / "server.md").read_text("utf-8")
    steps = [
        text.index(f"ufw {step}") for step in ("allow 22/", "allow 80/", "allow 443/", "--force")
    ]
    assert steps == sorted(steps)


@pytest.mark.behaviour("OP-38")
def test_the_guide_has_every_step_from_a_bare_machine_to_mail():
    """Its own page and the road that it sends to; ``python -m tools.roads vm`` types both."""
    text = "".join((ROOT / page).read_text("utf-8") for page in PAGES["vm"])
    for step in (
        *("adduser minah", "ssh-copy-id", "PasswordAuthentication no", "PermitRootLogin no"),
        *("git clone", "--require-hashes -r requirements.txt", "createdb", "--encoding=UTF8"),
        *("redis-server", "madang prepare", "openssl req -x509", "certbot certonly"),
        *("v=spf1", "_domainkey", "madang-backup.timer", "git pull"),
    ):
        assert step in text, step


@pytest.mark.behaviour("OP-39")
@pytest.mark.parametrize(
    "heading", ["No answer", "403", "502", "500", "A container is gone", "Rights"]
)
def test_the_guide_for_trouble_has_something_to_do_for(heading):
    text = (ROOT / "docs" / "trouble.md").read_text("utf-8")
    part = re.search(rf"^## {heading}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    assert part and re.search(
        r"`(sudo|systemctl|docker|ls|journalctl)|^sudo ", part[1], re.MULTILINE
    )


@pytest.mark.behaviour("OP-39")
def test_the_guide_for_trouble_names_the_logs_that_are_written():
    text = (ROOT / "docs" / "trouble.md").read_text("utf-8")
    written = set(re.findall(r"/var/log/nginx/([\w.-]+)\.log", configuration_of_nginx()))
    assert written == {
        f"{name}.{kind}" for name in ("madang", "unknown-hosts") for kind in ("access", "error")
    }
    assert "/var/log/nginx/madang.access.log" in text and "madang.error.log" in text
    assert "unknown-hosts.*.log" in text and "unknown-hosts.access.log" in text
    supervised = (SUPERVISOR / "madang.conf").read_text("utf-8")
    assert (
        "/var/log/supervisor/madang-*.log" in text
        and "/var/log/supervisor/madang-web.log" in supervised
    )
    for command in (
        "systemctl status 'madang*'",
        "supervisorctl restart 'madang:*'",
        "docker compose ps",
    ):
        assert command in text
