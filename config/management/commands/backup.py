"""``manage.py backup /var/backups/madang --keep 14``: everything, while the site runs."""

import signal
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.care.backup import make_backup
from config.care.exceptions import CareRefused


class Command(BaseCommand):
    help = (
        "Copy database, uploaded files and settings of one moment into a new folder inside DIR, with "
        "checksums and hashes of all rows. Safe while the site runs. Settings hold secrets: only "
        "their owner can read the folder, and --encrypt-to is for wherever else it goes."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("dir", type=Path, metavar="DIR")
        parser.add_argument(
            "--encrypt-to",
            action="append",
            default=[],
            metavar="RECIPIENT",
            help="a public key of age (age1… or ssh-ed25519 …); may be given more than once",
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="afterwards delete all but the N newest of this site",
        )
        parser.add_argument(
            "--no-media",
            action="store_true",
            help="leave uploaded files out: you copy them yourself",
        )

    def handle(self, *args, **options) -> None:
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep needs a number of at least 1.")
        # Stopped in order, it takes away what it began.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        began = time.monotonic()
        try:
            made = make_backup(
                options["dir"],
                encrypt_to=options["encrypt_to"],
                keep=options["keep"],
                has_media=not options["no_media"],
                tell=self.stdout.write,
            )
        except CareRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Written in {time.monotonic() - began:.1f} s: {made}")
