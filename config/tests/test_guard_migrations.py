"""Migrations: in step with the models, named, and the way back works."""

import os
import re
import subprocess
import sys

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

from config.env import ROOT
from config.tests.sources import APPS

pytestmark = pytest.mark.guard

AUTOMATIC = re.compile(r"^\d{4}_(auto_\d|.*_and_more$|.*_more$)")
NUMBERED = re.compile(r"^\d{4}_[a-z]")


def our_migrations():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [
        migration
        for (app, _name), migration in sorted(loader.disk_migrations.items())
        if app in APPS
    ]


def differences(models: ProjectState) -> list[str]:
    """Return what a migration would have to do so that the tables are those of ``models``."""
    loader = MigrationLoader(None)
    with translation.override(None):  # migrations hold the texts of the code
        changes = MigrationAutodetector(loader.project_state(), models).changes(loader.graph)
    return [
        f"{app}: {operation.describe()}"
        for app, migrations in changes.items()
        for migration in migrations
        for operation in migration.operations
    ]


@pytest.mark.behaviour("OP-08")
def test_models_and_migrations_do_not_differ():
    """As ``makemigrations --check`` asks, but without a database."""
    found = differences(ProjectState.from_apps(apps))
    assert not found, "Run manage.py makemigrations --name what_it_does:\n" + "\n".join(found)


def test_a_missing_migration_would_be_seen():
    models = ProjectState.from_apps(apps)
    models.remove_field("blog", "post", "title")
    assert differences(models) == ["blog: Remove field title from post"]


@pytest.mark.behaviour("OP-08")
def test_every_migration_says_what_it_does():
    found = [
        f"{one.app_label}/{one.name}"
        for one in our_migrations()
        if AUTOMATIC.match(one.name) or not NUMBERED.match(one.name)
    ]
    assert our_migrations()
    assert not found, f"Give the migration a name of its own: {found}"


@pytest.mark.behaviour("OP-08")
def test_every_migration_can_be_undone():
    found = [
        f"{one.app_label}/{one.name}: {operation.describe()}"
        for one in our_migrations()
        for operation in one.operations
        if not operation.reversible
    ]
    assert not found, (
        "Give the way back (reverse_code, reverse_sql; noop if nothing):\n" + "\n".join(found)
    )


@pytest.mark.behaviour("OP-08")
def test_there_is_one_newest_migration_per_app():
    assert not MigrationLoader(None).detect_conflicts()


@pytest.mark.thorough
@pytest.mark.behaviour("OP-08")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="done once, on a database of its own")
def test_the_way_back_and_forth_is_walked(tmp_path):
    """Forward, back to nothing, forward again, on a scratch database."""
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'scratch.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONPATH": str(ROOT),
    }
    steps = ["migrate"] + [f"migrate {app} zero" for app in reversed(APPS) if has_migrations(app)]
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        f"for step in {[*steps, 'migrate']!r}: call_command(*step.split(), verbosity=0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def has_migrations(app: str) -> bool:
    return any(one.app_label == app for one in our_migrations())
