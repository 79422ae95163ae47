"""``manage.py restore /var/backups/madang/madang-20261122-183000 --verify``: a site out of a backup."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.care.exceptions import CareRefused
from config.care.manifests import Manifest
from config.care.restore import check_backup, restore_backup, settings_of
from config.care.sealing import new_file


class Command(BaseCommand):
    help = (
        "Bring a backup back into the configured database and storage. Stop the site first. "
        "Checksums are checked before anything is touched, and what fails leaves the old database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("backup", type=Path, metavar="BACKUP", help="the folder of one backup")
        parser.add_argument(
            "--verify", action="store_true", help="also compare the hashes of all rows"
        )
        parser.add_argument(
            "--only-check", action="store_true", help="check the backup and do not touch the site"
        )
        parser.add_argument(
            "--identity", type=Path, metavar="KEYFILE", help="your secret key of age, if encrypted"
        )
        parser.add_argument(
            "--force", action="store_true", help="replace a database that holds a site"
        )
        parser.add_argument(
            "--no-migrate",
            action="store_true",
            help="leave the tables as the code that made the backup has them, and start that code",
        )
        parser.add_argument(
            "--settings-to",
            type=Path,
            metavar="FILE",
            help="write the settings that the backup holds to a new file, and do nothing else",
        )

    def handle(self, *args, **options) -> None:
        path, identity = options["backup"], options["identity"]
        try:
            if options["settings_to"]:
                self.write_settings(options["settings_to"], settings_of(path, identity=identity))
                return
            if options["only_check"]:
                manifest = check_backup(path, identity=identity, tell=self.stdout.write)
            else:
                manifest = restore_backup(
                    path,
                    verifies=options["verify"],
                    identity=identity,
                    force=options["force"],
                    migrates=not options["no_migrate"],
                    tell=self.stdout.write,
                ).manifest
        except CareRefused as error:
            raise CommandError(str(error)) from error
        if options["verify"] or options["only_check"]:
            self.print_tables(manifest)
        done = "The backup is whole." if options["only_check"] else "The backup is restored."
        self.stdout.write(f"{done} {manifest.row_count} rows in {len(manifest.tables)} tables.")

    def print_tables(self, manifest: Manifest) -> None:
        """Print rows and the start of the hash of every table that holds any."""
        for name, held in sorted(manifest.tables.items()):
            if held.rows:
                self.stdout.write(f"{held.rows:>9}  {held.sha256[:16]}  {name}")

    def write_settings(self, path: Path, text: str) -> None:
        """Write to a new file that only its owner can read."""
        try:
            with new_file(path) as out:
                out.write(text.encode())
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"Written: {path}. It holds secrets.")
