"""Imports point one way: accounts ← social ← blog ← search; config knows none of them."""

import ast
import re
from html.parser import HTMLParser

import pytest
from rest_framework.views import APIView

from config.tests.sources import (
    APPS,
    EDGES,
    Source,
    all_sources,
    for_each,
    imported_modules,
    sources,
)

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

MOST_LINES = 400
FORBIDDEN_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "manager"})
FORBIDDEN_PREFIXES = ("handle_", "do_")
NAMED_AFTER_HANDLES = "accounts"
"""There a handle is what people are called by, not what is done with it."""
MODEL_REFERENCE = re.compile(rf"^({'|'.join(APPS)})\.[A-Z]\w*$")


def rank(app: str) -> int:
    return APPS.index(app)


def wrong_import(source: Source, module: str) -> str:
    """Return why ``source`` may not import ``module``; empty if it may."""
    app, _, rest = module.partition(".")
    if app not in APPS:
        return ""
    room = rest.split(".")[0]
    if source.is_edge:
        return ""  # doors compose several apps
    if rank(app) > rank(source.app):
        return f"{app} is to the right of {source.app}"
    if source.is_wiring:
        return ""
    if room in EDGES and not (app == source.app and room == source.kind):
        return f"{app}.{room} is a door; rooms do not know their doors"
    if app == "config" and room in {"settings", "celery", "wsgi", "asgi"}:
        return f"config.{room} is read by the process, not by the domain (use django.conf)"
    return ""


def complaints_about(source: Source) -> list[str]:
    found = [
        f"{source.at(node)} imports {module}: {reason}"
        for node, module in imported_modules(source)
        if (reason := wrong_import(source, module))
    ]
    if not source.is_edge and source.kind != "settings":
        for node in source.nodes:
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and (match := MODEL_REFERENCE.match(node.value))
                and rank(match[1]) > rank(source.app)
            ):
                found.append(
                    f"{source.at(node)} names the model {node.value} of an app to its right"
                )
    return found


@for_each(sources())
def test_domain_modules_import_only_from_the_left(source):
    found = complaints_about(source)
    assert not found, "Imports point one way, accounts ← social ← blog ← search:\n" + "\n".join(
        found
    )


def test_every_app_is_read():
    """A guard that reads nothing holds nothing."""
    assert {source.app for source in sources()} == set(APPS)
    assert sum(not source.is_edge for source in sources()) > 30


def test_no_module_has_a_name_that_says_nothing():
    found = [source.relative for source in all_sources() if FORBIDDEN_NAMES & set(source.parts[1:])]
    assert not found, f"Name the module by what it is about, not {', '.join(found)}"


def test_no_function_has_a_name_that_says_nothing():
    found = [
        f"{source.at(node)} {node.name}"
        for source in sources()
        for node in source.nodes
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith(FORBIDDEN_PREFIXES)
        and not hasattr(HTMLParser, node.name)  # the standard library calls it so
        and not hasattr(APIView, node.name)  # and so does Django REST framework
        and not (source.app == NAMED_AFTER_HANDLES and node.name.startswith("handle_"))
    ]
    assert not found, "Say what the function does:\n" + "\n".join(found)


def test_no_module_is_too_long():
    found = [
        f"{source.relative} has {length} lines"
        for source in sources()
        if (length := len(source.text.splitlines())) > MOST_LINES
    ]
    assert not found, f"Split by noun what passes {MOST_LINES} lines:\n" + "\n".join(found)
