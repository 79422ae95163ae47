"""Logs: whole lines of several processes, in files that end, in Hangul, without what is personal."""

import contextlib
import json
import logging
import os
import re
import subprocess
import sys

import pytest

from config import log
from config.log_writers import FileWriter
from config.tests.sources import ROOT
from config.tests.test_hardening_deploy import managed

pytestmark = pytest.mark.one_engine

WRITER = """
import logging, sys
from pathlib import Path
from config import log
to_stdout, file, number, size = sys.argv[1] == "stdout", Path(sys.argv[2]), sys.argv[3], sys.argv[4]
config = log.build_logging(level="INFO", fmt="json", to_stdout=to_stdout, file=file)
if not to_stdout:
    config["handlers"]["main"]["maxBytes"] = 30_000
log.configure(config)
for line in range(int(sys.argv[5])):
    logging.getLogger("blog").info("가나다라 %s-%s %s", number, line, "글" * int(size))
"""
PROCESSES, LINES = 4, 120


def write_from_several(to: str, file, *, size: int, lines: int = LINES) -> str:
    """Let several processes log at once; return what came on their common standard output."""
    script = file.parent.parent / "writer.py" if to == "file" else file.parent / "writer.py"
    script.parent.mkdir(exist_ok=True)
    script.write_text(WRITER, encoding="utf-8")
    reading, writing = os.pipe()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    found = [
        subprocess.Popen(
            [sys.executable, str(script), to, str(file), str(number), str(size), str(lines)],
            cwd=ROOT,
            # The locale must not matter, and Python must not mend it.
            env=kept
            | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
            | {"PYTHONPATH": str(ROOT)},
            stdout=writing,
        )
        for number in range(PROCESSES)
    ]
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        told = pipe.read()
    assert [process.wait(60) for process in found] == [0] * PROCESSES
    return told


def everything_once(text: str, lines: int = LINES) -> set[str]:
    events = [json.loads(line)["event"] for line in text.splitlines()]
    found = [re.fullmatch(r"가나다라 (\d+-\d+) 글*", event)[1] for event in events]
    assert len(found) == len(set(found))
    return set(found) ^ {f"{n}-{line}" for n in range(PROCESSES) for line in range(lines)}


@pytest.mark.behaviour("OP-19", "OP-20", "OP-50")
def test_several_processes_write_whole_lines_across_rotations(tmp_path):
    file = tmp_path / "not" / "there" / "madang.log"
    write_from_several("file", file, size=40)
    files = sorted(file.parent.glob("madang.log*"))
    assert len(files) > 3, "it was rotated while all of them wrote"
    assert not everything_once("".join(one.read_text(encoding="utf-8") for one in files))


@pytest.mark.behaviour("OP-19")
def test_several_processes_write_whole_lines_to_one_output(tmp_path):
    """A pipe takes 4 KB at once; these lines have 20."""
    told = write_from_several("stdout", tmp_path / "unused.log", size=7000, lines=20)
    assert not everything_once(told, 20)
    assert not (tmp_path / "unused.log").exists()


@pytest.mark.behaviour("OP-19")
def test_there_are_ten_files_of_ten_megabytes(tmp_path):
    config = log.build_logging(level="INFO", fmt="text", to_stdout=False, file=tmp_path / "a.log")
    main = config["handlers"]["main"]
    assert (main["maxBytes"], main["backupCount"]) == (10 * 1024 * 1024, 9)
    handler = FileWriter(str(tmp_path / "a.log"), maxBytes=200, backupCount=9, encoding="utf-8")
    for number in range(100):
        handler.emit(logging.LogRecord("a", 20, "p", 1, "%s %s", (number, "x" * 90), None))
    handler.close()
    names = {path.name for path in tmp_path.glob("a.log*")}
    assert names == {"a.log", *(f"a.log.{number}" for number in range(1, 10))}
    assert "99 x" in (tmp_path / "a.log").read_text(encoding="utf-8")


# A log that cannot be written ---------------------------------------------------------------------


