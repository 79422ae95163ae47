"""``manage.py prepare``: make the site ready to serve; safe to run in every process at once."""

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.migrations.exceptions import InconsistentMigrationHistory

from config.care import preparing

WAIT_SECONDS = 300


class Command(BaseCommand):
    help = (
        "Wait for the database, let one process migrate it, and make texts and static files where"
        " they are stale. Does nothing where nothing is to do."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--wait",
            type=float,
            default=WAIT_SECONDS,
            metavar="SECONDS",
            help=f"give up when the database does not answer for so long ({WAIT_SECONDS})",
        )
        parser.add_argument(
            "--no-static", action="store_true", help="static files are made elsewhere"
        )

    def handle(self, *args, wait: float, no_static: bool, **options) -> None:
        try:
            preparing.prepare(tell=self._tell, wait=wait, has_static=not no_static)
        except preparing.DatabaseAway as error:
            raise CommandError(f"The database did not answer. {error}") from error
        except (DatabaseError, InconsistentMigrationHistory, OSError) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        self._tell("Ready.")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        # Whoever watches a container that waits must see it at once.
        self.stdout.flush()
