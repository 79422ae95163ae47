"""Work is queued after commit only; tasks are small, named, and the schedule knows them."""

import ast

import pytest
from django.conf import settings

from config.celery import app
from config.tests.sources import APPS, Source, called_name, sources

pytestmark = [pytest.mark.guard, pytest.mark.one_engine]

MOST_LINES = 10
BARE = {
    "delay": "delay_on_commit",
    "apply_async": "apply_async_on_commit",
    "send_task": "delay_on_commit",
    "signature": "delay_on_commit",
}


def task_decorator(function: ast.FunctionDef) -> ast.expr | None:
    """Return the decorator that makes ``function`` a task."""
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if ast.unparse(called).split(".")[-1] in {"shared_task", "task"}:
            return decorator
    return None


def tasks() -> list[tuple[Source, ast.FunctionDef, ast.expr]]:
    return [
        (source, node, decorator)
        for source in sources()
        for node in source.nodes
        if isinstance(node, ast.FunctionDef) and (decorator := task_decorator(node))
    ]


def test_nothing_is_queued_before_the_commit():
    found = [
        f"{source.at(node)} .{name}(): use {BARE[name]}()"
        for source in sources()
        for node in source.nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (name := called_name(node)) in BARE
    ]
    assert not found, "A rolled-back action must enqueue nothing:\n" + "\n".join(found)


def test_there_are_tasks():
    assert tasks()


def test_every_task_lives_in_tasks():
    found = [source.at(node) for source, node, _ in tasks() if source.kind != "tasks"]
    assert not found, f"Tasks live in tasks.py: {found}"


def test_every_task_has_its_apps_name():
    """A name given by Celery changes when a module moves, and queued work is lost."""
    found = []
    for source, node, decorator in tasks():
        keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
        names = [
            keyword.value.value
            for keyword in keywords
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
        ]
        if not names or not names[0].startswith(f"{source.app}."):
            found.append(f'{source.at(node)} {node.name}: name="{source.app}.{node.name}"')
    assert not found, "Give each task its name:\n" + "\n".join(found)


def test_tasks_are_short():
    found = []
    for source, node, _ in tasks():
        body = node.body[1:] if ast.get_docstring(node) else node.body
        length = node.end_lineno - body[0].lineno + 1 if body else 0
        if length > MOST_LINES:
            found.append(f"{source.at(node)} {node.name} has {length} lines")
    assert not found, f"A task calls an action, in {MOST_LINES} lines:\n" + "\n".join(found)


def test_the_schedule_names_tasks_that_exist():
    app.loader.import_default_modules()
    known = set(app.tasks)
    found = [
        f"{entry}: {plan['task']}"
        for entry, plan in settings.CELERY_BEAT_SCHEDULE.items()
        if plan["task"] not in known
    ]
    assert not found, "The schedule names unknown tasks:\n" + "\n".join(found)


def test_every_task_can_wait_for_the_commit():
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if name.split(".")[0] in APPS]
    assert ours
    assert all(hasattr(task, "delay_on_commit") for task in ours)
