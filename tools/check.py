"""Everything quick that must hold before a commit, in parallel, each with its time.

Lint and formats, and the tests marked ``guard``: the rules of the house, among them Django's own
checks, migrations in step with the models and complete catalogues. Guards marked ``thorough`` take
longer (they ask a database, walk through the whole site or every migration, or start it anew): the
suite alone runs them.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tools.catalogues import compile_stale
from tools.processes import ROOT

PARALLEL = 3


@dataclass(frozen=True)
class Check:
    """A command that must end with 0, and what to run when it does not."""

    name: str
    command: tuple[str, ...]
    advice: str = ""


# Guards live in these files: other tests need not even be imported.
GUARD_FILES = {
    str(path.relative_to(ROOT)): text
    for path in sorted((ROOT / "config" / "tests").glob("test_*.py"))
    if "pytest.mark.guard" in (text := path.read_text(encoding="utf-8"))
}
# Two processes of their own start sooner than two workers of a third, and what reads catalogues
# takes about half of the time.
OF_TEXTS = [path for path, text in GUARD_FILES.items() if "catalogue_texts" in text]
OTHERS = [path for path in GUARD_FILES if path not in OF_TEXTS]


def guards(files: list[str]) -> tuple[str, ...]:
    options = ("-q", "-m", "guard and not thorough", "--tb=short", "--no-header")
    return ("-m", "pytest", *options, "-p", "no:cacheprovider", *files)


TEMPLATE_FOLDERS = ("config", "accounts", "social", "blog", "search", "embed", "moderation")
CHECKS = (
    Check("guards", guards(OTHERS)),
    Check("texts", guards(OF_TEXTS)),
    Check("lint", ("-m", "ruff", "check", "--quiet", "."), "make format"),
    Check("format", ("-m", "ruff", "format", "--check", "--quiet", "."), "make format"),
    Check("templates", ("-m", "djlint", "--lint", "--quiet", *TEMPLATE_FOLDERS)),
)


def run(check: Check) -> tuple[Check, bool, str, float]:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *check.command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    passed = done.returncode == 0
    return check, passed, done.stdout.strip(), time.monotonic() - began


def main() -> int:
    began = time.monotonic()
    compile_stale()
    failed = []
    with ThreadPoolExecutor(PARALLEL) as pool:
        for check, passed, output, seconds in pool.map(run, CHECKS):
            print(f"{'✓' if passed else '✗'} {check.name:12} {seconds:5.1f} s", flush=True)
            if not passed:
                failed.append(check.name)
                print("    " + output.replace("\n", "\n    "))
                if check.advice:
                    print(f"    → {check.advice}")
    print(f"\n{len(CHECKS) - len(failed)} of {len(CHECKS)} in {time.monotonic() - began:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
