"""``manage.py recount``: count anew what posts, people, tags and inboxes say in numbers."""

from django.core.management.base import BaseCommand

from config.care import recounting


class Command(BaseCommand):
    help = "Find every stored number that is not what is there, say it, and set it right."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what is off")

    def handle(self, *args, dry_run: bool, **options) -> None:
        number = 0
        for off in recounting.find_off() if dry_run else recounting.recount():
            number += 1
            self.stdout.write(str(off))
        columns = len(recounting.counter_names())
        done = "are off" if dry_run else "were set right"
        self.stdout.write(f"{number} numbers {done}; {columns} columns were counted.")
