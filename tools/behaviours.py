"""List the numbered behaviours of docs/behaviours.md that no test names yet.

A test names what it shows with ``@pytest.mark.behaviour("OP-05", "OP-06")``; a module with
``pytestmark = pytest.mark.behaviour(...)``. Nothing is imported: the files are only parsed.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tools.processes import ROOT

BEHAVIOUR = re.compile(r"^- ([A-Z0-9]+-\d+) (.*)$", re.MULTILINE)
AREA = re.compile(r"^## ([A-Z0-9]+) (.+)$", re.MULTILINE)
SEARCHED = ("config", "accounts", "social", "blog", "search", "embed", "moderation", "tools")
SHOWN_CHARACTERS = 100


def known_behaviours() -> dict[str, str]:
    """Return each behaviour's id and sentence, in the order of the list."""
    return dict(BEHAVIOUR.findall((ROOT / "docs" / "behaviours.md").read_text(encoding="utf-8")))


def named_in(path: Path) -> Iterator[str]:
    """Yield the ids that one test module names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "behaviour":
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def named_behaviours() -> dict[str, list[Path]]:
    """Return the test modules that name each id."""
    named: dict[str, list[Path]] = {}
    for folder in SEARCHED:
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            for behaviour in named_in(path):
                named.setdefault(behaviour, []).append(path)
    return named


def main() -> int:
    known, named = known_behaviours(), named_behaviours()
    for behaviour, sentence in known.items():
        if behaviour not in named:
            short = sentence[:SHOWN_CHARACTERS] + ("…" if len(sentence) > SHOWN_CHARACTERS else "")
            print(f"{behaviour:7} {short}")
    print()
    titles = dict(AREA.findall((ROOT / "docs" / "behaviours.md").read_text(encoding="utf-8")))
    total = Counter(behaviour.split("-")[0] for behaviour in known)
    shown = Counter(behaviour.split("-")[0] for behaviour in known if behaviour in named)
    for area, count in total.items():
        print(f"{area:4} {shown[area]:3} of {count:3}  {titles.get(area, '')}")
    print(f"{shown.total()} of {total.total()} behaviours are named by a test.")
    unknown = {behaviour: paths for behaviour, paths in named.items() if behaviour not in known}
    for behaviour, paths in unknown.items():
        print(f"Unknown id {behaviour} in {paths[0].relative_to(ROOT)}", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
