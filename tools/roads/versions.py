"""A version that comes out while somebody walks: one more migration, so that there is work to do."""

from tools.processes import ROOT
from tools.roads.machine import Machine

APP = "config"
MIGRATION = "9999_of_tomorrow"
TABLE = "config_of_tomorrow"
TEXT = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("{app}", "{last}")]
    operations = [
        migrations.RunSQL("CREATE TABLE {table} (id integer)", "DROP TABLE {table}"),
    ]
"""
PULLS = "git pull"


def publish(here: Machine) -> None:
    """Put a newer version where the site is cloned from. Raises WalkFailed."""
    folder = f"/srv/repository/{APP}/migrations"
    last = max(path.stem for path in (ROOT / APP / "migrations").glob("[0-9]*.py"))
    here.inside(
        "tee", f"{folder}/{MIGRATION}.py", text=TEXT.format(app=APP, last=last, table=TABLE)
    )
    git = ("git", "-C", "/srv/repository", "-c", "user.name=Madang")
    git += ("-c", "user.email=madang@example.org")
    here.inside(*git, "add", "--all")
    here.inside(*git, "commit", "--quiet", "-m", "Of tomorrow")
