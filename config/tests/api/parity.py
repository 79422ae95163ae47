"""Which actions the API reaches, and from where else they are called; see test_parity.py."""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path

from config.env import ROOT

ACTING_APPS = ("accounts", "social", "blog", "search", "embed")
Action = tuple[str, str]  # app, name

PAGES = ("views", "forms", "adapter.py", "receivers.py")
"""Parts of an app that serve a page."""


def public_actions() -> set[Action]:
    """Return every action that an app offers to its doors."""
    return {(app, name) for app in ACTING_APPS for name in import_module(f"{app}.actions").__all__}


@cache
def _named() -> dict[Path, set[Action]]:
    """Return module → the actions that it names, of all but tests and the actions themselves."""
    found = {}
    for app in ACTING_APPS:
        for path in (ROOT / app).rglob("*.py"):
            parts = path.relative_to(ROOT / app).parts
            if "tests" not in parts and "migrations" not in parts and parts[0] != "actions":
                found[path.relative_to(ROOT)] = _actions_in(path)
    return found


def _actions_in(path: Path) -> set[Action]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aliases, found = {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            app, _dot, rest = node.module.partition(".")
            for name in node.names:
                if app in ACTING_APPS and not rest and name.name == "actions":
                    aliases[name.asname or "actions"] = app
                elif app in ACTING_APPS and rest.split(".")[0] == "actions":
                    found.add((app, name.name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in aliases:
                found.add((aliases[node.value.id], node.attr))
    return found


def reached_by_the_api() -> set[Action]:
    """Return the actions that some module of the API names."""
    return set().union(*(found for path, found in _named().items() if path.parts[1] == "api"))


def reached_by_pages() -> set[Action]:
    """Return the actions that some page's own module names."""
    return set().union(*(found for path, found in _named().items() if path.parts[1] in PAGES))