@pytest.mark.behaviour("OP-19")
def test_a_log_that_cannot_be_written_is_named_and_stops_nothing(tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    file = tmp_path / "taken" / "madang.log"
    run = managed(
        *("shell", "--no-imports", "-c", "import logging; logging.error('여전히 들려요')"),
        folder=tmp_path,
        LOG_FILE=str(file),
    )
    assert run.returncode == 0
    assert "LOG_FILE: " in run.stderr and str(file.parent) in run.stderr
    assert "chown" in run.stderr
    assert run.stderr.count("LOG_FILE") == 2, "said once: the problem and the way out"
    assert "여전히 들려요" in run.stderr


@pytest.mark.behaviour("OP-19")
def test_a_disk_that_is_full_sends_lines_to_standard_error(tmp_path, capfd, monkeypatch):
    if not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("no such device here")
    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    full = tmp_path / "madang.log"
    full.symlink_to("/dev/full")
    handler = FileWriter(str(full), encoding="utf-8")
    for number in range(3):
        handler.emit(logging.LogRecord("a", 40, "p", 1, "줄 %s", (number,), None))
    with contextlib.suppress(OSError):  # what it held back cannot be written either
        handler.close()
    handler.close()
    told = capfd.readouterr().err
    assert all(f"줄 {number}" in told for number in range(3))
    assert told.count("cannot be written") == 1


# A line -------------------------------------------------------------------------------------------


def lines_of(fmt: str, tmp_path, **environment: str) -> list[str]:
    code = (
        "import logging, structlog; structlog.contextvars.bind_contextvars(request_id='r-1'); "
        "logging.getLogger('blog').warning('한글 %s', '줄'); "
        "structlog.get_logger('social').warning('또 한 줄\\n[critical] forged')"
    )
    run = managed(
        *("shell", "--no-imports", "-c", code),
        folder=tmp_path,
        LOG_TO_STDOUT="on",
        LOG_FORMAT=fmt,
        **environment,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


@pytest.mark.behaviour("OP-20")
def test_a_line_says_when_how_bad_where_and_for_which_request(tmp_path):
    first, second = lines_of("text", tmp_path)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z \[warning *\] 한글 줄 +\[blog\]", first)
    for part in ("request_id=r-1", "lineno=1", "pathname="):
        assert part in first and part in second
    assert "또 한 줄\\n[critical] forged" in second, "nobody writes lines of their own"


@pytest.mark.behaviour("OP-20")
def test_a_line_for_machines_has_the_same(tmp_path):
    first, _second = map(json.loads, lines_of("json", tmp_path))
    expected = {"level": "warning", "logger": "blog", "event": "한글 줄", "request_id": "r-1"}
    assert expected.items() <= first.items()
    assert {"timestamp", "pathname", "lineno"} <= set(first)


@pytest.mark.behaviour("OP-20")
def test_a_web_process_says_once_what_it_is(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=ROOT,
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    lines = [line for line in run.stdout.splitlines() if " starts: " in line]
    assert len(lines) == 1, run.stdout + run.stderr
    assert re.search(
        r"\[info *\] web starts: Madang [\d.]+, Python 3[\d.]+, Django 5[\d.]+, (SQLite|Postgre)",
        lines[0],
    )


@pytest.mark.behaviour("OP-20")
def test_a_command_says_nothing_of_its_start(tmp_path):
    run = managed("check", folder=tmp_path, LOG_TO_STDOUT="on")
    assert run.returncode == 0
    assert "starts" not in run.stdout


@pytest.mark.thorough
@pytest.mark.behaviour("OP-19", "OP-20")
def test_a_worker_and_its_schedule_say_what_they_are_and_write_there_too(tmp_path, empty_database):
    environment = _environment(tmp_path) | {
        "LOG_TO_STDOUT": "off",
        "LOG_FILE": str(tmp_path / "log" / "madang.log"),
        "DATABASE_URL": f"sqlite:///{empty_database}",
        "REDIS_URL": "",
    }
    command = [sys.executable, "-m", "celery", "--app", "config", "worker", "--beat"]
    process = subprocess.Popen(
        [*command, "--schedule", str(tmp_path / "schedule")], cwd=ROOT, env=environment
    )
    try:
        for _ in range(300):
            text = _read(tmp_path / "log" / "madang.log")
            if "worker starts: " in text and "beat starts: " in text and "ready" in text:
                break
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
            break
    finally:
        process.terminate()
        process.wait(40)
    assert text.count("worker starts: Madang") == 1
    assert text.count("beat starts: Madang") == 1
    assert "[celery" in text, "what Celery says of itself stands there as well"


def _read(path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _environment(folder) -> dict[str, str]:
    from config.env import Environment
    from config.tests.test_guard_settings import COMPLETE

    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return (
        kept
        | dict.fromkeys(Environment({}).names, "")
        | COMPLETE
        | {
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings.prod",
            "LOG_TO_STDOUT": "on",
            "PYTHONWARNINGS": "ignore",
        }
    )
