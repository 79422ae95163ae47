"""``manage.py undo_import ID``: remove exactly what an import brought."""

from django.core.management.base import BaseCommand, CommandError

from blog.importers.running import undo
from blog.models import ImportRun


class Command(BaseCommand):
    help = "Remove what an import brought: posts, pictures, comments, old addresses."

    def add_arguments(self, parser) -> None:
        parser.add_argument("run", type=int, help="number of the import (import_blog shows it)")
        parser.add_argument(
            "--changed", action="store_true", help="also posts that were changed since"
        )

    def handle(self, *args, run: int, changed: bool, **options) -> None:
        found = ImportRun.objects.filter(pk=run).select_related("owner").first()
        if found is None:
            raise CommandError(f"There is no import {run}.")
        result = undo(found, takes_changed=changed)
        for post in result["kept"]:
            self.stdout.write(f"  kept, changed since: {post['title']}  {post['url']}")
        self.stdout.write(f"{result['removed']} removed, {len(result['kept'])} kept")
