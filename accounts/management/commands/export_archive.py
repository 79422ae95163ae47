"""manage.py export_archive minah --to /backups: somebody's whole archive, without a browser."""

import shutil
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.archive.departing import working_folder, write_archive
from accounts.exceptions import ArchiveBusy
from accounts.models import User


class Command(BaseCommand):
    help = "Write the whole archive of a person to a file; started again it goes on."

    def add_arguments(self, parser):
        parser.add_argument("handle")
        parser.add_argument("--to", default=".", help="folder for the file (default: this one)")

    def handle(self, *args, **options):
        person = User.objects.by_handle(options["handle"].removeprefix("@")).first()
        if person is None:
            raise CommandError(f"There is no @{options['handle']}.")
        target = Path(options["to"], f"madang-{person.handle}.zip")
        if not target.parent.is_dir():
            raise CommandError(f"There is no folder {target.parent}.")
        try:
            written = write_archive(person, working_folder(f"command-{person.pk}"))
        except ArchiveBusy as error:
            raise CommandError("Another process writes this archive.") from error
        shutil.move(written["path"], target)
        shutil.rmtree(written["path"].parent, ignore_errors=True)
        for name, number in written["counts"].items():
            if number:
                self.stdout.write(f"{number:>8}  {name}")
        for lost in written["missing"]:
            self.stderr.write(f"missing  {lost['path']} ({lost['name']})")
        self.stdout.write(f"Written: {target}")
