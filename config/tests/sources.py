"""The project's own files, as the guards read them: parsed, never imported."""

import ast
import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.env import ROOT

APPS = ("config", "accounts", "social", "blog", "search", "embed", "moderation")
"""From left to right: each may know those before it."""

EDGES = frozenset(
    {
        "adapter",
        "admin",
        "admin_site",
        "admin_work",
        "api",
        "backends",
        "context",
        "errors",
        "feeds",
        "filters",
        "forms",
        "health",
        "management",
        "meta",
        "metrics_page",
        "middleware",
        "shortcuts",
        "sitemaps",
        "templatetags",
        "urls",
        "views",
    }
)
"""Modules and packages that are doors: they compose apps and never write."""

WIRING = frozenset({"apps", "aws", "celery", "draining", "wsgi", "asgi", "settings", "translation"})
"""What is read once at the start and puts the parts together."""


@dataclass(frozen=True)
class Source:
    """One Python file of the project."""

    path: Path

    @property
    def relative(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def parts(self) -> tuple[str, ...]:
        """The dotted name in parts, ``__init__`` left out."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts

    @property
    def app(self) -> str:
        return self.parts[0]

    @property
    def kind(self) -> str:
        """The name of the room: ``views`` for ``blog/views/posts.py``, empty for the app itself."""
        return self.parts[1] if len(self.parts) > 1 else ""

    @property
    def is_test(self) -> bool:
        return "tests" in self.parts

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.parts

    @property
    def is_edge(self) -> bool:
        return self.kind in EDGES

    @property
    def is_wiring(self) -> bool:
        return self.kind in WIRING or self.kind == ""

    @functools.cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @functools.cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of ``tree``: many guards look at each."""
        return tuple(ast.walk(self.tree))

    def at(self, node: ast.AST) -> str:
        """Return ``file:line`` of ``node``, as editors understand it."""
        return f"{self.relative}:{node.lineno}"


@functools.cache
def all_sources() -> tuple[Source, ...]:
    """Return every Python file of the apps, tests and migrations too."""
    return tuple(
        Source(path)
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "__pycache__" not in path.parts and "node_modules" not in path.parts
    )


def sources() -> tuple[Source, ...]:
    """Return what runs on a server: neither tests nor migrations."""
    return tuple(one for one in all_sources() if not one.is_test and not one.is_migration)


def imported_modules(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each import, also inside functions, with the dotted name it reaches.

    ``from blog import feeds`` gives ``blog.feeds``: whether a name is a module or not, its first
    two parts say which room is entered.
    """
    package = source.parts if source.path.name == "__init__.py" else source.parts[:-1]
    for node in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package[: len(package) - (node.level - 1)]
                base = ".".join((*above, base) if base else above)
            for alias in node.names:
                yield node, f"{base}.{alias.name}"


def called_name(call: ast.Call) -> str:
    """Return the last name of what is called: ``save`` for ``post.save()``."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def templates() -> tuple[Path, ...]:
    """Return every template of the project."""
    return tuple(
        path
        for app in APPS
        for path in sorted((ROOT / app / "templates").rglob("*"))
        if path.is_file()
    )


def template_name(path: Path) -> str:
    """Return the name by which a template is loaded."""
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[parts.index("templates") + 1 :])


def for_each(items: Iterable[Any]) -> Callable[[Callable[[Any], None]], Callable[[], None]]:
    """Make one test of a check of many things; it fails with all that is wrong with any.

    A test for each would spend most of its time on being a test.
    """
    held = list(items)

    def decorate(check: Callable[[Any], None]) -> Callable[[], None]:
        def test() -> None:
            found = []
            for item in held:
                try:
                    check(item)
                except AssertionError as error:
                    found.append(str(error))
                except Exception as error:
                    found.append(f"{item}: {type(error).__name__}: {error}")
            assert not found, "\n".join(found)

        functools.update_wrapper(test, check)
        del test.__wrapped__  # else pytest would ask for the argument
        return test

    assert held, "A guard that reads nothing holds nothing."
    return decorate
