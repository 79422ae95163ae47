"""What the blocks of a page about a new version left behind."""

import json

from tools.roads.looks.asking import require
from tools.roads.machine import Machine
from tools.roads.versions import APP, MIGRATION, TABLE

NOTE = "/var/lib/madang/last-upgrade.json"
HAS_TABLE = (
    "from django.db import connection; "
    f"print('it is', {TABLE!r} in connection.introspection.table_names())"
)


def a_new_version_came(here: Machine) -> str:
    """The new version's migration was applied after a backup."""
    return _upgraded(here, state="done", has_table=True)


def a_new_version_came_and_went(here: Machine) -> str:
    """The new version's migration was applied after a backup, and the backup was put back."""
    return _upgraded(here, state="rolled back", has_table=False)


def _upgraded(here: Machine, *, state: str, has_table: bool) -> str:
    note = json.loads(here.inside("cat", NOTE))
    kept = here.inside("stat", "-c", "%A %U", note["backup"]).strip()
    found = here.inside("madang", "shell", "-c", HAS_TABLE)
    seen = f"{note['state']}: {note['migrations']}; its backup {kept}; {found.strip()}"
    is_right = note["state"] == state and note["migrations"] == [f"{APP}.{MIGRATION}"]
    return require(is_right and "madang" in kept and f"it is {has_table}" in found, seen)
