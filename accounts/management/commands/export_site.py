"""manage.py export_site /backups/site: everything in files that need no Madang to be read."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.exceptions import ArchiveBusy
from accounts.site_export import ExportRefused, export_site


class Command(BaseCommand):
    help = (
        "Write the whole site into a folder: JSON lines and one archive for each member. Started"
        " again after a stop it goes on. For another Madang with everything, use backup."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args, folder: Path, **options) -> None:
        try:
            manifest = export_site(folder, tell=self.stdout.write)
        except ArchiveBusy as error:
            raise CommandError("Another process writes an archive of this export.") from error
        except ExportRefused as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error}. Started again it goes on.") from error
        for handle, lost in manifest.missing.items():
            self.stderr.write(f"missing  {len(lost)} files of @{handle}")
        self.stdout.write(f"Written: {folder}. It holds private messages and addresses.")
