"""Run the whole suite on SQLite, then on PostgreSQL (and Redis where there is one).

python -m tools.test [--engine sqlite|postgres] [pytest's arguments ...]

After SQLite, the run on PostgreSQL leaves out what is marked ``one_engine`` and counts it as
deselected; with ``--engine postgres`` nothing is left out. The last line counts both runs in
pytest's own words. With CI set, an engine or a browser that is missing is a failure; on a laptop it
is a note.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping

from tools.catalogues import compile_stale
from tools.engines import postgres, redis
from tools.processes import ROOT

PROCESSES = str((os.cpu_count() or 1) + 1)
"""One more than there are cores: browsers and workers let their test wait now and then."""

CLOSING_LINE = re.compile(r"^=*\s*((?:\d+ \w+,? ?)+)in [\d.:]+s?")
COUNT = re.compile(r"(\d+) (\w+)")
ORDER = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "errors")
NO_TESTS = 5
# What a developer's own shell or .env says must not reach the suite.
SITE_VARIABLES = ("DATABASE_URL", "REDIS_URL", "VAR_DIR", "MEDIA_ROOT", "SITE_URL", "DEBUG")


class Run:
    """One run of pytest: its exit code and its counts."""

    def __init__(self, title: str):
        self.title = title
        self.code = 0
        self.counts: Counter[str] = Counter()
        self.closing = ""

    def __str__(self) -> str:
        return f"{self.title}: {self.closing or f'pytest ended with {self.code}'}"


def run_pytest(title: str, arguments: list[str], surroundings: Mapping[str, str]) -> Run:
    """Run pytest with its output passed through and its closing line remembered."""
    run = Run(title)
    print(f"\n── {title} " + "─" * max(3, 74 - len(title)), flush=True)
    clean = {key: value for key, value in os.environ.items() if key not in SITE_VARIABLES}
    command = [sys.executable, "-m", "pytest", *arguments]
    if not any(part.startswith("-n") for part in arguments):
        command[3:3] = ["-n", PROCESSES, "--dist", "worksteal"]
    with subprocess.Popen(
        command, cwd=ROOT, env=clean | surroundings, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            plain = re.sub(r"\x1b\[[\d;]*m", "", line).strip()
            if found := CLOSING_LINE.match(plain):
                run.closing = plain.strip("= ")
                run.counts = Counter(
                    {plural(word): int(count) for count, word in COUNT.findall(found[1])}
                )
    run.code = process.returncode
    if run.code and not run.counts["failed"] and not run.counts["errors"]:
        # A usage error or a crash has no closing line; it must not look like a pass.
        run.counts["errors"] += 1
    return run


def plural(word: str) -> str:
    return {"error": "errors", "warning": "warnings"}.get(word, word)


def missing(what: str) -> Run:
    run = Run(what)
    run.closing = "not run: nothing is installed that could serve it"
    if "CI" in os.environ:
        run.code = 1
        run.counts["errors"] = 1
    return run


def closing_line(runs: list[Run], seconds: float) -> str:
    """Return both runs' counts as one line in the form of pytest's last one."""
    total = sum((run.counts for run in runs), Counter())
    parts = []
    for word in ORDER:
        if count := total[word]:
            parts.append(f"{count} {word[:-1] if word == 'errors' and count == 1 else word}")
    text = f" {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s "
    return text.center(80, "=")


def main(arguments: list[str]) -> int:
    engine = ""
    if arguments[:1] == ["--engine"]:
        engine, arguments = arguments[1], arguments[2:]
    began = time.monotonic()
    compile_stale()
    runs: list[Run] = []
    if engine in {"", "sqlite"}:
        runs.append(run_pytest("SQLite", arguments, {}))
    if engine in {"", "postgres"}:
        with postgres() as database, redis() as cache:
            if database is None:
                runs.append(missing("PostgreSQL"))
            elif cache is None and "CI" in os.environ:
                runs.append(missing("Redis"))
            else:
                surroundings = {"DATABASE_URL": database.url}
                title = database.name
                if cache:
                    surroundings["REDIS_URL"] = cache.url
                    title += f" + {cache.name}"
                # What does not depend on the database has been shown a moment ago.
                again = [] if engine else ["--second-engine"]
                runs.append(run_pytest(title, [*again, *arguments], surroundings))
    print()
    for run in runs:
        print(run)
    print(closing_line(runs, time.monotonic() - began), flush=True)
    return next((run.code for run in runs if run.code), 0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sys.exit(main(sys.argv[1:]))
