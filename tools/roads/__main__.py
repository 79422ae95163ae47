"""Walk the named roads and print what was seen: ``python -m tools.roads vm supervisor small``."""

import argparse
import os
import signal
import sys
import time

from tools.processes import ROOT
from tools.roads import looks, versions
from tools.roads.machine import WalkFailed, machine, missing_programs
from tools.roads.pages import blocks

PAGES = {
    "vm": ("docs/server.md", "deploy/vm/README.md"),
    "supervisor": ("deploy/supervisor/README.md",),
    "small": ("deploy/small/README.md",),
}
"""What a person on each road reads, in order."""


MEMORY = {"small": 1024**3}


def walk(road: str, *, is_loud: bool) -> int:
    """Type a page's commands into a new machine, look at it, and return how many looks failed."""
    found = [(name, block) for name in PAGES[road] for block in blocks(ROOT / name)]
    for name, block in found:
        if fault := block.fault():
            raise WalkFailed(f"{name}:{block.line}: {fault}")
    with machine(memory=MEMORY.get(road, 0)) as here:
        began = time.monotonic()
        tried = [(name, block) for name, block in found if block.is_tried]
        for number, (name, block) in enumerate(tried):
            if versions.PULLS in block.text:
                versions.publish(here)
            # One shell from the first block to the last, as in a terminal; what was typed before
            # is not typed again, but its variables and its folder are still there.
            seen = here.type(_restoring(number) + block.text + _keeping(number))
            if is_loud:
                print(f"--- {name}:{block.line}\n{block.text}{_indented(seen)}", flush=True)
        print(f"{road}: {len(tried)} blocks in {time.monotonic() - began:.0f} s", flush=True)
        failed = 0
        for look in looks.of(road):
            failed += not look.tell(here)
        return failed


def _restoring(number: int) -> str:
    return "" if number == 0 else "[ ! -e ~/.walk ] || . ~/.walk\n"


def _keeping(number: int) -> str:
    kept = "DOMAIN REPOSITORY KEY"
    return f'\n{{ declare -p {kept} 2>/dev/null || true; echo "cd $PWD"; }} > ~/.walk\n'


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roads", nargs="+", choices=tuple(PAGES))
    parser.add_argument("--quiet", action="store_true", help="only what was looked at")
    given = parser.parse_args()
    if os.geteuid() != 0:
        print("A machine of its own can only be made by root.", file=sys.stderr)
        return 2
    if missing := missing_programs():
        print(f"Missing: {', '.join(missing)}", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # the machine is taken away either way
    failed = 0
    for road in given.roads:
        try:
            failed += walk(road, is_loud=not given.quiet)
        except WalkFailed as error:
            print(f"{road}: {error}", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
