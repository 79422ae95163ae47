"""A version that is still to come: this code, and an app of tomorrow with migrations of its own."""

import os
from pathlib import Path

APP, TABLE = "tomorrow", "tomorrow_plan"
SETTINGS = f"from config.settings.dev import *\n\nINSTALLED_APPS = [*INSTALLED_APPS, '{APP}']\n"
MIGRATION = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [migrations.RunSQL("{forwards}", "{backwards}")]
"""


def newer_code(folder: Path, migrations: int = 2) -> dict[str, str]:
    """Write the version of tomorrow into ``folder``; return the variables that run it."""
    place = folder / APP / "migrations"
    place.mkdir(parents=True, exist_ok=True)
    (folder / APP / "__init__.py").touch()
    (place / "__init__.py").touch()
    (folder / "newer_settings.py").write_text(SETTINGS)
    steps = [(f"CREATE TABLE {TABLE} (id integer)", f"DROP TABLE {TABLE}")]
    steps += [
        (
            f"ALTER TABLE {TABLE} ADD COLUMN day{number} integer",
            f"ALTER TABLE {TABLE} DROP COLUMN day{number}",
        )
        for number in range(2, migrations + 1)
    ]
    for number, (forwards, backwards) in enumerate(steps, 1):
        before = [(APP, f"000{number - 1}_step")] if number > 1 else []
        text = MIGRATION.format(dependencies=before, forwards=forwards, backwards=backwards)
        (place / f"000{number}_step.py").write_text(text)
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
    return {"DJANGO_SETTINGS_MODULE": "newer_settings", "PYTHONPATH": path}
