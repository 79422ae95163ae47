"""``manage.py move_database --to postgres://…``: from SQLite to PostgreSQL, or back."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from config.care.exceptions import CareRefused
from config.care.moving import move_database


class Command(BaseCommand):
    help = (
        "Copy all rows of the configured database to another one, and compare their hashes. Stop the "
        "site first. The configured database stays as it is; settings are yours to change."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--to", required=True, metavar="URL", help="sqlite:///path or postgres://user@host/name"
        )
        parser.add_argument("--force", action="store_true", help="replace rows that are there")

    def handle(self, *args, **options) -> None:
        try:
            moved = move_database(options["to"], force=options["force"], tell=self.stdout.write)
        except (CareRefused, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
        rows = sum(table.rows for table in moved.tables.values())
        if moved.left:
            self.stdout.write(f"Not moved, no tables of ours: {', '.join(moved.left)}")
        self.stdout.write(
            f"{rows} rows in {len(moved.tables)} tables have equal hashes on both sides.\n"
            "Now set DATABASE_URL to the new address, in .env or wherever you set it (SEARCH_ENGINE, "
            "if it is set, too), and start the site. Uploaded files stay where they are."
        )
