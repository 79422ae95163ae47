"""``manage.py upgrade``: from the old code's data to this code's; and back with ``--roll-back``."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.utils import translation
from django.utils.translation import gettext as _

from config import env as environment
from config.care import upgrading
from config.care.exceptions import CareRefused


class Command(BaseCommand):
    help = (
        "Look, back up, migrate, compile texts, collect static files. Run it with the new code;"
        " started again after a cut it goes on."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--roll-back",
            action="store_true",
            help="restore the backup of the last upgrade; put the old code back first",
        )
        parser.add_argument(
            "--backup-to", type=Path, metavar="DIR", help="where backups go (upgrade-backups/)"
        )
        parser.add_argument(
            "--no-backup", action="store_true", help="there is one; --roll-back cannot be used"
        )
        parser.add_argument("--no-static", action="store_true", help="static files come elsewhere")
        parser.add_argument(
            "--force", action="store_true", help="go on although something serious was found"
        )
        parser.add_argument(
            "--language",
            default=settings.LANGUAGE_CODE,
            choices=[code for code, _name in settings.LANGUAGES],
            help="language of the answer",
        )

    def handle(self, *args, **options) -> None:
        with translation.override(options["language"]):
            try:
                if options["roll_back"]:
                    upgrading.roll_back(tell=self._tell)
                else:
                    self._upgrade(**options)
            except CareRefused as error:
                raise CommandError(str(error)) from error
            except (DatabaseError, InconsistentMigrationHistory, OSError) as error:
                raise CommandError(f"{type(error).__name__}: {error}") from error
            if not options["dry_run"]:
                self._tell(restart_hint())

    def _upgrade(self, **options) -> None:
        upgrading.upgrade(
            tell=self._tell,
            backup_to=options["backup_to"],
            has_backup=not options["no_backup"],
            has_static=not options["no_static"],
            force=options["force"],
            is_dry=options["dry_run"],
        )

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def restart_hint() -> str:
    """Return how the processes of this site are started anew."""
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        command = "docker compose up -d"
    elif environment.is_dyno():
        command = "heroku ps:restart"
    elif Path("/run/systemd/system").is_dir():
        command = "systemctl restart madang.target"
    else:
        command = "supervisorctl restart 'madang:*'"
    return _("Now restart the web server and the workers, for example: %(command)s") % {
        "command": command
    }
