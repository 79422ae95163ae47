"""What restores left: the state of before, which each of them keeps beside the new one."""

from collections.abc import Iterator
from glob import escape
from pathlib import Path
from shlex import quote

from django.db import connection
from django.utils.translation import gettext as _

from config.care import restoring_postgres, restoring_sqlite
from config.care.doctor import WARNING, Finding


def look() -> Iterator[Finding]:
    """Yield every older state of the database that is still there, and how it is removed."""
    for name, remedy in _schemas() if connection.vendor == "postgresql" else _files():
        yield Finding(
            WARNING,
            _("A restore kept an older state of the site: %(name)s.") % {"name": name},
            _("It takes room, and holds what people have deleted since."),
            _("When nobody misses it: %(command)s") % {"command": remedy},
        )


def _schemas() -> Iterator[tuple[str, str]]:
    kept = restoring_postgres.KEPT.partition("{")[0].replace("_", r"\_") + "%"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE %s OR nspname = %s"
            " ORDER BY nspname",
            [kept, restoring_postgres.ASIDE],
        )
        found = [name for (name,) in cursor.fetchall()]
    for name in found:
        yield name, f"psql -c 'DROP SCHEMA {name} CASCADE'"


def _files() -> Iterator[tuple[str, str]]:
    database = Path(str(connection.settings_dict["NAME"]))
    if not database.is_file():
        return
    for path in sorted(database.parent.glob(f"{escape(database.name)}{restoring_sqlite.KEPT}*")):
        yield str(path), f"rm {quote(str(path))}"
